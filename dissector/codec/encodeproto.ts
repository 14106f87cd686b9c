import { varintBytes } from './items/varint.ts';
import { isMessage, isPackable, LENGTH, type ProtoField, type ProtoMessage, UNKNOWN_FIELDS, wireTypeOf } from './protolayout.ts';
import { scalarBytes } from './protovalue.ts';
import { type Encodable, type FieldValues, isFieldValues } from './values.ts';

const text = new TextEncoder();

/**
 * Encodes a proto3 message: fields in the order of their definition, fields that are absent left out, repeated numbers in one record and
 * anything else that is repeated as a record each. The records in `unknown_fields` stand before the first field of a higher number. All that
 * is given is written, also of a `oneof`; a message or number that is given as bytes stands as they are. Throws for a value that does not
 * fit its field.
 */
export function encodeProto(layout: ProtoMessage, values: FieldValues): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const unknown = unknownRecords(layout, values);
  for (const field of layout.fields) {
    const path = `${layout.name}.${field.name}`;
    const value = values[field.name];
    if (value === undefined || value === null) continue;
    while (unknown.length > 0 && unknown[0]!.number < field.number) push(unknown.shift()!.bytes, out);
    if (!field.repeated) writeRecord(field, value, out, path);
    else if (!Array.isArray(value)) throw new TypeError(`${path}: expected a list`);
    else if (isPackable(field) && field.packed !== false) writePacked(field, value, out, path);
    else for (const one of value) writeRecord(field, one, out, path);
  }
  for (const { bytes } of unknown) push(bytes, out);
  return Uint8Array.from(out);
}

interface UnknownRecord {
  readonly number: number;
  readonly bytes: Uint8Array;
}

function unknownRecords({ name }: ProtoMessage, { [UNKNOWN_FIELDS]: given = [] }: FieldValues): UnknownRecord[] {
  const all = Array.isArray(given) ? given : [given];
  return all.map((bytes) => {
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name}.${UNKNOWN_FIELDS}: expected bytes, a record each`);
    let tag = 0;
    for (let i = 0; i < Math.min(bytes.length, 5); i++) {
      tag += (bytes[i]! & 0x7f) * 128 ** i;
      if (bytes[i]! < 0x80) break;
    }
    return { number: Math.floor(tag / 8), bytes };
  });
}

function writeTag(number: number, wireType: number, out: number[]): void {
  push(varintBytes(BigInt(number) * 8n + BigInt(wireType)), out);
}

function writeRecord({ number, type }: ProtoField, value: Encodable, out: number[], path: string): void {
  const wireType = wireTypeOf(type);
  writeTag(number, wireType, out);
  if (wireType !== LENGTH) push(scalarBytes(type, value, path), out);
  else writeContent(contentOf(type, value, path), out);
}

function writePacked({ number, type }: ProtoField, values: readonly Encodable[], out: number[], path: string): void {
  if (values.length === 0) return;
  const content: number[] = [];
  for (const value of values) push(scalarBytes(type, value, path), content);
  writeTag(number, LENGTH, out);
  writeContent(content, out);
}

function contentOf(type: ProtoField['type'], value: Encodable, path: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (type === 'string' && typeof value === 'string') return text.encode(value);
  if (!isMessage(type)) throw new TypeError(`${path}: expected ${type === 'string' ? 'text' : 'bytes'}`);
  if (!isFieldValues(value)) throw new TypeError(`${path}: expected its fields by name`);
  return encodeProto(type, value);
}

function writeContent(bytes: ArrayLike<number> & Iterable<number>, out: number[]): void {
  push(varintBytes(BigInt(bytes.length)), out);
  push(bytes, out);
}

function push(bytes: Iterable<number>, out: number[]): void {
  for (const byte of bytes) out.push(byte);
}
