/** The lines of a baseline: what each one is, and what it may hold. Each is a JSON object; white space around it has no meaning. */
import { fromHex } from '../bytes/index.ts';
import { type Fresh, type FreshKind, freshKinds } from '../codec/index.ts';
import type { Role } from './sequence.ts';

/** Of the format. Grows when what is written can no longer be read as before. */
export const BASELINE_VERSION = 1;

/** The first line. */
export interface HeadLine {
  readonly kind: 'head';
  /** Only messages that matched this display filter are held. */
  readonly filter: string | undefined;
  /** It holds some conversations of its capture. */
  readonly isPart: boolean;
}

export interface ConversationLine {
  readonly kind: 'conversation';
  readonly protocol: string;
  /** The capture shows who opened it. */
  readonly isOpened: boolean;
  /** Names of messages that a clock sends. */
  readonly periodic: readonly string[];
}

export interface MessageLine {
  readonly kind: 'message';
  readonly name: string;
  readonly role: Role;
  readonly state: string;
  readonly isDecrypted: boolean;
}

interface Named {
  readonly name: string;
  /** The field beside it that says how long it is. */
  readonly measure: string | undefined;
  readonly fresh: Fresh | undefined;
}

/** Begins a record or a list; `end` ends it. */
export interface OpeningLine extends Named {
  readonly kind: 'record' | 'list';
}

/** A value of one field. Of one that is new in each run, what its rule compares. */
export interface FieldLine extends Named {
  readonly kind: 'field';
  readonly value: number | bigint | boolean | string | Uint8Array | null | undefined;
  readonly raw: Uint8Array | undefined;
  readonly text: string | undefined;
  readonly verdict: 'valid' | 'invalid' | undefined;
  readonly length: number | undefined;
  readonly ordinal: number | undefined;
  /** New in each run, and nothing is there. */
  readonly isEmpty: boolean;
}

export type BaselineLine = HeadLine | ConversationLine | MessageLine | OpeningLine | FieldLine | { readonly kind: 'end' };

/** Why a line cannot be read: a sentence without its full stop. */
export class BadLine extends Error {}

/** Whether a text begins as a baseline does, in whatever version. */
export function isBaselineHead(beginning: string): boolean {
  return /^\s*\{\s*"peerscope"\s*:\s*"baseline"/.test(beginning);
}

/** The members that each kind of line may have; the first one tells the kind. */
const members: Readonly<Record<BaselineLine['kind'], readonly string[]>> = {
  head: ['peerscope', 'version', 'part', 'filter'],
  conversation: ['conversation', 'opened', 'periodic'],
  message: ['message', 'role', 'state', 'decrypted'],
  record: ['record', 'measuredBy', 'fresh', 'varies', 'secret'],
  list: ['list', 'measuredBy', 'fresh', 'varies', 'secret'],
  field: [
    ...(['field', 'value', 'integer', 'number', 'bytes', 'raw', 'text', 'verdict', 'length', 'ordinal', 'empty'] as const),
    ...(['measuredBy', 'fresh', 'varies', 'secret'] as const),
  ],
  end: ['end'],
};
const kinds = Object.keys(members) as BaselineLine['kind'][];

/** Reads one line. Throws BadLine. */
export function parseLine(text: string): BaselineLine {
  const given = membersOf(text);
  const kind = kinds.find((each) => given.has(members[each][0]!));
  const unknown = [...given.keys()].find((name) => kind === undefined || !members[kind].includes(name));
  if (kind === undefined) throw new BadLine('it begins no conversation, message, record, list or field');
  if (kind === 'head') return head(given);
  if (unknown !== undefined) throw new BadLine(`a ${kind} has no "${unknown}"`);
  if (kind === 'end') return { kind };
  const name = textOf(given, members[kind][0]!);
  if (kind === 'conversation') {
    const periodic = given.get('periodic') ?? [];
    if (!Array.isArray(periodic) || periodic.some((each) => typeof each !== 'string'))
      throw new BadLine('"periodic" is a list of names');
    return { kind, protocol: name, isOpened: flag(given, 'opened'), periodic };
  }
  if (kind === 'message') {
    const role = textOf(given, 'role');
    if (role !== 'opener' && role !== 'answerer') throw new BadLine('"role" is opener or answerer');
    return { kind, name, role, state: textOf(given, 'state'), isDecrypted: flag(given, 'decrypted') };
  }
  const named: Named = { name, measure: optionalText(given, 'measuredBy'), fresh: freshOf(given) };
  return kind === 'field' ? { kind, ...named, ...heldIn(given, named.fresh) } : { kind, ...named };
}

type Given = ReadonlyMap<string, unknown>;

function membersOf(text: string): Given {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new BadLine('it is no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new BadLine('it is no JSON object');
  return new Map(Object.entries(parsed));
}

function head(given: Given): HeadLine {
  if (given.get('peerscope') !== 'baseline') throw new BadLine('the file is no baseline of Peerscope');
  const version = given.get('version');
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) throw new BadLine('"version" is a number from 1');
  if (version > BASELINE_VERSION)
    throw new BadLine(`the baseline has version ${version} and this Peerscope reads up to ${BASELINE_VERSION}: use a newer one`);
  const unknown = [...given.keys()].find((name) => !members.head.includes(name));
  if (unknown !== undefined) throw new BadLine(`a head has no "${unknown}"`);
  return { kind: 'head', filter: optionalText(given, 'filter'), isPart: flag(given, 'part') };
}

function freshOf(given: Given): Fresh | undefined {
  const as = given.get('fresh');
  if (as === undefined) return undefined;
  if (!freshKinds.includes(as as FreshKind)) throw new BadLine(`"fresh" is one of ${freshKinds.join(', ')}`);
  return {
    as: as as FreshKind,
    ...(flag(given, 'varies') ? { length: 'varies' } : {}),
    ...(flag(given, 'secret') ? { secret: true } : {}),
  };
}

function heldIn(given: Given, fresh: Fresh | undefined): Omit<FieldLine, 'kind' | keyof Named> {
  const verdict = given.get('verdict');
  if (verdict !== undefined && verdict !== 'valid' && verdict !== 'invalid') throw new BadLine('"verdict" is valid or invalid');
  const length = count(given, 'length', 0);
  if ((fresh === undefined) !== (length === undefined)) throw new BadLine('a field has either "fresh" and "length", or neither');
  return {
    ...{ value: plainValue(given), raw: bytesOf(given, 'raw'), text: optionalText(given, 'text'), verdict, length },
    ...{ ordinal: count(given, 'ordinal', 1), isEmpty: flag(given, 'empty') },
  };
}

function plainValue(given: Given): FieldLine['value'] {
  const forms = ['value', 'integer', 'number', 'bytes'].filter((name) => given.has(name));
  if (forms.length > 1) throw new BadLine(`a field has either "${forms[0]}" or "${forms[1]}"`);
  const bytes = bytesOf(given, 'bytes');
  if (bytes !== undefined) return bytes;
  const integer = optionalText(given, 'integer');
  if (integer !== undefined) {
    if (!/^-?\d{1,100000}$/.test(integer)) throw new BadLine('"integer" is decimal digits in quotes, 100000 at most');
    return BigInt(integer);
  }
  const number = optionalText(given, 'number');
  if (number !== undefined) {
    if (!['NaN', 'Infinity', '-Infinity'].includes(number)) throw new BadLine('"number" is NaN, Infinity or -Infinity');
    return Number(number);
  }
  const value = given.get('value');
  if (value !== null && typeof value === 'object') throw new BadLine('"value" is a number, a text, true, false or null');
  return value as FieldLine['value'];
}

function textOf(given: Given, name: string): string {
  const text = given.get(name);
  if (typeof text !== 'string') throw new BadLine(`"${name}" is a text in quotes`);
  return text;
}

function optionalText(given: Given, name: string): string | undefined {
  return given.has(name) ? textOf(given, name) : undefined;
}

function bytesOf(given: Given, name: string): Uint8Array | undefined {
  const digits = optionalText(given, name);
  if (digits === undefined) return undefined;
  const bytes = fromHex(digits);
  if (bytes === undefined) throw new BadLine(`"${name}" is bytes in hexadecimal digits`);
  return bytes;
}

function count(given: Given, name: string, least: number): number | undefined {
  const number = given.get(name);
  if (number === undefined) return undefined;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < least)
    throw new BadLine(`"${name}" is a whole number from ${least}`);
  return number;
}

function flag(given: Given, name: string): boolean {
  const set = given.get(name) ?? false;
  if (typeof set !== 'boolean') throw new BadLine(`"${name}" is true or false`);
  return set;
}
