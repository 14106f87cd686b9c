import { equalBytes, malformed } from '../bytes/index.ts';
import { decodeCbor } from './cbor.ts';
import { type CborMap, type CborType, cbor } from './cborlayout.ts';
import {
  ARRAY,
  BIGNUM,
  BYTES,
  isReserved,
  keyOf,
  MAP,
  NEGATIVE,
  NEGATIVE_BIGNUM,
  SIMPLE,
  TAG,
  TEXT,
  UNSIGNED,
} from './cborwire.ts';
import type { FieldForm } from './fieldform.ts';
import type { FieldKind } from './fieldkind.ts';
import type { MessageForm } from './form.ts';
import { freshOf } from './fresh.ts';
import { toHalf } from './half.ts';
import { type Encodable, type FieldValues, fieldToValues, isFieldValues } from './values.ts';

const text = new TextEncoder();

/**
 * Encodes a value in CBOR's preferred serialization (RFC 8949 section 4.1): definite lengths, the shortest head, the shortest float that has
 * the value; keys of maps in the order that is given. Throws a TypeError that names the value which cannot be encoded.
 */
export function encodeCbor(type: CborType, value: Encodable, path = 'value'): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  write(type, value, out, path);
  return Uint8Array.from(out);
}

function write(type: CborType, value: Encodable, out: number[], path: string): void {
  if (typeof value === 'number' && (type.kind === 'float' || !Number.isSafeInteger(value) || Object.is(value, -0)))
    writeFloat(value, out);
  else if (typeof value === 'number' || typeof value === 'bigint') writeInteger(BigInt(value), out);
  else if (typeof value === 'string') writeString(TEXT, text.encode(value), out);
  else if (value instanceof Uint8Array) writeString(BYTES, value, out);
  else if (typeof value === 'boolean') writeHead(SIMPLE, value ? 21n : 20n, out);
  else if (value === null) writeHead(SIMPLE, 22n, out);
  else if (Array.isArray(value)) {
    writeHead(ARRAY, BigInt(value.length), out);
    const element = type.kind === 'list' ? type.element : cbor.any;
    value.forEach((one, at) => void write(element, one, out, `${path}[${at}]`));
  } else if (isFieldValues(value)) writeRecord(type, value, out, path);
  else throw new TypeError(`${path}: expected a value that CBOR has`);
}

function writeRecord(type: CborType, value: FieldValues, out: number[], path: string): void {
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  if (!isReserved(names)) {
    const entries = type.kind === 'map' ? type.entries : [];
    writeHead(MAP, BigInt(names.length), out);
    for (const name of names) {
      write(cbor.any, keyOf(name, entries), out, `${path}.${name}`);
      write(entries.find((each) => each.name === name)?.type ?? cbor.any, value[name]!, out, `${path}.${name}`);
    }
    return;
  }
  const { tag, float, simple, entries } = value;
  if (tag !== undefined) {
    writeHead(TAG, unsignedOf(tag, 1n << 64n, `${path}.tag`), out);
    write(type, value.value!, out, `${path}.value`);
  } else if (float !== undefined) {
    if (typeof float !== 'number') throw new TypeError(`${path}.float: expected a number`);
    writeFloat(float, out);
  } else if (simple !== undefined) writeHead(SIMPLE, unsignedOf(simple, 256n, `${path}.simple`), out);
  else writeEntries(entries, out, path);
}

function writeEntries(entries: Encodable | undefined, out: number[], path: string): void {
  if (!Array.isArray(entries)) throw new TypeError(`${path}.entries: expected a list`);
  writeHead(MAP, BigInt(entries.length), out);
  entries.forEach((entry, at) => {
    const where = `${path}.entries[${at}]`;
    if (!isFieldValues(entry) || entry.key === undefined || entry.value === undefined)
      throw new TypeError(`${where}: expected a key and a value`);
    write(cbor.any, entry.key, out, `${where}.key`);
    write(cbor.any, entry.value, out, `${where}.value`);
  });
}

function unsignedOf(value: Encodable, below: bigint, path: string): bigint {
  const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)) ? BigInt(value) : -1n;
  if (whole < 0n || whole >= below) throw new TypeError(`${path}: expected an integer from 0 to ${below - 1n}`);
  return whole;
}

function writeInteger(value: bigint, out: number[]): void {
  const size = value < 0n ? -1n - value : value;
  if (size < 1n << 64n) {
    writeHead(value < 0n ? NEGATIVE : UNSIGNED, size, out);
    return;
  }
  writeHead(TAG, BigInt(value < 0n ? NEGATIVE_BIGNUM : BIGNUM), out);
  const digits = size.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const bytes = Uint8Array.from({ length: even.length / 2 }, (_, i) => Number.parseInt(even.slice(2 * i, 2 * i + 2), 16));
  writeString(BYTES, bytes, out);
}

/** The shortest of three widths that has the value. */
function writeFloat(value: number, out: number[]): void {
  const half = toHalf(value);
  const view = new DataView(new ArrayBuffer(8));
  const size = half !== undefined ? 2 : Math.fround(value) === value ? 4 : 8;
  if (half !== undefined) view.setUint16(0, half);
  else if (size === 4) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  out.push((SIMPLE << 5) | (size === 2 ? 25 : size === 4 ? 26 : 27));
  for (let i = 0; i < size; i++) out.push(view.getUint8(i));
}

function writeString(major: number, bytes: Uint8Array, out: number[]): void {
  writeHead(major, BigInt(bytes.length), out);
  for (const byte of bytes) out.push(byte);
}

function writeHead(major: number, argument: bigint, out: number[]): void {
  const size = argument < 24n ? 0 : argument < 1n << 8n ? 1 : argument < 1n << 16n ? 2 : argument < 1n << 32n ? 4 : 8;
  out.push((major << 5) | (size === 0 ? Number(argument) : 24 + Math.log2(size)));
  for (let i = size - 1; i >= 0; i--) out.push(Number((argument >> BigInt(8 * i)) & 0xffn));
}

/**
 * A message that is one CBOR map. What is not in preferred serialization (an indefinite length, a head or float that is longer than it has
 * to be) is decoded, with a problem that says so: it would be encoded as other bytes.
 */
export function cborForm(name: string, doc: string, layout: CborMap): MessageForm {
  const encode = (values: FieldValues): Uint8Array<ArrayBuffer> => encodeCbor(layout, values, name);
  return {
    name,
    doc,
    fields: describeMap(layout),
    open: true,
    decode(bytes, limits) {
      const { field, problem } = decodeCbor(name, layout, bytes, 0, 0, bytes.length, limits);
      const values = (field.kind === 'struct' ? fieldToValues(field) : {}) as FieldValues;
      if (problem !== undefined) return { values, problem };
      if (field.kind !== 'struct' || bytes[0]! >> 5 === SIMPLE) return { values, problem: malformed(`${name} is no map`, 0) };
      return equalBytes(encode(values), bytes)
        ? { values }
        : { values, problem: malformed('it is not in preferred serialization (RFC 8949 section 4.1)', 0) };
    },
    tree: (bytes, limits) => decodeCbor(name, layout, bytes, 0, 0, bytes.length, limits).field,
    encode,
  };
}

function describeMap({ entries }: CborMap): FieldForm[] {
  return entries.map((entry) => {
    const { name, doc, type, key } = entry;
    const { kind, display, fields } = described(type);
    const at = key === undefined || key === name ? '' : `, key ${key}`;
    return {
      ...{ name, doc, optional: true, kind, display: `${display}${at}` },
      ...(fields === undefined ? {} : { fields }),
      ...freshOf(entry),
    };
  });
}

interface Described {
  readonly kind: FieldKind;
  readonly display: string;
  readonly fields?: readonly FieldForm[];
}

function described(type: CborType): Described {
  switch (type.kind) {
    case 'int':
      return { kind: { type: 'integer', signed: true, order: 'big' }, display: 'integer' };
    case 'float':
      return { kind: { type: 'float', bits: 64, order: 'big' }, display: 'float' };
    case 'text':
      return { kind: { type: 'text' }, display: 'text' };
    case 'bool':
      return { kind: { type: 'boolean' }, display: 'boolean' };
    case 'map':
      return { kind: { type: 'record', open: true }, display: 'map', fields: describeMap(type) };
    case 'list': {
      const { kind, display, fields } = described(type.element);
      return {
        kind: { type: 'list', element: kind },
        display: `list of ${display}`,
        ...(fields === undefined ? {} : { fields }),
      };
    }
    case 'bytes':
      return type.length === undefined
        ? { kind: { type: 'bytes' }, display: 'bytes' }
        : { kind: { type: 'bytes', length: type.length }, display: `bytes (${type.length})` };
    case 'any':
      return { kind: { type: 'bytes' }, display: 'any value' };
  }
}
