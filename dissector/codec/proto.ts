import { defaultLimits, type Field, type Limits, malformed, overLimit } from '../bytes/index.ts';
import { Cursor, type Decoded } from './cursor.ts';
import {
  END_GROUP,
  FIXED32,
  FIXED64,
  GROUP,
  isMessage,
  isPackable,
  LENGTH,
  type ProtoField,
  type ProtoMessage,
  VARINT,
  wireTypeNames,
  wireTypeOf,
} from './protolayout.ts';
import { fixedValue, varintValue } from './protovalue.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes `bytes[start, end)` as one message; ranges cover a whole record: tag, length, value. Unknown fields are kept as `field_N`; a
 * second value of a field that is not repeated stays visible too (readers take the last), and so does one of a `oneof` that another
 * replaces. Never throws.
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
  const chosen: Chosen = { fields: undefined };
  while (cursor.at < end && cursor.problem === undefined) readRecord(layout, cursor, end, path, depth, children, chosen);
  field.end = cursor.at;
  return field;
}

/** The fields of a message that stand for their `oneof`. */
interface Chosen {
  fields: Map<string, Field> | undefined;
}

function readRecord(
  layout: ProtoMessage,
  cursor: Cursor,
  end: number,
  path: string,
  depth: number,
  children: Field[],
  chosen: Chosen,
): void {
  const start = cursor.at;
  const tag = readVarint(cursor, end, path);
  if (tag === undefined || !cursor.count(path)) {
    // A record that did not become one is not in the tree: its bytes are left to the caller.
    cursor.at = start;
    return;
  }
  const [number, wireType] = partsOf(tag);
  // A known number with another wire type is an unknown field, as every reader of proto3 has it.
  const known = layout.fields.find((item) => item.number === number && takes(item, wireType));
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
  if (known === undefined) record.unknown = cursor.bytes.subarray(start, cursor.at);
  else if (known.oneof !== undefined) choose(known.oneof, record, chosen);
  if (known === undefined || !isMessage(known.type) || known.repeated) return;
  const first = children.find(({ name, json }) => name === known.name && json !== false);
  if (first !== undefined && first !== record) mergeInto(first, record);
}

function takes(field: ProtoField, wireType: number): boolean {
  return wireTypeOf(field.type) === wireType || (wireType === LENGTH && isPackable(field));
}

/** A field of a `oneof` replaces the others of it; of the same one, later values win as everywhere. */
function choose(oneof: string, record: Field, chosen: Chosen): void {
  chosen.fields ??= new Map();
  const before = chosen.fields.get(oneof);
  if (before?.name === record.name && before.kind === 'struct') return;
  if (before !== undefined) before.json = false;
  chosen.fields.set(oneof, record);
}

/**
 * A message that stands twice is one: fields of the later win, those that only the earlier has stay. What is merged stands in the
 * first; the later keeps its bytes in the tree, and counts no more by itself.
 */
function mergeInto(first: Field, later: Field): void {
  const children = first.children!;
  const winning = later.children!.filter(({ repeated }) => !repeated);
  const won = new Set(winning.map(({ name }) => name));
  if (won.size > 0) for (const child of children) if (won.has(child.name)) child.json = false;
  // What counts is found first, and what is repeated keeps its order.
  children.unshift(...winning);
  for (const child of later.children!) if (child.repeated) children.push(child);
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
    const [inner, wireType] = partsOf(tag);
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
    case VARINT:
    case FIXED64:
    case FIXED32:
      return readNumber(record, known, wireType, cursor, end, path);
    case LENGTH: {
      const length = readVarint(cursor, end, path);
      if (length === undefined || !fits(cursor, Number(length), end, path)) return false;
      const stop = cursor.at + Number(length);
      if (known !== undefined && isPackable(known)) return readPacked(record, known, cursor, stop, path);
      if (known !== undefined && isMessage(known.type)) {
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

/** A varint or fixed-width value. */
function readNumber(
  record: Field,
  known: ProtoField | undefined,
  wireType: number,
  cursor: Cursor,
  end: number,
  path: string,
): boolean {
  const from = cursor.at;
  if (wireType === VARINT) {
    const whole = readVarint(cursor, end, path);
    if (whole === undefined) return false;
    record.value = varintValue(known?.type, whole);
    // What is longer than it has to be, or has more bits than its type, is not told by its value.
    const isLonger = cursor.at > from + 1 && cursor.bytes[cursor.at - 1] === 0;
    if (isLonger || hasMore(known, whole, record.value)) record.raw = cursor.bytes.subarray(from, cursor.at);
    const type = known?.type;
    const word = typeof type === 'object' && 'enum' in type ? type.enum[Number(record.value)] : undefined;
    if (word !== undefined) record.text = `${word} (${record.value})`;
    return true;
  }
  const size = wireType === FIXED64 ? 8 : 4;
  if (!fits(cursor, size, end, path)) return false;
  record.value = fixedValue(known?.type, new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + from, size));
  cursor.at += size;
  if (Number.isNaN(record.value)) record.raw = cursor.bytes.subarray(from, cursor.at);
  return true;
}

function hasMore(known: ProtoField | undefined, whole: number | bigint, value: Field['value']): boolean {
  if (known === undefined || value === whole) return false;
  if (typeof value === 'boolean') return whole > 1;
  const number = BigInt(value as number | bigint);
  const isZigzag = known.type === 'sint32' || known.type === 'sint64';
  return BigInt(whole) !== (isZigzag ? (number < 0n ? -2n * number - 1n : 2n * number) : BigInt.asUintN(64, number));
}

/** Numbers of a repeated field in one record. */
function readPacked(record: Field, known: ProtoField, cursor: Cursor, stop: number, path: string): boolean {
  const children: Field[] = [];
  record.children = children;
  (record as { kind: Field['kind'] }).kind = 'list';
  record.punctuated = true;
  const wireType = wireTypeOf(known.type);
  while (cursor.at < stop) {
    const start = cursor.at;
    const one: Field = { name: known.name, kind: 'value', source: cursor.source, start, end: start, doc: known.doc };
    if (!cursor.count(path) || !readNumber(one, known, wireType, cursor, stop, path)) {
      cursor.at = start;
      return false;
    }
    one.end = cursor.at;
    children.push(one);
  }
  return true;
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

/** The number of a field and its wire type. A tag that no number holds exactly is far out of the range. */
function partsOf(tag: number | bigint): readonly [number: number, wireType: number] {
  const whole = Number(tag);
  return [Math.floor(whole / 8), whole % 8];
}

/** Reads a varint of at most 10 bytes, with all of its 70 bits; a number where it has no more than seven bytes. */
function readVarint(cursor: Cursor, end: number, path: string): number | bigint | undefined {
  let small = 0;
  let factor = 1;
  for (let i = 0; i < 7; i++) {
    if (cursor.at >= end) return cutVarint(cursor, path);
    const byte = cursor.bytes[cursor.at++]!;
    small += (byte & 0x7f) * factor;
    if (byte < 0x80) return small;
    factor *= 128;
  }
  let value = BigInt(small);
  for (let i = 7; i < 10; i++) {
    if (cursor.at >= end) return cutVarint(cursor, path);
    const byte = cursor.bytes[cursor.at++]!;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return value;
  }
  cursor.problem = malformed('a varint is longer than 10 bytes', cursor.at, path);
  return undefined;
}

function cutVarint(cursor: Cursor, path: string): undefined {
  cursor.problem = malformed('a varint ends in the middle', cursor.at, path);
}
