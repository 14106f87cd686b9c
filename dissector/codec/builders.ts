/** Makes the items of layouts. */
import { isHash, longest } from './checksums.ts';
import type {
  BitsItem,
  BytesItem,
  CaseItem,
  ChecksumAlgorithm,
  ChecksumItem,
  FlagsItem,
  FloatItem,
  Item,
  Length,
  ListElement,
  ListItem,
  PaddingItem,
  StructItem,
  TerminatedItem,
  TimeItem,
  UintItem,
  VarintItem,
  WhenItem,
} from './layout.ts';

/** An integer of 1 to 6, or of 8 bytes, big-endian unless `order: 'little'`. Values of 8 bytes are bigint. */
export function uint(
  size: UintItem['size'],
  name: string,
  doc: string,
  more: Partial<Pick<UintItem, 'order' | 'signed' | 'hex' | 'names'>> = {},
): UintItem {
  return { kind: 'uint', size, name, doc, ...more };
}

/** An unsigned LEB128 integer of at most 64 bits (10 bytes), as in Protocol Buffers. Later items may take their length from it. */
export function varint(name: string, doc: string): VarintItem {
  return { kind: 'varint', name, doc };
}

/** A signed LEB128 integer in zig-zag form (Protocol Buffers, `sint64`), at most 64 bits. */
export function zigzag(name: string, doc: string): VarintItem {
  return { kind: 'varint', zigzag: true, name, doc };
}

/** IEEE 754 binary32 or binary64 (4 or 8 bytes), big-endian unless `order` is `little`. */
export function float(size: FloatItem['size'], name: string, doc: string, order?: 'little'): FloatItem {
  return { kind: 'float', size, name, doc, ...(order === undefined ? {} : { order }) };
}

/** Bit fields of one big-endian integer of 1, 2 or 4 bytes, from the most significant bit on; their widths are all of its bits. */
export function bits(size: BitsItem['size'], items: BitsItem['bits']): BitsItem {
  return { kind: 'bits', size, bits: items };
}

/**
 * Named bits of an integer of 1, 2 or 4 bytes as a record of booleans; bit 0 is the least significant. Bits without a name are kept in
 * `other`. Encoders take the record (a flag that is left out is false) or the whole integer. Later items may refer to a flag (`when`).
 */
export function flags(
  size: FlagsItem['size'],
  name: string,
  doc: string,
  named: FlagsItem['flags'],
  order?: 'little',
): FlagsItem {
  return { kind: 'flags', size, name, doc, flags: named, ...(order === undefined ? {} : { order }) };
}

/** Bytes: as many as `length` says. Text that is not UTF-8 is shown with replacement characters and encoded as it stood. */
export function bytes(name: string, length: Length, doc: string, as?: BytesItem['as']): BytesItem {
  return { kind: 'bytes', name, length, doc, ...(as === undefined ? {} : { as }) };
}

/** UTF-8 text up to a NUL byte, which belongs to the field. Encoders add the NUL to text; bytes stand as they are. */
export function nulTerminated(name: string, doc: string): TerminatedItem {
  return { kind: 'terminated', name, doc };
}

/**
 * Bytes or text with their length before them, as two items to spread into a struct: `...prefixed('host', 'u8', 'The host.', 'utf8')` makes
 * `host_length` and `host`. The length counts bytes; encoders fill it in where it is left out.
 */
export function prefixed(
  name: string,
  prefix: 'u8' | 'u16' | 'u32' | 'varint',
  doc: string,
  as?: BytesItem['as'],
  order?: 'little',
): readonly [UintItem | VarintItem, BytesItem] {
  const length = `${name}_length`;
  const words = `Bytes of ${name}.`;
  const sizes = { u8: 1, u16: 2, u32: 4 } as const;
  const first = prefix === 'varint' ? varint(length, words) : uint(sizes[prefix], length, words, order && { order });
  return [first, bytes(name, { ref: length }, doc, as)];
}

/** An IPv4 address, 4 bytes, as text in dotted decimal. */
export function ipv4(name: string, doc: string): BytesItem {
  return bytes(name, 4, doc, 'address');
}

/** An IPv6 address, 16 bytes, as text (RFC 5952); IPv4-mapped ones as `::ffff:192.0.2.1`. */
export function ipv6(name: string, doc: string): BytesItem {
  return bytes(name, 16, doc, 'address');
}

/** A port, 2 bytes, big-endian. */
export function port(name: string, doc: string): UintItem {
  return uint(2, name, doc);
}

/**
 * A point in time as text in ISO 8601, UTC. `s`, `ms`, `us` and `ns` count from `epoch` (1970) in 4 or 8 bytes; `ntp` is RFC 5905's 64 bits, from
 * 1968 to 2104; `tai64n` has 12 bytes. Encoders take the text, the count as an integer, or bytes. A time that no date can say is hex.
 */
export function time(
  unit: TimeItem['unit'],
  name: string,
  doc: string,
  more: Partial<Pick<TimeItem, 'size' | 'order' | 'epoch' | 'leapSeconds'>> = {},
): TimeItem {
  return { kind: 'time', unit, name, doc, ...more };
}

/** So many bytes without a meaning; encoders write zeros where they are left out. */
export function padding(length: number, doc = 'Padding.', name = 'padding'): PaddingItem {
  return { kind: 'padding', name, length, doc };
}

/** Bytes up to a multiple of `to` from the start of the struct; encoders write zeros where they are left out. */
export function align(to: number, doc = `Padding to a multiple of ${to} bytes.`, name = 'padding'): PaddingItem {
  return { kind: 'padding', name, align: to, doc };
}

/**
 * A checksum over items of its struct, from the first to the last that `over` names; its own bytes are zeros there. Decoded it has a verdict,
 * valid or invalid; encoders compute it where it is left out and write a wrong one as they are told.
 *
 * `crc32` (IEEE 802.3), `crc32c` (RFC 3720) and `adler32` (RFC 1950): 4 bytes; `crc16-ccitt` (polynomial 0x1021, initial 0xffff), `crc16-arc` and
 * `internet` (RFC 1071): 2 bytes; all big-endian unless `order: 'little'`. `sha256`, `sha256d` (twice), `sha512` and `blake2b` (of 64 bytes): the
 * first `size` bytes of the digest, 4 where left out.
 */
export function checksum(
  algorithm: ChecksumAlgorithm,
  name: string,
  doc: string,
  more: Partial<Pick<ChecksumItem, 'over' | 'order' | 'size'>> = {},
): ChecksumItem {
  const size = isHash(algorithm) ? (more.size ?? 4) : longest(algorithm)!;
  return { kind: 'checksum', algorithm, name, doc, over: {}, ...more, size };
}

/** Items one after the other. A struct in a struct is a record; its items may refer to the integers of those around it. */
export function struct(name: string, doc: string, items: readonly Item[]): StructItem {
  return { kind: 'struct', name, doc, items };
}

/**
 * A struct in so many bytes. Its items read no byte beyond them; a length of `rest` means the rest of these bytes. Bytes after its items are
 * its field `trailing`.
 */
export function bounded(name: string, length: Length, doc: string, items: readonly Item[]): StructItem {
  return { kind: 'struct', name, length, doc, items };
}

/**
 * A list: `count` is the name of an earlier integer, a number of elements, a reference with arithmetic, `rest` (up to the end), or
 * `{ until: [0] }`, the bytes that end it. Encoders fill in the integer where it is left out.
 */
export function list(name: string, count: string | ListItem['count'], doc: string, item: ListElement): ListItem {
  const given = typeof count === 'string' && count !== 'rest' ? { ref: count } : (count as ListItem['count']);
  return { kind: 'list', name, count: given, doc, item };
}

/** Items by the value of an earlier integer, a tagged union; `otherwise` for any other value. */
export function byCase(on: string, cases: CaseItem['cases'], otherwise?: readonly Item[]): CaseItem {
  return { kind: 'case', on, cases, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** Items that are there only where an earlier integer, bit field or flag has this value, or one of these. */
export function when(on: string, value: number | boolean | readonly number[], items: readonly Item[]): WhenItem {
  const values = typeof value === 'object' ? value : [Number(value)];
  return { kind: 'when', on, values, items };
}

/**
 * Entries of tag, length and value (TLV) up to the end: a list of records that hold `tag`, `length` (an integer of yours, bytes of the value)
 * and the struct that `known` has for the tag. The value of an unknown tag is kept as the bytes `value`.
 */
export function tlv(name: string, doc: string, { tag, length, known }: TlvParts): ListItem {
  const cases = Object.entries(known).map(([value, item]) => [value, [{ ...item, length: { ref: length.name } }]]);
  const unknown = bytes('value', { ref: length.name }, 'The value of an unknown tag.');
  return list(
    name,
    'rest',
    doc,
    struct('entry', 'A tag, a length, a value.', [tag, length, byCase(tag.name, Object.fromEntries(cases), [unknown])]),
  );
}

export interface TlvParts {
  readonly tag: UintItem | VarintItem;
  readonly length: UintItem | VarintItem;
  readonly known: Readonly<Record<number, StructItem>>;
}
