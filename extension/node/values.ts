/**
 * A message's values as JSON, which has no bytes and no integers beyond 2^53: `"hex:0102"`, `"text:abc"` (bytes as UTF-8) and
 * `"int:9007199254740993"`.
 */
import { toHex } from '../../dissector/bytes/index.ts';
import type { Encodable, FieldValues } from '../../dissector/codec/index.ts';

export function valuesToText(values: FieldValues): string {
  return JSON.stringify(written(values), undefined, 2);
}

/** Throws an Error with a sentence for what cannot be read. */
export function valuesFromText(text: string): FieldValues {
  const values = readValue(JSON.parse(text) as unknown);
  if (typeof values !== 'object' || values === null || Array.isArray(values) || values instanceof Uint8Array)
    throw new Error('The values of a message are a JSON object.');
  return values as FieldValues;
}

function written(value: Encodable): unknown {
  if (value instanceof Uint8Array) return `hex:${toHex(value)}`;
  if (typeof value === 'bigint') {
    const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
    return isSafe ? Number(value) : `int:${value}`;
  }
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, written(inner)]));
}

function readValue(value: unknown): Encodable {
  if (typeof value === 'string' && value.startsWith('hex:')) {
    const hex = value.slice(4).replace(/\s/g, '');
    if (!/^([0-9a-fA-F]{2})*$/.test(hex)) throw new Error(`"${value}" is not hex: two digits a byte.`);
    return Uint8Array.from(Buffer.from(hex, 'hex'));
  }
  if (typeof value === 'string' && value.startsWith('text:')) return new TextEncoder().encode(value.slice(5));
  if (typeof value === 'string' && /^int:-?\d{1,40}$/.test(value)) return BigInt(value.slice(4));
  if (Array.isArray(value)) return value.map(readValue);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readValue(inner)]));
  return value as Encodable;
}
