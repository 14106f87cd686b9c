import type { Encodable } from './values.ts';

/**
 * An integer that is to be encoded: a number, a bigint, or its decimal digits as JSON lines print one beyond 2^53. Throws a TypeError
 * that names the path for anything else.
 */
export function integerOf(value: Encodable | undefined, path: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && isDecimal(value)) return BigInt(value);
  throw new TypeError(`${path}: expected an integer`);
}

/** Decimal digits, with a sign or without: as many as 64 bits need, and some more to be told that they do not fit. */
export function isDecimal(text: string): boolean {
  return /^-?\d{1,40}$/.test(text);
}
