import { addressBytes, fromHex } from '../bytes/index.ts';
import { integerOf } from './integer.ts';
import type { BitsItem, BytesItem, FloatItem, Item, ListItem, StructItem, UintItem } from './layout.ts';
import { type Encodable, type FieldValues, isFieldValues } from './values.ts';

/**
 * Encodes a struct by its layout. An integer that measures or counts a later item is filled in only when it is left out, so
 * that a crafted packet can lie. Throws for what is a caller's mistake: a value that is missing or does not fit its item.
 */
export function encodeStruct(layout: StructItem, values: FieldValues): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  writeItems(layout.items, values, values, out, layout.name);
  return Uint8Array.from(out);
}

/** `known` also holds the integers of enclosing structs, for cases that refer to them. */
function writeItems(items: readonly Item[], values: FieldValues, known: FieldValues, out: number[], path: string): void {
  for (const item of items) {
    switch (item.kind) {
      case 'uint':
        writeUint(item, values[item.name] ?? measured(item.name, items, values, path), out, `${path}.${item.name}`);
        break;
      case 'varint':
        writeVarint(values[item.name] ?? measured(item.name, items, values, path), out, `${path}.${item.name}`);
        break;
      case 'float':
        writeFloat(item, values[item.name], out, `${path}.${item.name}`);
        break;
      case 'bits':
        writeBits(item, values, out, path);
        break;
      case 'bytes':
        for (const byte of bytesOf(item, given(item, items, values, path), `${path}.${item.name}`)) out.push(byte);
        break;
      case 'struct':
        writeStruct(item, values[item.name], known, out, path);
        break;
      case 'list':
        for (const one of entriesOf(item, values, path))
          writeStruct(item.item, one, { ...known, ...values }, out, `${path}.${item.name}`);
        break;
      case 'case':
        writeItems(item.cases[Number(values[item.on] ?? known[item.on])] ?? [], values, known, out, path);
        break;
    }
  }
}

function writeStruct(item: StructItem, value: Encodable | undefined, known: FieldValues, out: number[], path: string): void {
  const at = `${path}.${item.name}`;
  if (!isFieldValues(value)) throw new TypeError(`${at}: expected its fields by name`);
  writeItems(item.items, value, { ...known, ...value }, out, at);
}

function entriesOf(item: ListItem, values: FieldValues, path: string): readonly Encodable[] {
  const value = values[item.name] ?? [];
  if (!Array.isArray(value)) throw new TypeError(`${path}.${item.name}: expected a list`);
  return value;
}

/** The value of a byte field; an integer in one may be a size that was left out. */
function given(item: BytesItem, items: readonly Item[], values: FieldValues, path: string): Encodable | undefined {
  const value = values[item.name];
  if (item.as !== 'little-endian-hex' || value instanceof Uint8Array) return value;
  const integer = value ?? measured(item.name, items, values, path);
  const size = typeof item.length === 'object' ? values[item.length.ref] : undefined;
  if (typeof size !== 'number' || (typeof integer !== 'string' && typeof integer !== 'number')) return integer;
  // Zeros at the significant end are not in the value: the size that was given tells of them.
  return (typeof integer === 'number' ? integer.toString(16) : integer).padStart(size * 2, '0');
}

/** The size or count that an integer left out stands for. */
function measured(name: string, items: readonly Item[], values: FieldValues, path: string): Encodable | undefined {
  for (const item of items) {
    if (item.kind === 'bytes' && typeof item.length === 'object' && item.length.ref === name)
      return bytesOf(item, given(item, items, values, path), `${path}.${item.name}`).length;
    if (item.kind === 'list' && item.count.ref === name) return entriesOf(item, values, path).length;
    // Items of a case belong to the same struct.
    if (item.kind === 'case') {
      const inner = measured(name, item.cases[Number(values[item.on])] ?? [], values, path);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}

function writeUint(item: UintItem, value: Encodable | undefined, out: number[], path: string): void {
  const bits = BigInt(item.size * 8);
  const whole = integerOf(value, path);
  const [least, most] = item.signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  if (whole < least || whole > most) throw new RangeError(`${path}: ${value} does not fit ${item.size} bytes`);
  const bytes: number[] = [];
  for (let i = 0n; i < bits; i += 8n) bytes.push(Number((BigInt.asUintN(Number(bits), whole) >> i) & 0xffn));
  out.push(...(item.order === 'little' ? bytes : bytes.reverse()));
}

function writeVarint(value: Encodable | undefined, out: number[], path: string): void {
  let left = integerOf(value, path);
  if (left < 0n || left >= 1n << 64n) throw new RangeError(`${path}: ${value} does not fit 64 bits`);
  for (; left >= 0x80n; left >>= 7n) out.push(Number(left & 0x7fn) | 0x80);
  out.push(Number(left));
}

function writeFloat(item: FloatItem, value: Encodable | undefined, out: number[], path: string): void {
  if (typeof value !== 'number') throw new TypeError(`${path}: expected a number`);
  const view = new DataView(new ArrayBuffer(item.size));
  if (item.size === 4) view.setFloat32(0, value, item.order === 'little');
  else view.setFloat64(0, value, item.order === 'little');
  for (let i = 0; i < item.size; i++) out.push(view.getUint8(i));
}

function writeBits(item: BitsItem, values: FieldValues, out: number[], path: string): void {
  let whole = 0n;
  for (const { name, width } of item.bits) {
    const value = values[name];
    if (typeof value !== 'number' || value < 0 || value >= 2 ** width)
      throw new RangeError(`${path}.${name}: expected an integer of ${width} bits`);
    whole = (whole << BigInt(width)) | BigInt(value);
  }
  for (let i = item.size - 1; i >= 0; i--) out.push(Number((whole >> BigInt(i * 8)) & 0xffn));
}

const text = new TextEncoder();

function bytesOf(item: BytesItem, value: Encodable | undefined, path: string): Uint8Array {
  const bytes = value === undefined && item.length === 'rest' ? new Uint8Array(0) : convert(item, value, path);
  if (typeof item.length === 'number' && bytes.length !== item.length)
    throw new RangeError(`${path}: expected ${item.length} bytes, got ${bytes.length}`);
  return bytes;
}

function convert(item: BytesItem, value: Encodable | undefined, path: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (item.as === 'utf8' && typeof value === 'string') return text.encode(value);
  if (item.as === 'address' && typeof value === 'string') {
    const address = addressBytes(value);
    if (address !== undefined) return address;
    throw new TypeError(`${path}: expected an IP address`);
  }
  if (item.as === 'little-endian-hex' && (typeof value === 'string' || typeof value === 'number')) {
    const hex = typeof value === 'number' ? value.toString(16) : value;
    const bytes = fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
    if (bytes !== undefined) return bytes.reverse();
  }
  throw new TypeError(`${path}: expected bytes`);
}
