/** What a function of the packet language is: data, from which its check, completion and help are made. */
import type { Encodable } from '../../codec/index.ts';
import { scriptLimits } from '../syntax/tree.ts';
import type { Scope } from './scope.ts';

export type ValueType = 'bytes' | 'integer' | 'text' | 'record' | 'any';

export interface Parameter {
  readonly name: string;
  readonly type: ValueType;
  readonly doc: string;
  readonly optional?: true;
  /** It may be given any number of times. */
  readonly repeated?: true;
}

export interface ScriptFunction {
  readonly name: string;
  readonly doc: string;
  readonly parameters: readonly Parameter[];
  readonly result: ValueType;
  /** What it gives may be a secret, and so is whatever is computed from that. */
  readonly secret?: true;
  /** The values are of the parameters' types, as many as these allow. Throws an Error with a sentence. */
  make(scope: Scope, ...values: never[]): Encodable;
}

/** What needs nothing but its values. */
export function pure(make: (...values: never[]) => Encodable): ScriptFunction['make'] {
  return (_, ...values) => make(...values);
}

export const parameter = (
  name: string,
  type: ValueType,
  doc: string,
  more: 'optional' | 'repeated' | undefined = undefined,
): Parameter => ({
  ...{ name, type, doc },
  ...(more === undefined ? {} : { [more]: true as const }),
});

/** `flip(value, bits)`, with what may be left out in brackets. */
export function signatureText({ name, parameters }: ScriptFunction): string {
  return `${name}(${parameters.map(parameterText).join(', ')})`;
}

export function parameterText({ name, type, optional, repeated }: Parameter): string {
  const text = `${name}: ${type}${repeated ? '…' : ''}`;
  return optional ? `[${text}]` : text;
}

/** How many values a function takes. */
export function arity({ parameters }: ScriptFunction): readonly [least: number, most: number] {
  const least = parameters.filter(({ optional, repeated }) => !optional && !repeated).length;
  return [least, parameters.some(({ repeated }) => repeated) ? Number.POSITIVE_INFINITY : parameters.length];
}

/** Why the values do not fit; undefined where they do. */
export function misfitOf(called: ScriptFunction, types: readonly (ValueType | undefined)[]): string | undefined {
  const [least, most] = arity(called);
  if (types.length < least || types.length > most) return `${called.name} takes other values: ${signatureText(called)}`;
  const wrong = types.findIndex((type, index) => !fits(type, parameterAt(called, index)!.type));
  if (wrong < 0) return undefined;
  const { name, type } = parameterAt(called, wrong)!;
  return `${name} of ${called.name} is ${type === 'any' ? 'a value' : type}, not ${types[wrong]}`;
}

/** The parameter that the value at an index is for. */
export function parameterAt({ parameters }: ScriptFunction, index: number): Parameter | undefined {
  const last = parameters.at(-1);
  return parameters[index] ?? (last?.repeated ? last : undefined);
}

function fits(type: ValueType | undefined, wanted: ValueType): boolean {
  if (type === undefined || type === 'any' || wanted === 'any' || type === wanted) return true;
  // The UTF-8 of a text is bytes wherever bytes are wanted.
  return wanted === 'bytes' && type === 'text';
}

/** The type of a value that is there. */
export function typeOf(value: Encodable): ValueType {
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return 'integer';
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? 'record' : 'any';
}

/** A word of a script in a sentence. */
export function shortened(word: string): string {
  return word.length <= scriptLimits.toldLength ? word : `${word.slice(0, scriptLimits.toldLength)}…`;
}

/** Names in a sentence: the first of them, where they are many. */
export function listed(names: readonly string[]): string {
  const told = names.slice(0, scriptLimits.toldNames).map(shortened);
  return [...told, ...(names.length > told.length ? ['…'] : [])].join(', ');
}

/** Throws an Error that names the limit. */
export function withinSize(size: number, what: string): number {
  if (size <= scriptLimits.madeSize) return size;
  return fail(`${what} makes more than ${scriptLimits.madeSize} bytes or parts (limit madeSize)`);
}

/** What a part of a list or record takes, in bytes. */
const PART = 64;

/** Bytes of a value, with those that its parts take. Lists of lists are soon larger than their text: throws an Error as soon as the limit is passed. */
export function sizeOf(value: Encodable, what: string): number {
  let size = 0;
  const add = (each: Encodable): void => {
    size = withinSize(size + PART + (each instanceof Uint8Array || typeof each === 'string' ? each.length : 0), what);
    if (typeof each === 'object' && each !== null && !(each instanceof Uint8Array))
      for (const part of Object.values(each)) add(part);
  };
  add(value);
  return size;
}

/** Why a function makes nothing of its values. */
export class FunctionFailure extends Error {
  /** The same sentence for values that are secrets: it shows none of them. */
  readonly plain: string;

  constructor(why: string, plain: string) {
    super(why);
    this.plain = plain;
  }
}

/** `plain`: the sentence for secrets, where `why` shows a value. */
export function fail(why: string, plain = why): never {
  throw new FunctionFailure(why, plain);
}

/** Errors name the parameter and its length, never its bytes. */
export function sized(bytes: Uint8Array, length: number, name: string): Uint8Array {
  return bytes.length === length ? bytes : fail(`${name} has ${length} bytes, not ${bytes.length}`);
}

/** Errors of libraries may show what they were given. */
export function tried<T>(why: string, make: () => T): T {
  try {
    return make();
  } catch {
    return fail(why);
  }
}
