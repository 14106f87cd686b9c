import { addressBytes, addressText, type Field, fromHex, malformed } from '../../bytes/index.ts';
import { lengthText } from '../fieldkind.ts';
import type { BytesItem } from '../layout.ts';
import type { Encodable } from '../values.ts';
import { type Frame, measure } from './frame.ts';
import type { ItemKind } from './kind.ts';
import { lengthParts } from './scope.ts';
import { readText } from './text.ts';

export const bytesKind: ItemKind<BytesItem> = {
  compile(item, scope, above) {
    const { name, doc, length, as } = item;
    const path = `${above}.${name}`;
    // Read without a call: most fields of most messages are bytes.
    const { fixed, slot: counter, times, add } = lengthParts(length, scope, path);
    const claimedBy = typeof length === 'object' ? length.ref : undefined;
    const slot = as === 'little-endian-hex' ? scope.declare(name) : -1;
    return (cursor, into, slots) => {
      const { at, source } = cursor;
      const need = fixed ?? (counter < 0 ? cursor.end - at : slots[counter]! * times + add);
      const whole = cursor.has(need, path, claimedBy);
      if (!cursor.count(path) || need < 0) return false;
      const end = whole ? at + need : cursor.end;
      const raw = cursor.bytes.subarray(at, end);
      // What is there of a field that is cut short stays visible, and keeps the ranges without a gap.
      const field: Field = { name, kind: 'value', value: raw, doc, source, start: at, end };
      if (whole && as === 'utf8') readText(field, raw);
      if (whole && as === 'nul-padded') readPadded(field, raw);
      if (whole && as === 'address') field.value = addressText(raw, 0, raw.length) || raw;
      if (whole && as === 'little-endian-hex') {
        readLittleEndian(field, raw);
        // Beyond 2^53 only the magnitude counts: no capture holds so many bytes.
        slots[slot] = Number(`0x${field.value || 0}`);
      }
      if (!whole) field.problem = cursor.problem!;
      if (whole || raw.length > 0) into.push(field);
      cursor.at = end;
      return whole;
    };
  },

  write(item, frame) {
    frame.push(bytesOf(item, frame));
  },

  describe({ name, length, as, doc }) {
    if (as === 'utf8') return [{ name, kind: { type: 'text', length }, display: `UTF-8 (${lengthText(length)})`, doc }];
    // How many bytes its text has is not how many it takes.
    if (as === 'nul-padded') return [{ name, kind: { type: 'text' }, display: `UTF-8, NUL-padded (${lengthText(length)})`, doc }];
    if (as === 'address') return [{ name, kind: { type: 'address', length }, display: `address (${lengthText(length)})`, doc }];
    if (as !== 'little-endian-hex') return [{ name, kind: { type: 'bytes', length }, doc }];
    const kind = { type: 'integer', signed: false, order: 'little', digits: 'hex', length } as const;
    return [{ name, kind, display: `little-endian integer (${lengthText(length)})`, doc }];
  },

  measure: (item, name, frame) => measure(item.length, name, frame.at(item.name), () => bytesOf(item, frame).length),
};

function readPadded(field: Field, raw: Uint8Array): void {
  let end = raw.indexOf(0);
  if (end < 0) end = raw.length;
  readText(field, raw.subarray(0, end));
  if (field.raw === undefined && raw.subarray(end).every((byte) => byte === 0)) return;
  field.raw = raw;
  field.problem ??= malformed('bytes follow the NUL', field.start + end, field.name);
}

function readLittleEndian(field: Field, raw: Uint8Array): void {
  let hex = '';
  for (let i = raw.length - 1; i >= 0; i--) hex += raw[i]!.toString(16).padStart(2, '0');
  field.value = hex.replace(/^0+(?=.)/, '');
}

/** The value of a byte field; an integer in one may be a size that was left out. */
function given(item: BytesItem, frame: Frame): Encodable | undefined {
  const value = frame.values[item.name];
  if (item.as !== 'little-endian-hex' || value instanceof Uint8Array) return value;
  const integer = value ?? frame.measured(item.name);
  const size = typeof item.length === 'object' ? frame.values[item.length.ref] : undefined;
  if (typeof size !== 'number' || (typeof integer !== 'string' && typeof integer !== 'number')) return integer;
  // Zeros at the significant end are not in the value: the size that was given tells of them.
  return (typeof integer === 'number' ? integer.toString(16) : integer).padStart(size * 2, '0');
}

const text = new TextEncoder();

function bytesOf(item: BytesItem, frame: Frame): Uint8Array {
  const value = given(item, frame);
  const path = frame.at(item.name);
  const { length } = item;
  const bytes = value === undefined && length === 'rest' ? new Uint8Array(0) : convert(item, value, path);
  if (typeof length === 'number' && bytes.length !== length)
    throw new RangeError(`${path}: expected ${length} bytes, got ${bytes.length}`);
  return bytes;
}

function convert(item: BytesItem, value: Encodable | undefined, path: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (item.as === 'utf8' && typeof value === 'string') return text.encode(value);
  if (item.as === 'nul-padded' && typeof value === 'string') {
    if (value.includes('\0')) throw new RangeError(`${path}: text with a NUL in it ends there; give its bytes`);
    const bytes = text.encode(value);
    if (typeof item.length !== 'number' || bytes.length >= item.length) return bytes;
    const padded = new Uint8Array(item.length);
    padded.set(bytes);
    return padded;
  }
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
