/**
 * Layouts of binary messages as plain data. From one layout come the decode tree, the encoder, the names that filters and
 * completion know, and the reference page; nothing about a message is written twice. Compiled once (struct.ts), since
 * interpreting a layout for each packet costs ten times as much.
 *
 * Integers are big-endian unless an item says `order: 'little'`.
 */
interface Common {
  /** The specification's word. */
  readonly name: string;
  readonly doc: string;
}

export interface UintItem extends Common {
  readonly kind: 'uint';
  /** Bytes: 1, 2, 4 or 8; values of 8 bytes are bigint. */
  readonly size: 1 | 2 | 4 | 8;
  readonly order?: 'little';
  readonly signed?: true;
  /** Words for values. */
  readonly names?: Readonly<Record<number, string>>;
}

/** An unsigned LEB128 integer: little-endian base 128, at most 10 bytes (64 bits), as in Protocol Buffers and multiformats. */
export interface VarintItem extends Common {
  readonly kind: 'varint';
}

/** IEEE 754 binary32 or binary64. */
export interface FloatItem extends Common {
  readonly kind: 'float';
  readonly size: 4 | 8;
  readonly order?: 'little';
}

/** Bit fields of one big-endian unsigned integer of `size` bytes (1, 2 or 4), from the most significant bit on. */
export interface BitsItem {
  readonly kind: 'bits';
  readonly size: 1 | 2 | 4;
  readonly bits: readonly (Common & { readonly width: number; readonly names?: Readonly<Record<number, string>> })[];
}

/** How many bytes: a number, an earlier integer of this or an enclosing struct by name, or all that is left. */
export type Length = number | { readonly ref: string } | 'rest';

export interface BytesItem extends Common {
  readonly kind: 'bytes';
  readonly length: Length;
  /**
   * `utf8` text, or a little-endian unsigned integer as wide as the bytes, given as hex without leading zeros. A later item
   * may take its length from such an integer. `address`: an IPv4 or IPv6 address of 4 or 16 bytes, as text.
   */
  readonly as?: 'utf8' | 'little-endian-hex' | 'address';
}

export interface StructItem extends Common {
  readonly kind: 'struct';
  readonly items: readonly Item[];
}

export interface ListItem extends Common {
  readonly kind: 'list';
  readonly count: { readonly ref: string };
  readonly item: StructItem;
}

/** Items that depend on an earlier integer; a value without a case ends the decode with what follows undecoded. */
export interface CaseItem {
  readonly kind: 'case';
  readonly on: string;
  readonly cases: Readonly<Record<number, readonly Item[]>>;
}

export type Item = UintItem | VarintItem | FloatItem | BitsItem | BytesItem | StructItem | ListItem | CaseItem;

export function uint(
  size: UintItem['size'],
  name: string,
  doc: string,
  more: Partial<Pick<UintItem, 'order' | 'signed' | 'names'>> = {},
): UintItem {
  return { kind: 'uint', size, name, doc, ...more };
}

/** Later items may take their length from it. */
export function varint(name: string, doc: string): VarintItem {
  return { kind: 'varint', name, doc };
}

export function float(size: FloatItem['size'], name: string, doc: string): FloatItem {
  return { kind: 'float', size, name, doc };
}

export function bits(size: BitsItem['size'], items: BitsItem['bits']): BitsItem {
  return { kind: 'bits', size, bits: items };
}

export function bytes(name: string, length: Length, doc: string, as?: BytesItem['as']): BytesItem {
  return { kind: 'bytes', name, length, doc, ...(as === undefined ? {} : { as }) };
}

export function struct(name: string, doc: string, items: readonly Item[]): StructItem {
  return { kind: 'struct', name, doc, items };
}

export function list(name: string, count: string, doc: string, item: StructItem): ListItem {
  return { kind: 'list', name, count: { ref: count }, doc, item };
}

export function byCase(on: string, cases: CaseItem['cases']): CaseItem {
  return { kind: 'case', on, cases };
}
