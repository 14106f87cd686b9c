import { equalBytes, malformed, toHex } from '../bytes/index.ts';
import { type BencodeType, decodeBencode } from './bencode.ts';
import { describeStruct } from './describe.ts';
import { encodeStruct } from './encode.ts';
import type { FieldForm } from './fieldform.ts';
import type { FieldKind } from './fieldkind.ts';
import type { MessageForm } from './form.ts';
import { freshOf } from './fresh.ts';
import { type Encodable, type FieldValues, fieldToValues, isFieldValues } from './values.ts';

const text = new TextEncoder();

/**
 * Encodes a value as bencode (BEP 3): numbers as integers, text and bytes as byte strings, keys in ascending order. Throws a TypeError
 * that names the value which cannot be encoded.
 */
export function encodeBencode(type: BencodeType, value: Encodable, path = 'value'): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  write(type, value, out, path);
  return Uint8Array.from(out);
}

function write(type: BencodeType, value: Encodable, out: number[], path: string): void {
  if (type.kind === 'packed' && !(value instanceof Uint8Array)) return void writeString(packedBytes(type, value, path), out);
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)))
    return void push(`i${value}e`, out);
  if (typeof value === 'string') return void writeString(text.encode(value), out);
  if (value instanceof Uint8Array) return void writeString(value, out);
  if (Array.isArray(value)) {
    push('l', out);
    value.forEach((one, at) => void write(type.kind === 'list' ? type.element : { kind: 'any' }, one, out, `${path}[${at}]`));
    return void push('e', out);
  }
  if (!isFieldValues(value)) throw new TypeError(`${path}: expected an integer, bytes, text, a list or fields by name`);
  push('d', out);
  // Hexadecimal digits sort as the bytes do.
  const keys = Object.keys(value).map((name) => ({ name, hex: toHex(text.encode(name)) }));
  for (const { name } of keys.sort((a, b) => (a.hex < b.hex ? -1 : 1))) {
    const one = value[name];
    if (one === undefined || one === null) continue;
    writeString(text.encode(name), out);
    const entry = type.kind === 'dict' ? type.entries.find((each) => each.name === name) : undefined;
    write(entry?.type ?? { kind: 'any' }, one, out, `${path}.${name}`);
  }
  push('e', out);
}

function packedBytes({ item }: BencodeType & { readonly kind: 'packed' }, value: Encodable, path: string): Uint8Array {
  const all = Array.isArray(value) ? value : [value];
  const parts = all.map((one) => {
    if (!isFieldValues(one)) throw new TypeError(`${path}: expected fields by name`);
    return encodeStruct(item, one);
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function writeString(bytes: Uint8Array, out: number[]): void {
  push(`${bytes.length}:`, out);
  for (const byte of bytes) out.push(byte);
}

function push(ascii: string, out: number[]): void {
  for (let at = 0; at < ascii.length; at++) out.push(ascii.charCodeAt(at));
}

/** A message that is one bencoded dictionary. What is not in canonical form (BEP 3: keys sorted, no leading zeros) is a problem. */
export function bencodeForm(name: string, doc: string, layout: BencodeType & { readonly kind: 'dict' }): MessageForm {
  const encode = (values: FieldValues): Uint8Array<ArrayBuffer> => encodeBencode(layout, values, name);
  return {
    name,
    doc,
    fields: describeDict(layout),
    open: true,
    decode(bytes, limits) {
      const { field, problem } = decodeBencode(name, layout, bytes, 0, 0, bytes.length, limits);
      const values = (field.kind === 'struct' ? fieldToValues(field) : {}) as FieldValues;
      if (problem !== undefined) return { values, problem };
      if (field.kind !== 'struct') return { values, problem: malformed(`${name} is no dictionary`, 0) };
      return equalBytes(encode(values), bytes)
        ? { values }
        : { values, problem: malformed('it is not in canonical form: keys out of order, a number with leading zeros', 0) };
    },
    tree: (bytes, limits) => decodeBencode(name, layout, bytes, 0, 0, bytes.length, limits).field,
    encode,
  };
}

function describeDict({ entries }: BencodeType & { readonly kind: 'dict' }): FieldForm[] {
  return entries.map((entry) => {
    const { name, doc, type } = entry;
    return { name, doc, optional: true, ...described(type), ...freshOf(entry) };
  });
}

function described(type: BencodeType): {
  readonly kind: FieldKind;
  readonly display?: string;
  readonly fields?: readonly FieldForm[];
} {
  switch (type.kind) {
    case 'int':
      return { kind: { type: 'integer', signed: true, order: 'big' }, display: 'integer' };
    case 'text':
      return { kind: { type: 'text' } };
    case 'dict':
      return { kind: { type: 'record', open: true }, display: 'dictionary', fields: describeDict(type) };
    case 'list': {
      const { kind, fields } = described(type.element);
      return { kind: { type: 'list', element: kind }, ...(fields === undefined ? {} : { fields }) };
    }
    case 'packed': {
      const kind: FieldKind = { type: 'record' };
      const fields = describeStruct(type.item);
      return type.one === true ? { kind, fields } : { kind: { type: 'list', element: kind }, fields };
    }
    case 'bytes':
      return { kind: type.length === undefined ? { type: 'bytes' } : { type: 'bytes', length: type.length } };
    case 'any':
      return { kind: { type: 'bytes' }, display: 'any value' };
  }
}
