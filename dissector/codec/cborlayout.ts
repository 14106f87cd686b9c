/**
 * CBOR (RFC 8949) as data: what the values of known keys are. Keys that a layout does not know are fields, too.
 *
 * Values: integers, text, byte strings, true, false and null are themselves, and lists are lists. A number that is no integer is a float. What
 * has no form of its own is a record: `{ float: 1 }` (a float whose value is an integer), `{ tag: 0, value }`, `{ simple: 23 }` (undefined).
 * A map is a record by its keys: text by itself, an integer as `#1`. A map with other keys, with a key twice, or whose names would be one of the
 * records above is `{ entries: [{ key, value }] }`.
 */
import type { Fresh } from './fresh.ts';

export type CborType =
  | { readonly kind: 'int' | 'float' | 'text' | 'bool' | 'any' }
  /** `length`: how many bytes there have to be, for whoever reads; more or fewer are decoded as they are. */
  | { readonly kind: 'bytes'; readonly length?: number }
  | { readonly kind: 'list'; readonly element: CborType }
  | CborMap;

export interface CborMap {
  readonly kind: 'map';
  readonly entries: readonly CborEntry[];
}

export interface CborEntry {
  /** The name in trees and values. */
  readonly name: string;
  /** The key on the wire: text (the name where left out) or an integer. */
  readonly key?: string | number;
  readonly doc: string;
  readonly type: CborType;
  /** What is new in it in each run, by nature (`fresh`). */
  readonly fresh?: Fresh;
}

/** Makes layouts of CBOR. */
export const cbor = {
  int: { kind: 'int' },
  float: { kind: 'float' },
  text: { kind: 'text' },
  bool: { kind: 'bool' },
  any: { kind: 'any' },
  bytes: (length?: number): CborType => (length === undefined ? { kind: 'bytes' } : { kind: 'bytes', length }),
  list: (element: CborType): CborType => ({ kind: 'list', element }),
  map: (entries: readonly CborEntry[]): CborMap => ({ kind: 'map', entries }),
  /** An entry whose key on the wire is its name, or `key`: an integer, as in COSE, or another text. */
  entry: (name: string, doc: string, type: CborType, key?: string | number): CborEntry => ({
    ...{ name, doc, type },
    ...(key === undefined ? {} : { key }),
  }),
} as const satisfies Readonly<Record<string, CborType | ((...given: never[]) => CborType | CborEntry)>>;
