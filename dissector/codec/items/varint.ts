import { type Field, malformed } from '../../bytes/index.ts';
import { integerOf } from '../integer.ts';
import type { VarintItem } from '../layout.ts';
import type { ItemKind } from './kind.ts';

/** Most bytes of a varint. */
const MOST_VARINT = 10;
/** Bytes whose bits a number holds exactly. */
const MOST_NUMBER = 7;

export const varintKind: ItemKind<VarintItem> = {
  compile({ name, doc, zigzag }, scope, above) {
    const path = `${above}.${name}`;
    const slot = scope.declare(name);
    return (cursor, into, slots) => {
      const { at: start, source, bytes } = cursor;
      let length = 1;
      while (length < MOST_VARINT && start + length <= cursor.end && bytes[start + length - 1]! >= 0x80) length++;
      if (!cursor.has(length, path) || !cursor.count(path)) return false;
      const unsigned = length <= MOST_NUMBER ? small(bytes, start, length) : big(bytes, start, length);
      if (bytes[start + length - 1]! >= 0x80 || unsigned >= 1n << 64n) {
        cursor.problem = malformed('a varint is longer than 64 bits', start, path);
        return false;
      }
      const value = zigzag === true ? fromZigzag(unsigned) : unsigned;
      slots[slot] = Number(value);
      cursor.at += length;
      const field: Field = { name, kind: 'value', value, doc, source, start, end: cursor.at };
      // Longer than it has to be: the value alone would be encoded in fewer bytes.
      if (length > 1 && bytes[cursor.at - 1] === 0) field.raw = bytes.subarray(start, cursor.at);
      into.push(field);
      return true;
    };
  },

  write({ name, zigzag }, frame) {
    const value = frame.values[name] ?? frame.measured(name);
    if (value instanceof Uint8Array) return frame.push(value);
    const whole = integerOf(value, frame.at(name));
    const unsigned = zigzag === true ? (whole < 0n ? -2n * whole - 1n : 2n * whole) : whole;
    if (unsigned < 0n || unsigned >= 1n << 64n) throw new RangeError(`${frame.at(name)}: ${value} does not fit 64 bits`);
    frame.push(varintBytes(unsigned));
  },

  describe: ({ name, doc, zigzag }) => [
    {
      ...{ name, kind: { type: 'integer', bits: 64, signed: zigzag === true, order: 'varint' }, doc },
      ...(zigzag === true ? { display: 'zig-zag varint' } : {}),
    },
  ],
};

function small(bytes: Uint8Array, start: number, length: number): number {
  let sum = 0;
  for (let i = length - 1; i >= 0; i--) sum = sum * 128 + (bytes[start + i]! & 0x7f);
  return sum;
}

function big(bytes: Uint8Array, start: number, length: number): number | bigint {
  let sum = 0n;
  for (let i = length - 1; i >= 0; i--) sum = (sum << 7n) | BigInt(bytes[start + i]! & 0x7f);
  return sum <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sum) : sum;
}

function fromZigzag(value: number | bigint): number | bigint {
  if (typeof value === 'number') return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  const whole = value & 1n ? -((value + 1n) >> 1n) : value >> 1n;
  return whole >= BigInt(Number.MIN_SAFE_INTEGER) && whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole;
}

/** An unsigned integer in little-endian base 128. */
export function varintBytes(value: bigint): number[] {
  const out: number[] = [];
  let left = value;
  for (; left >= 0x80n; left >>= 7n) out.push(Number(left & 0x7fn) | 0x80);
  out.push(Number(left));
  return out;
}
