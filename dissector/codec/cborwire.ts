/** What CBOR's decoder and encoder have in common: kinds of items, and how keys of maps are called. */
import type { CborEntry } from './cborlayout.ts';

/** What kind of item the first three bits of its head say. */
export const UNSIGNED = 0;
export const NEGATIVE = 1;
export const BYTES = 2;
export const TEXT = 3;
export const ARRAY = 4;
export const MAP = 5;
export const TAG = 6;
export const SIMPLE = 7;

/** Tags of integers beyond 64 bits: their magnitude as bytes (RFC 8949 section 3.4.3). */
export const BIGNUM = 2;
export const NEGATIVE_BIGNUM = 3;

/** Names of a map that would be taken for something else. */
export function isReserved(names: readonly string[]): boolean {
  const [first = ''] = names;
  if (names.length === 1) return first === 'float' || first === 'simple' || first === 'entries';
  return names.length === 2 && names.includes('tag') && names.includes('value');
}

/** How a key is called; undefined for one that has no name. Names that are digits are sorted by JavaScript, so they would lose their place. */
export function keyName(key: unknown, entries: readonly CborEntry[]): string | undefined {
  const known = entries.find((each) => (each.key ?? each.name) === key);
  if (known !== undefined) return known.name;
  const isTaken = (name: string) => entries.some((each) => each.name === name);
  const name = typeof key === 'number' || typeof key === 'bigint' ? `#${key}` : key;
  if (typeof name !== 'string' || isTaken(name)) return undefined;
  return typeof key === 'string' && (name.startsWith('#') || /^\d+$/.test(name)) ? undefined : name;
}

/** The key that a name stands for. */
export function keyOf(name: string, entries: readonly CborEntry[]): string | bigint {
  const known = entries.find((each) => each.name === name);
  const key = known === undefined ? name : (known.key ?? known.name);
  if (typeof key === 'number') return BigInt(key);
  return known === undefined && /^#-?\d{1,40}$/.test(key) ? BigInt(key.slice(1)) : key;
}
