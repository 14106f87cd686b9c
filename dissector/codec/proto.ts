import { defaultLimits, type Field, type Limits, malformed, overLimit } from '../bytes/index.ts';
import { Cursor, type Decoded } from './cursor.ts';

/**
 * A protobuf (proto3) message as data. Ranges cover a whole record: tag, length, value.
 * Source: Protocol Buffers encoding reference; varints are little-endian base 128, fixed-width values little-endian.
 */
export interface ProtoMessage {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly ProtoField[];
}

export interface ProtoField {
  readonly number: number;
  readonly name: string;
  readonly type: 'string' | 'bytes' | 'uint64' | ProtoMessage;
  readonly repeated?: true;
  readonly doc: string;
}

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
const GROUP = 3;
const END_GROUP = 4;
export const FIXED32 = 5;

const wireTypeNames: Readonly<Record<number, string>> = {
  0: 'varint',
  1: '64-bit',
  2: 'length-delimited',
  3: 'group',
  4: 'end of group',
  5: '32-bit',
};
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes `bytes[start, end)` as one message. Unknown fields are kept as `field_N`; a second value of a field that is not
 * repeated stays visible too (readers take the last). Never throws.
 */
export function decodeProto(
  layout: ProtoMessage,
  bytes: Uint8Array,
  source = 0,
  start = 0,
  end: number = bytes.length,
  limits: Limits = defaultLimits,
): Decoded {
  const cursor = new Cursor(bytes, source, start, end, limits);
  const field = readMessage(layout, cursor, end, layout.name, 0);
  return cursor.problem === undefined ? { field, end: cursor.at } : { field, end: cursor.at, problem: cursor.problem };
}

function readMessage(layout: ProtoMessage, cursor: Cursor, end: number, path: string, depth: number): Field {
  const children: Field[] = [];
  const field: Field = {
    name: layout.name,
    kind: 'struct',
    doc: layout.doc,
    source: cursor.source,
    start: cursor.at,
    end,
    children,
  };
  if (depth > cursor.limits.depth) {
    cursor.problem = overLimit('depth', cursor.limits.depth, depth, 'nesting of messages', cursor.at, path);
    field.end = cursor.at;
    return field;
  }
  while (cursor.at < end && cursor.problem === undefined) readRecord(layout, cursor, end, path, depth, children);
  field.end = cursor.at;
  return field;
}

function readRecord(layout: ProtoMessage, cursor: Cursor, end: number, path: string, depth: number, children: Field[]): void {
  const start = cursor.at;
  const tag = readVarint(cursor, end, path);
  if (tag === undefined || !cursor.count(path)) {
    // A record that did not become one is not in the tree: its bytes are left to the caller.
    cursor.at = start;
    return;
  }
  const number = Number(tag >> 3n);
  const wireType = Number(tag & 7n);
  // A known number with another wire type is an unknown field, as every reader of proto3 has it.
  const known = layout.fields.find((item) => item.number === number && wireTypeOf(item) === wireType);
  const at = `${path}.${known?.name ?? `field_${number}`}`;
  if (number === 0 || number > 0x1fff_ffff) {
    fail(cursor, start, at, `field number ${number} is out of the range 1..536870911`);
    return;
  }
  const { source } = cursor;
  const record: Field = {
    name: known?.name ?? `field_${number}`,
    kind: 'value',
    source,
    start,
    end: start,
    doc: known?.doc ?? unknownDoc(number, wireType),
  };
  if (known?.repeated) record.repeated = true;
  if (known === undefined) record.json = false;
  const isRead =
    wireType === GROUP
      ? readGroup(record, number, cursor, end, at, depth)
      : readValue(record, known, wireType, cursor, end, at, depth);
  if (!isRead) {
    if (record.children === undefined) cursor.at = start;
    else children.push(record);
    record.end = cursor.at;
    return;
  }
  record.end = cursor.at;
  children.push(record);
  if (typeof known?.type !== 'object' || known.repeated) return;
  const first = children.find(({ name }) => name === known.name);
  if (first !== undefined && first !== record) mergeInto(first, record);
}

/**
 * A message that stands twice is one: fields of the later win, those that only the earlier has stay. What is merged stands in the
 * first; the later keeps its bytes in the tree, and counts no more by itself.
 */
function mergeInto(first: Field, later: Field): void {
  const won = new Set(later.children!.filter(({ repeated }) => !repeated).map(({ name }) => name));
  for (const child of first.children!) if (won.has(child.name)) child.json = false;
  first.children = first.children!.some(({ json }) => json === false)
    ? [...later.children!, ...first.children!]
    : [...first.children!, ...later.children!];
  later.json = false;
}

/** Skips the records of a group up to its end, groups inside it too; false where it does not end. */
function skipGroup(number: number, cursor: Cursor, end: number, path: string, depth: number): boolean {
  if (depth > cursor.limits.depth) {
    cursor.problem = overLimit('depth', cursor.limits.depth, depth, 'nesting of groups', cursor.at, path);
    return false;
  }
  for (;;) {
    if (cursor.at >= end) {
      fail(cursor, cursor.at, path, `group ${number} does not end`);
      return false;
    }
    const tag = readVarint(cursor, end, path);
    if (tag === undefined || !cursor.count(path)) return false;
    const [inner, wireType] = [Number(tag >> 3n), Number(tag & 7n)];
    if (wireType === END_GROUP && inner === number) return true;
    if (wireType === END_GROUP) {
      fail(cursor, cursor.at, path, `group ${number} ends as group ${inner}`);
      return false;
    }
    if (wireType === GROUP ? !skipGroup(inner, cursor, end, path, depth + 1) : !skipValue(wireType, cursor, end, path))
      return false;
  }
}

function skipValue(wireType: number, cursor: Cursor, end: number, path: string): boolean {
  const record: Field = { name: '', kind: 'value', source: cursor.source, start: cursor.at, end: cursor.at };
  return readValue(record, undefined, wireType, cursor, end, path, 0);
}

/** A group, which no message of proto3 defines: its bytes as they are. */
function readGroup(record: Field, number: number, cursor: Cursor, end: number, path: string, depth: number): boolean {
  const from = cursor.at;
  if (!skipGroup(number, cursor, end, path, depth + 1)) return false;
  record.value = cursor.bytes.subarray(from, cursor.at);
  return true;
}

function readValue(
  record: Field,
  known: ProtoField | undefined,
  wireType: number,
  cursor: Cursor,
  end: number,
  path: string,
  depth: number,
): boolean {
  switch (wireType) {
    case VARINT: {
      const value = readVarint(cursor, end, path);
      if (value === undefined) return false;
      record.value = value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
      return true;
    }
    case FIXED64:
    case FIXED32: {
      const size = wireType === FIXED64 ? 8 : 4;
      if (!fits(cursor, size, end, path)) return false;
      const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + cursor.at, size);
      record.value = size === 8 ? view.getBigUint64(0, true) : view.getUint32(0, true);
      cursor.at += size;
      return true;
    }
    case LENGTH: {
      const length = readVarint(cursor, end, path);
      if (length === undefined || !fits(cursor, Number(length), end, path)) return false;
      const stop = cursor.at + Number(length);
      if (typeof known?.type === 'object') {
        const inner = readMessage(known.type, cursor, stop, path, depth + 1);
        const children = inner.children!;
        record.children = children;
        (record as { kind: Field['kind'] }).kind = 'struct';
        // The tag and length of an embedded message belong to it: its first child starts after them.
        record.punctuated = true;
        return cursor.problem === undefined;
      }
      const raw = cursor.bytes.subarray(cursor.at, stop);
      record.value = raw;
      if (known?.type === 'string') readString(record, raw, path);
      cursor.at = stop;
      return true;
    }
    default:
      fail(cursor, cursor.at, path, `wire type ${wireType} (${wireTypeNames[wireType] ?? 'reserved'}) is not used by proto3`);
      return false;
  }
}

function readString(record: Field, raw: Uint8Array, path: string): void {
  try {
    record.value = utf8.decode(raw);
  } catch {
    record.problem = malformed('a proto3 string must be UTF-8', record.start, path);
  }
}

function wireTypeOf(field: ProtoField): number {
  return field.type === 'uint64' ? VARINT : LENGTH;
}

function unknownDoc(number: number, wireType: number): string {
  return `Field ${number} (${wireTypeNames[wireType] ?? 'reserved wire type'}) is not in the message's definition.`;
}

function fits(cursor: Cursor, length: number, end: number, path: string): boolean {
  if (length <= end - cursor.at) return true;
  const had = end - cursor.at;
  cursor.problem = {
    kind: 'malformed',
    text: `${path} claims ${length} bytes, ${had} are left`,
    at: cursor.at,
    path,
    needed: length,
    had,
  };
  return false;
}

function fail(cursor: Cursor, at: number, path: string, text: string): void {
  cursor.problem = malformed(text, at, path);
  cursor.at = at;
}

/** Reads a varint of at most 10 bytes (64 bits). */
function readVarint(cursor: Cursor, end: number, path: string): bigint | undefined {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    if (cursor.at >= end) {
      cursor.problem = malformed('a varint ends in the middle', cursor.at, path);
      return undefined;
    }
    const byte = cursor.bytes[cursor.at++]!;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  cursor.problem = malformed('a varint is longer than 10 bytes', cursor.at, path);
  return undefined;
}
