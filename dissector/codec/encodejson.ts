import { equalBytes } from '../bytes/index.ts';
import type { JsonNode } from './json.ts';
import type { Encodable, FieldValues } from './values.ts';

/** The white space before each token of a JSON text, in order; before a token beyond the list there is none. */
export type Spacing = readonly string[];

const text = new TextEncoder();
const latin = new TextDecoder('latin1');

/**
 * Writes JSON. Bytes stand as they are: a token that is written otherwise than `JSON.stringify` would (an escape, `1.50`), or
 * one that is no JSON at all, for a message that is to be wrong. Throws a TypeError for a value that JSON has no form for.
 */
export function encodeJson(value: Encodable, spacing: Spacing = []): Uint8Array<ArrayBuffer> {
  const tokens: Uint8Array[] = [];
  write(value, tokens);
  const out: number[] = [];
  tokens.forEach((token, i) => {
    for (const byte of text.encode(spacing[i] ?? '')) out.push(byte);
    for (const byte of token) out.push(byte);
  });
  for (const byte of text.encode(spacing[tokens.length] ?? '')) out.push(byte);
  return Uint8Array.from(out);
}

/** The white space of a JSON text, as `encodeJson` takes it. */
export function spacingOf(bytes: Uint8Array): Spacing {
  // Strings are the only tokens with white space inside; bytes beyond ASCII stand in strings alone.
  const tokens = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/gs;
  const source = latin.decode(bytes);
  const out: string[] = [];
  let end = 0;
  for (const { index, 0: token } of source.matchAll(tokens)) {
    out.push(source.slice(end, index));
    end = index + token.length;
  }
  out.push(source.slice(end));
  return out;
}

function write(value: Encodable, out: Uint8Array[]): void {
  const say = (token: string): void => void out.push(text.encode(token));
  if (value instanceof Uint8Array) {
    out.push(value);
  } else if (Array.isArray(value)) {
    say('[');
    value.forEach((item, i) => {
      if (i > 0) say(',');
      write(item, out);
    });
    say(']');
  } else if (typeof value === 'object' && value !== null) {
    say('{');
    Object.entries(value as FieldValues).forEach(([key, item], i) => {
      if (i > 0) say(',');
      say(JSON.stringify(key));
      say(':');
      write(item, out);
    });
    say('}');
  } else if (typeof value === 'bigint') say(value.toString());
  else if (value === undefined || (typeof value === 'number' && !Number.isFinite(value)))
    throw new TypeError(`JSON has no form for ${value}`);
  else say(JSON.stringify(value));
}

/** What `encodeJson` takes for a parsed value; a token that it would write otherwise is kept as its bytes. */
export function jsonToValues(node: JsonNode, bytes: Uint8Array): Encodable {
  if (node.type === 'array') return (node.items ?? []).map((item) => jsonToValues(item, bytes));
  if (node.type === 'object') {
    const out: { [name: string]: Encodable } = {};
    for (const { key, value } of node.members ?? [])
      Object.defineProperty(out, key, {
        value: jsonToValues(value, bytes),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    return out;
  }
  const token = bytes.subarray(node.start, node.end);
  const isWide = node.type === 'number' && typeof node.value === 'string';
  const value = isWide && /^-?\d+$/.test(node.value as string) ? BigInt(node.value as string) : (node.value ?? null);
  return equalBytes(encodeJson(value), token) ? value : token.slice();
}
