/**
 * Layouts of binary messages as plain data. From one layout come the decode tree, the encoder, the names that filters and
 * completion know, and the reference page; nothing about a message is written twice. Compiled once (struct.ts), since
 * interpreting a layout for each packet costs ten times as much. What each kind of item does stands in `items/`.
 *
 * Integers are big-endian unless an item says `order: 'little'`.
 */
import type { Fresh } from './fresh.ts';

interface Common {
  /** The specification's word. */
  readonly name: string;
  readonly doc: string;
  /** What is new in it in each run, by nature (`fresh`). */
  readonly fresh?: Fresh;
}

export interface UintItem extends Common {
  readonly kind: 'uint';
  /** Bytes; values of 8 bytes are bigint. */
  readonly size: 1 | 2 | 3 | 4 | 5 | 6 | 8;
  readonly order?: 'little';
  readonly signed?: true;
  /** A person reads it in hexadecimal: a magic number, a mask. */
  readonly hex?: true;
  /** Words for values. */
  readonly names?: Readonly<Record<number, string>>;
}

/** A LEB128 integer: little-endian base 128, at most 10 bytes (64 bits), as in Protocol Buffers and multiformats. */
export interface VarintItem extends Common {
  readonly kind: 'varint';
  /** Signed: 0, -1, 1, -2 … stand as 0, 1, 2, 3 … (Protocol Buffers, `sint64`). */
  readonly zigzag?: true;
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

/** Named bits of one unsigned integer, each true or false; the bits without a name are the integer `other`. */
export interface FlagsItem extends Common {
  readonly kind: 'flags';
  readonly size: 1 | 2 | 4;
  readonly order?: 'little';
  /** `bit` 0 is the least significant. */
  readonly flags: readonly (Common & { readonly bit: number })[];
}

/**
 * An earlier integer of this or an enclosing struct by name, and what it counts: the integer times `times`, less `less`, plus `plus`. With
 * `less: 1` it counts one byte more than this item has: a type byte before it, say.
 */
export interface Ref {
  readonly ref: string;
  readonly times?: number;
  readonly less?: number;
  readonly plus?: number;
}

/** How many bytes: a number, an earlier integer, or all that is left. */
export type Length = number | Ref | 'rest';

export interface BytesItem extends Common {
  readonly kind: 'bytes';
  readonly length: Length;
  /**
   * `utf8` text, or a little-endian unsigned integer as wide as the bytes, given as hex without leading zeros. A later item
   * may take its length from such an integer. `address`: an IPv4 or IPv6 address of 4 or 16 bytes, as text. `nul-padded`: UTF-8 text with
   * NUL bytes up to the end.
   */
  readonly as?: 'utf8' | 'little-endian-hex' | 'address' | 'nul-padded';
}

/** UTF-8 text up to a NUL byte, which belongs to it. */
export interface TerminatedItem extends Common {
  readonly kind: 'terminated';
}

/** A point in time. */
export interface TimeItem extends Common {
  readonly kind: 'time';
  /** Seconds, milliseconds, microseconds or nanoseconds since the epoch; NTP's 64 bits (RFC 5905); TAI64N, 12 bytes. */
  readonly unit: 's' | 'ms' | 'us' | 'ns' | 'ntp' | 'tai64n';
  /** Bytes of a count of seconds and smaller units. */
  readonly size?: 4 | 8;
  readonly order?: 'little';
  /** ISO 8601; 1970 where left out. Of a count of seconds and smaller units alone. */
  readonly epoch?: string;
  /** TAI64N: what TAI is ahead of UTC, in seconds; 37 (since 2017) where left out. */
  readonly leapSeconds?: number;
}

/** Bytes without a meaning, zeros where they are left out: `length` of them, or as many as reach a multiple of `align`. */
export interface PaddingItem extends Common {
  readonly kind: 'padding';
  readonly length?: number;
  /** Counted from the start of the struct in which it stands. */
  readonly align?: number;
}

export type ChecksumAlgorithm =
  | 'crc32'
  | 'crc32c'
  | 'crc16-ccitt'
  | 'crc16-arc'
  | 'adler32'
  | 'internet'
  | 'sha256'
  | 'sha256d'
  | 'sha512'
  | 'blake2b';

/** A checksum over items of the struct in which it stands. */
export interface ChecksumItem extends Common {
  readonly kind: 'checksum';
  readonly algorithm: ChecksumAlgorithm;
  /** Bytes: of a hash, its first ones; of any other algorithm as many as it has. */
  readonly size: number;
  readonly order?: 'little';
  /** First and last item that it covers; left out: the first of the struct, and the last before the checksum. */
  readonly over: { readonly from?: string; readonly to?: string };
}

export interface StructItem extends Common {
  readonly kind: 'struct';
  readonly items: readonly Item[];
  /** It ends after so many bytes; those that no item of it claims are its field `trailing`. */
  readonly length?: Length;
}

/** What may stand in a list: an item that is one field. */
export type ListElement = Exclude<Item, BitsItem | CaseItem | WhenItem | PaddingItem | ChecksumItem>;

/** One item after another: a count of them, all that fit into the rest, or up to bytes that end the list. */
export interface ListItem extends Common {
  readonly kind: 'list';
  readonly count: number | Ref | 'rest' | { readonly until: readonly number[] };
  readonly item: ListElement;
}

/**
 * Items that depend on an earlier integer; a value without a case has the items of `otherwise`. Without those, it ends the decode with
 * what follows undecoded.
 */
export interface CaseItem {
  readonly kind: 'case';
  readonly on: string;
  readonly cases: Readonly<Record<number, readonly Item[]>>;
  readonly otherwise?: readonly Item[];
}

/** Items that are there only with some values of an earlier integer or flag. */
export interface WhenItem {
  readonly kind: 'when';
  readonly on: string;
  readonly values: readonly number[];
  readonly items: readonly Item[];
}

export type Item =
  | UintItem
  | VarintItem
  | FloatItem
  | BitsItem
  | FlagsItem
  | BytesItem
  | TerminatedItem
  | TimeItem
  | PaddingItem
  | ChecksumItem
  | StructItem
  | ListItem
  | CaseItem
  | WhenItem;
