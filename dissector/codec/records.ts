import { defaultLimits, type Field, type Limits, malformed, overLimit, type Problem } from '../bytes/index.ts';
import type { Decoded } from './cursor.ts';
import { FIXED32, FIXED64, LENGTH, VARINT } from './protolayout.ts';

/**
 * Protobuf without a layout: the records as they stand, with the best reading of each. Offsets count in the bytes given.
 * Source: Protocol Buffers encoding reference; varints are little-endian base 128, fixed-width values little-endian.
 */
export interface ProtoRecord {
  readonly number: number;
  readonly wireType: number;
  /** Of the tag. */
  readonly start: number;
  /** Of the length, where there is one; else that of the value. */
  readonly after: number;
  /** Of the value. */
  readonly at: number;
  readonly end: number;
  /** Of a varint. */
  readonly value: bigint;
}

export interface ProtoRecords {
  readonly records: readonly ProtoRecord[];
  /** Where reading stopped. */
  readonly end: number;
  readonly problem?: Problem;
}

/** The records of `bytes[start, end)`, not what is inside them. A problem where they do not fill it to the last byte. */
export function scanRecords(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
  limits: Limits = defaultLimits,
): ProtoRecords {
  const records: ProtoRecord[] = [];
  let at = start;
  while (at < end) {
    if (records.length >= limits.fields)
      return {
        records,
        end: at,
        problem: overLimit('fields', limits.fields, records.length + 1, 'records of one message', at),
      };
    const record = readRecord(bytes, at, end);
    if (typeof record === 'string') return { records, end: at, problem: malformed(record, at) };
    records.push(record);
    at = record.end;
  }
  return { records, end: at };
}

function readRecord(bytes: Uint8Array, start: number, end: number): ProtoRecord | string {
  const tag = readVarint(bytes, start, end);
  if (typeof tag === 'string') return tag;
  const number = Number(tag.value >> 3n);
  const wireType = Number(tag.value & 7n);
  if (number === 0 || number > 0x1fff_ffff) return `field number ${number} is out of the range 1..536870911`;
  const after = tag.end;
  const record = { number, wireType, start, after, at: after, value: 0n };
  if (wireType === VARINT) {
    const varint = readVarint(bytes, after, end);
    return typeof varint === 'string' ? varint : { ...record, value: varint.value, end: varint.end };
  }
  if (wireType === FIXED64 || wireType === FIXED32) {
    const size = wireType === FIXED64 ? 8 : 4;
    return end - after < size ? `field ${number} has ${end - after} of ${size} bytes` : { ...record, end: after + size };
  }
  if (wireType !== LENGTH) return `field ${number} has the wire type ${wireType}, which proto3 does not use`;
  const length = readVarint(bytes, after, end);
  if (typeof length === 'string') return length;
  if (length.value > BigInt(end - length.end))
    return `field ${number} claims ${length.value} bytes, ${end - length.end} are left`;
  return { ...record, at: length.end, end: length.end + Number(length.value) };
}

/** A varint of at most 10 bytes (64 bits). */
function readVarint(bytes: Uint8Array, start: number, end: number): { value: bigint; end: number } | string {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    if (start + i >= end) return 'a varint ends in the middle';
    const byte = bytes[start + i]!;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: start + i + 1 };
  }
  return 'a varint is longer than 10 bytes';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text where they are UTF-8 without control characters. */
export function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return /\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** What one tree may still hold. */
interface Budget {
  readonly limits: Limits;
  fields: number;
  nested: number;
}

/**
 * The records of `bytes[start, end)` as a list called `tree`: `field`, `wire_type` and `value`, or `length`, `bytes` and, where
 * they read so, `string` or `message` (the records inside). Never throws; stops at the first record that is none.
 */
export function decodeRecords(
  bytes: Uint8Array,
  source = 0,
  start = 0,
  end: number = bytes.length,
  limits: Limits = defaultLimits,
): Decoded {
  const budget = { limits, fields: limits.fields, nested: limits.nestedBytes };
  const scanned = scanRecords(bytes, start, end, limits);
  const field: Field = {
    name: 'tree',
    kind: 'list',
    doc: 'A protobuf message of no known layout: its records with the best reading of each.',
    source,
    start,
    end: scanned.end,
    children: [],
  };
  for (const record of scanned.records) {
    if (budget.fields <= 0) {
      field.end = record.start;
      const problem = overLimit('fields', limits.fields, limits.fields + 1, 'tree', record.start, 'tree');
      return { field, end: record.start, problem };
    }
    field.children!.push(recordField(bytes, source, record, 1, budget));
  }
  return { field, end: scanned.end, ...(scanned.problem === undefined ? {} : { problem: scanned.problem }) };
}

function recordField(bytes: Uint8Array, source: number, record: ProtoRecord, depth: number, budget: Budget): Field {
  const { number, wireType, start, after, end } = record;
  // Tag and wire type are bits of one varint; a longer tag has the number's bits in several places.
  const tag = (after - start) * 8;
  const numberBits = tag === 8 ? { from: 1, width: 4 } : { from: 0, width: tag };
  const children: Field[] = [
    { name: 'field', kind: 'value', value: number, doc: 'Field number.', source, start, end: after, bits: numberBits },
    {
      name: 'wire_type',
      kind: 'value',
      value: wireType,
      doc: '0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.',
      source,
      start,
      end: after,
      bits: { from: 5, width: 3 },
    },
  ];
  if (wireType === LENGTH) children.push(...lengthFields(bytes, source, record, depth, budget));
  else children.push(valueField(bytes, source, record));
  budget.fields -= children.length + 1;
  return { name: `field_${number}`, kind: 'struct', source, start, end, children, text: summary(children) };
}

function summary(children: readonly Field[]): string {
  const { value, text } = children.findLast(({ kind }) => kind === 'value')!;
  return value instanceof Uint8Array ? `${value.length} bytes` : (text ?? String(value));
}

function valueField(bytes: Uint8Array, source: number, { wireType, at, end, value: varint }: ProtoRecord): Field {
  const field: Field = { name: 'value', kind: 'value', source, start: at, end };
  if (wireType === VARINT) return { ...field, value: narrow(varint), doc: 'Varint, unsigned.' };
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, end - at);
  const value = wireType === FIXED64 ? narrow(view.getBigUint64(0, true)) : view.getUint32(0, true);
  const float = wireType === FIXED64 ? view.getFloat64(0, true) : view.getFloat32(0, true);
  return { ...field, value, text: `${value} (as a float ${float})`, doc: 'Little-endian, unsigned.' };
}

function narrow(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** The limit that reading a message inside a message would pass, and by what. */
function passedBy(
  records: number,
  length: number,
  depth: number,
  { fields, nested, limits }: Budget,
): readonly ['depth' | 'nestedBytes' | 'fields', number] | undefined {
  if (depth >= limits.depth) return ['depth', depth + 1];
  if (nested < length) return ['nestedBytes', limits.nestedBytes - nested + length];
  return records * 5 > fields ? ['fields', limits.fields - fields + records * 5] : undefined;
}

function lengthFields(bytes: Uint8Array, source: number, record: ProtoRecord, depth: number, budget: Budget): Field[] {
  const { after, at, end } = record;
  const value = bytes.subarray(at, end);
  const out: Field[] = [
    { name: 'length', kind: 'value', value: end - at, doc: 'Bytes of the value.', source, start: after, end: at },
    { name: 'bytes', kind: 'value', value, source, start: at, end },
  ];
  const text = printable(value);
  // Readings of bytes that stand in the tree already.
  const reading = { source, start: at, end, generated: true } as const;
  if (text !== undefined) {
    out.push({ name: 'string', kind: 'value', value: text, doc: 'The bytes as UTF-8 text.', ...reading });
    return out;
  }
  const { records, problem } = scanRecords(bytes, at, end, budget.limits);
  if (problem !== undefined || records.length === 0) return out;
  const passed = passedBy(records.length, value.length, depth, budget);
  if (passed !== undefined) {
    const [limit, had] = passed;
    out[1]!.problem = overLimit(limit, budget.limits[limit], had, 'a message inside these bytes', at, 'bytes');
    return out;
  }
  budget.nested -= value.length;
  const children: Field[] = [];
  budget.fields -= records.length * 5;
  for (const inner of records) {
    budget.fields += 5;
    children.push(recordField(bytes, source, inner, depth + 1, budget));
  }
  out.push({ name: 'message', kind: 'list', children, doc: 'The bytes as a message.', ...reading });
  return out;
}
