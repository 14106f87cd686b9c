/** Single values of Protocol Buffers: what a varint or a fixed-width value means by its type, and back. */
import { integerOf } from './integer.ts';
import { varintBytes } from './items/varint.ts';
import { FIXED32, type ProtoEnum, type ProtoScalar, type ProtoType, wireTypeOf } from './protolayout.ts';
import type { Encodable } from './values.ts';

type Varint = ProtoEnum | Exclude<ProtoScalar, 'string' | 'bytes' | 'double' | 'float' | `${'s' | ''}fixed${32 | 64}`>;

const safe = BigInt(Number.MAX_SAFE_INTEGER);

function narrow(value: bigint): number | bigint {
  return value <= safe && value >= -safe ? Number(value) : value;
}

/** The value that a varint has as a type: longer ones are cut to its bits, as every reader does. */
export function varintValue(type: ProtoType | undefined, whole: number | bigint): number | bigint | boolean {
  if (type === 'bool') return typeof whole === 'number' ? whole !== 0 : BigInt.asUintN(64, whole) !== 0n;
  // Most are short, and mean what they say.
  if (typeof whole === 'number' && whole < 0x8000_0000 && type !== 'sint32' && type !== 'sint64') return whole;
  const bits = BigInt(whole);
  if (type === undefined || type === 'uint64') return narrow(BigInt.asUintN(64, bits));
  if (type === 'uint32') return Number(BigInt.asUintN(32, bits));
  if (type === 'int64') return narrow(BigInt.asIntN(64, bits));
  if (type === 'sint32' || type === 'sint64') {
    const cut = BigInt.asUintN(type === 'sint32' ? 32 : 64, bits);
    return narrow(cut & 1n ? -((cut + 1n) >> 1n) : cut >> 1n);
  }
  return Number(BigInt.asIntN(32, bits));
}

/** A fixed-width value of 4 or 8 bytes. */
export function fixedValue(type: ProtoType | undefined, view: DataView): number | bigint {
  switch (type) {
    case 'double':
      return view.getFloat64(0, true);
    case 'float':
      return view.getFloat32(0, true);
    case 'sfixed32':
      return view.getInt32(0, true);
    case 'sfixed64':
      return view.getBigInt64(0, true);
    default:
      return view.byteLength === 8 ? view.getBigUint64(0, true) : view.getUint32(0, true);
  }
}

/** The integer that stands on the wire for a value. Throws a TypeError or RangeError that names the path. */
export function varintOf(type: Varint, value: Encodable, path: string): bigint {
  if (type === 'bool') {
    if (typeof value !== 'boolean') throw new TypeError(`${path}: expected true or false`);
    return value ? 1n : 0n;
  }
  const whole = typeof type === 'object' ? enumOf(type, value, path) : integerOf(value, path);
  const signed = typeof type === 'object' || !type.startsWith('u');
  checkRange(whole, type === 'int64' || type === 'uint64' || type === 'sint64' ? 64n : 32n, signed, value, path);
  if (type === 'sint32' || type === 'sint64') return whole < 0n ? -2n * whole - 1n : 2n * whole;
  // Negative ones have ten bytes, of 32 bits too.
  return BigInt.asUintN(64, whole);
}

function enumOf({ enum: names }: ProtoEnum, value: Encodable, path: string): bigint {
  const named = typeof value === 'string' ? Object.entries(names).find(([, name]) => name === value)?.[0] : undefined;
  return named === undefined ? integerOf(value, path) : BigInt(named);
}

function checkRange(whole: bigint, bits: bigint, signed: boolean, value: Encodable, path: string): void {
  const [least, most] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  if (whole < least || whole > most) throw new RangeError(`${path}: ${value} does not fit ${bits} bits`);
}

/** The bytes of a value that is no text, bytes or message. Bytes stand as they are. */
export function scalarBytes(type: ProtoType, value: Encodable, path: string): Iterable<number> {
  if (value instanceof Uint8Array) return value;
  switch (type) {
    case 'double':
    case 'float': {
      if (typeof value !== 'number') throw new TypeError(`${path}: expected a number`);
      const view = new DataView(new ArrayBuffer(type === 'double' ? 8 : 4));
      if (type === 'double') view.setFloat64(0, value, true);
      else view.setFloat32(0, value, true);
      return new Uint8Array(view.buffer);
    }
    case 'fixed32':
    case 'fixed64':
    case 'sfixed32':
    case 'sfixed64': {
      const whole = integerOf(value, path);
      const size = wireTypeOf(type) === FIXED32 ? 4 : 8;
      checkRange(whole, BigInt(size * 8), type.startsWith('s'), value, path);
      const view = new DataView(new ArrayBuffer(8));
      view.setBigInt64(0, whole, true);
      return new Uint8Array(view.buffer, 0, size);
    }
    default:
      return varintBytes(varintOf(type as Varint, value, path));
  }
}
