/** The faults that change a message before or after it is made. */
import { fromBase64, toBase64 } from '../bytes/index.ts';
import type { Encodable, FieldValues } from '../codec/index.ts';
import type { Fault, Faults } from './faults.ts';

/** A copy with another value at a path of names; the same items where the path leads nowhere. */
export function replaced(values: FieldValues, path: readonly string[], change: (value: Encodable) => Encodable): FieldValues {
  const [name, ...rest] = path;
  if (name === undefined || values[name] === undefined) return values;
  const value = values[name];
  if (rest.length === 0) return { ...values, [name]: change(value) };
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Array.isArray(value)) return values;
  return { ...values, [name]: replaced(value as FieldValues, rest, change) };
}

export function at(values: FieldValues, path: readonly string[]): Encodable | undefined {
  let value: Encodable | undefined = values as Encodable;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Array.isArray(value)) return undefined;
    value = (value as FieldValues)[name];
  }
  return value;
}

/**
 * Bytes with the lowest bit of the middle one flipped; base64 with that of the last one, for what is signed may stand before
 * its signature there. Other values stay as they are.
 */
export function bitFlipped(value: Encodable): Encodable {
  if (value instanceof Uint8Array) return flippedAt(value, value.length >> 1);
  const bytes = typeof value === 'string' ? fromBase64(value) : undefined;
  return bytes === undefined ? value : toBase64(flippedAt(bytes, bytes.length - 1));
}

function flippedAt(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}

/** The bytes of a message after "truncate" and "flip". */
export function spoiledBytes(bytes: Uint8Array, faults: readonly Fault[], random: Faults): Uint8Array {
  let out = bytes;
  for (const { kind, value = 1 } of faults) {
    if (kind === 'truncate') out = out.subarray(0, Math.max(0, out.length - value));
    if (kind === 'flip' && out.length > 0) {
      out = out.slice();
      for (let bit = 0; bit < value; bit++) out[random.below(out.length)]! ^= 1 << random.below(8);
    }
  }
  return out;
}

/** Pieces for single writes, by "split". */
export function pieces(bytes: Uint8Array, faults: readonly Fault[]): readonly Uint8Array[] {
  const split = faults.find(({ kind }) => kind === 'split');
  if (split === undefined) return [bytes];
  const size = Math.max(1, split.value ?? 1);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}
