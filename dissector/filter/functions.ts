import type { Value } from '../bytes/index.ts';
import { addressText, macText } from '../bytes/index.ts';
import { absolute, takes } from './arithmetic.ts';
import { extreme } from './comparefields.ts';
import type { FieldType } from './filterfield.ts';
import { kept, type Reader, type Resolved } from './resolved.ts';
import { bytesOf, textOf } from './values.ts';

interface Applied {
  readonly type: FieldType;
  readonly read: Reader;
}

type Function = (first: Resolved, all: readonly Resolved[]) => Applied | string;

const functions: Readonly<Record<string, Function>> = {
  count: ({ read }) => ({ type: 'integer', read: (row) => [read(row).length] }),
  len: ({ field: { name, type }, read }) =>
    ['text', 'bytes', 'mac', 'address'].includes(type)
      ? { type: 'integer', read: (row) => read(row).map((value) => lengthOf(value, type)) }
      : `${name}: only bytes and text have a length`,
  lower: (resolved) => changed(resolved, 'lower', (text) => text.toLowerCase()),
  upper: (resolved) => changed(resolved, 'upper', (text) => text.toUpperCase()),
  string: ({ field: { name, type }, read }) =>
    ['integer', 'number', 'address', 'mac'].includes(type)
      ? { type: 'text', read: (row) => read(row).map((value) => written(value, type)) }
      : `${name}: only numbers and addresses are made text`,
  abs: ({ field: { name, type }, read }) =>
    takes('-', type) ? { type, read: (row) => read(row).flatMap(absolute) } : `${name} is no number for abs`,
  max: (_, all) => ends('max', all),
  min: (_, all) => ends('min', all),
};

/** What a function makes of its parts, or what it says of those that it does not take. */
export function applyFunction(name: string, parts: readonly Resolved[]): Applied | string {
  const takesMany = name === 'max' || name === 'min';
  return !takesMany && parts.length > 1 ? `${name} takes one field` : functions[name]!(parts[0]!, parts);
}

/** Of all values of all parts together: a part that is not there has none. */
function ends(which: 'max' | 'min', parts: readonly Resolved[]): Applied | string {
  const [first, ...rest] = parts as [Resolved, ...Resolved[]];
  const { name, type } = first.field;
  if (type === 'flag' || type === 'presence') return `${name} has no order for ${which}`;
  const other = rest.find(({ field }) => field.type !== type);
  if (other !== undefined)
    return `${which} takes fields of one type: ${name} is ${type}, ${other.field.name} is ${other.field.type}`;
  return {
    type,
    read: (row) =>
      extreme(
        parts.flatMap(({ read }) => kept(read(row))),
        which,
      ),
  };
}

function changed({ field: { name, type }, read }: Resolved, which: string, change: (text: string) => string): Applied | string {
  if (type !== 'text') return `${name}: only text has an ${which} case`;
  return { type, read: (row) => read(row).map((value) => change(textOf(value))) };
}

function lengthOf(value: Value, type: FieldType): number {
  return type === 'address' && typeof value === 'string' ? (value.includes(':') ? 16 : 4) : bytesOf(value).length;
}

function written(value: Value, type: FieldType): string {
  if (!(value instanceof Uint8Array)) return String(value);
  return type === 'mac' ? macText(value, 0, value.length) : addressText(value, 0, value.length);
}
