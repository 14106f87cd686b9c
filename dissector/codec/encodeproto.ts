import { integerOf } from './integer.ts';
import { LENGTH, type ProtoField, type ProtoMessage, VARINT } from './proto.ts';
import type { Encodable, FieldValues } from './values.ts';

const text = new TextEncoder();

/**
 * Encodes a proto3 message: fields in the order of their definition, fields that are absent left out, a repeated one as a
 * record each. Throws for a value that does not fit its field.
 */
export function encodeProto(layout: ProtoMessage, values: FieldValues): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  for (const field of layout.fields) {
    const value = values[field.name];
    if (value === undefined || value === null) continue;
    if (field.repeated && !Array.isArray(value)) throw new TypeError(`${layout.name}.${field.name}: expected a list`);
    const all = field.repeated ? (value as readonly Encodable[]) : [value];
    for (const one of all) writeRecord(field, one, out, `${layout.name}.${field.name}`);
  }
  return Uint8Array.from(out);
}

function writeRecord(field: ProtoField, value: Encodable, out: number[], path: string): void {
  const { number, type } = field;
  if (type === 'uint64') {
    const whole = integerOf(value, path);
    writeVarint(BigInt(number * 8 + VARINT), out);
    writeVarint(BigInt.asUintN(64, whole), out);
    return;
  }
  const bytes =
    typeof type === 'object'
      ? encodeProto(type, value as FieldValues)
      : typeof value === 'string' && type === 'string'
        ? text.encode(value)
        : value;
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${path}: expected ${type === 'string' ? 'text' : 'bytes'}`);
  writeVarint(BigInt(number * 8 + LENGTH), out);
  writeVarint(BigInt(bytes.length), out);
  for (const byte of bytes) out.push(byte);
}

function writeVarint(value: bigint, out: number[]): void {
  let left = value;
  for (; left >= 0x80n; left >>= 7n) out.push(Number(left & 0x7fn) | 0x80);
  out.push(Number(left));
}
