import type { Json } from '../bytes/index.ts';
import type { ColumnType } from './columns.ts';

/** What stands in a row; null where there is nothing. */
export type Cell = null | boolean | number | bigint | string | readonly string[];

const RANGES: Readonly<Partial<Record<ColumnType, readonly [bigint, bigint]>>> = {
  integer: [-(2n ** 63n), 2n ** 63n - 1n],
  unsigned: [0n, 2n ** 64n - 1n],
  time: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** A value as its column takes it; null where it does not fit: it stands in `fields` all the same. */
export function cellOf(type: ColumnType, value: Json | undefined): Cell {
  if (value === null || typeof value === 'object' || value === undefined) return null;
  switch (type) {
    case 'text':
      return String(value);
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    default:
      return inRange(type, integerOf(value));
  }
}

/** An integer of 64 bits, or null where it is wider. */
export function inRange(type: ColumnType, value: bigint | undefined): bigint | null {
  const [least, most] = RANGES[type] ?? [1n, 0n];
  return value === undefined || value < least || value > most ? null : value;
}

/** JSON holds integers beyond 2^53 as decimal text. */
function integerOf(value: boolean | number | string): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}
