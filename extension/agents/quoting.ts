/**
 * Words of others in an answer: as JSON strings, escaped and bounded, so that nothing of them stands where a sentence of ours stands, turns
 * a line around or hides in it.
 */
import { toHex } from '../../dissector/bytes/index.ts';
import { printable } from '../wire/printable.ts';
import { agentLimits } from './limits.ts';

/** Bytes of a value that are shown, in hex. */
const SHOWN_BYTES = 32;
/** Parts of one list that are shown where they are values. */
const SHOWN_PARTS = 50;

/**
 * Tokens of a text at most, as models of today count them: half a token a character of ASCII (digits in hex come close to that, prose
 * needs a quarter), a token a byte of UTF-8 beyond it.
 */
export function tokensOf(text: string): number {
  let halves = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // A surrogate is a half of four bytes.
    if (unit < 0x80) halves += 1;
    else halves += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 4 : 6;
  }
  return Math.ceil(halves / 2);
}

/** Text of no more than so many tokens; of what is cut the length is told. */
export function bounded(text: string, most: number = agentLimits.valueTokens): string {
  // The escapes of what is not printable are longer than itself.
  if (text.length * 3 <= most || tokensOf(escaped(text)) <= most) return text;
  let [low, high] = [0, Math.min(text.length, 2 * most)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tokensOf(escaped(text.slice(0, middle))) <= most) low = middle;
    else high = middle - 1;
  }
  const end = isHighSurrogate(text.charCodeAt(low - 1)) ? low - 1 : low;
  return `${text.slice(0, end)}… (${text.length} characters)`;
}

/** Anything as JSON on one line: each text in it bounded, bytes in hex. */
export function quoted(value: unknown): string {
  return escaped(JSON.stringify(plain(value)));
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return bounded(value);
  if (typeof value === 'bigint') return bounded(String(value));
  if (value instanceof Uint8Array) return bytesText(value);
  if (Array.isArray(value)) {
    const shown = value.slice(0, SHOWN_PARTS).map(plain);
    return value.length > SHOWN_PARTS ? [...shown, `… and ${value.length - SHOWN_PARTS} more`] : shown;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, each]) => (each === undefined ? [] : [[bounded(name), plain(each)]]));
  return Object.fromEntries(entries);
}

/** Bytes in hex; of many the first ones. */
export function bytesText(bytes: Uint8Array): string {
  return bytes.length <= SHOWN_BYTES ? toHex(bytes) : `${toHex(bytes.subarray(0, SHOWN_BYTES))}… (${bytes.length} bytes)`;
}

/** Control, format and bidirectional characters, and all others that nobody sees (variation selectors, fillers), as JSON escapes. */
function escaped(text: string): string {
  return printable(text).replace(/\p{Default_Ignorable_Code_Point}/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
