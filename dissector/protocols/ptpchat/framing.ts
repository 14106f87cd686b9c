import type { Limits } from '../../bytes/index.ts';

const brace = 0x7b;
const bracket = 0x5b;
const quote = 0x22;
const backslash = 0x5c;

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'next';

/** Nesting that the scanner follows; the parser stops long before. */
const deepest = 65_536;

export type Scan = { readonly end: number } | { readonly broken: number } | undefined;

/**
 * Finds where a JSON object or array ends in a stream that comes in pieces, looking at each byte once. It follows the
 * grammar as far as it must to notice at once that the text is no JSON: else a bracket too few would swallow all that
 * follows. What a string, number or word says is for the parser.
 */
export class ObjectScanner {
  #start = 0;
  #at = 0;
  #stack: number[] = [];
  #expected: Expected = 'value';
  #inString = false;
  #escaped = false;
  #inScalar = false;

  /** The object that begins at `start` is scanned next, from its beginning. */
  reset(start = 0): void {
    this.#start = start;
    this.#at = start;
    this.#stack = [];
    this.#expected = 'value';
    this.#inString = false;
    this.#escaped = false;
    this.#inScalar = false;
  }

  get start(): number {
    return this.#start;
  }

  /** Where the object ends in `bytes`, or where it stops being JSON; undefined when more bytes are needed. */
  scan(bytes: Uint8Array): Scan {
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at]!;
      if (this.#inString) {
        if (byte < 0x20) return { broken: this.#at };
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) {
          this.#inString = false;
          this.#expected = this.#expected === 'key' ? 'colon' : 'next';
        }
        continue;
      }
      if (this.#inScalar) {
        if (isScalar(byte)) continue;
        this.#inScalar = false;
        this.#expected = 'next';
      }
      if (isSpace(byte)) continue;
      if (!this.#token(byte)) return { broken: this.#at };
      if (this.#stack.length === 0) return { end: this.#at + 1 };
    }
    return undefined;
  }

  #token(byte: number): boolean {
    const expected = this.#expected;
    const inObject = this.#stack.at(-1) === brace;
    if (byte === 0x7d || byte === 0x5d) {
      const closes = inObject ? 0x7d : 0x5d;
      if (byte !== closes || !(expected === 'next' || expected === (inObject ? 'key or end' : 'value or end'))) return false;
      this.#stack.pop();
      this.#expected = 'next';
      return true;
    }
    switch (expected) {
      case 'next':
        this.#expected = inObject ? 'key' : 'value';
        return byte === 0x2c;
      case 'colon':
        this.#expected = 'value';
        return byte === 0x3a;
      case 'key':
      case 'key or end':
        this.#expected = 'key';
        this.#inString = true;
        return byte === quote;
      default:
        return this.#value(byte);
    }
  }

  #value(byte: number): boolean {
    if (byte === brace || byte === bracket) {
      this.#stack.push(byte);
      this.#expected = byte === brace ? 'key or end' : 'value or end';
      return this.#stack.length <= deepest;
    }
    // A message is an object; a word or a number alone has no end in a stream.
    if (this.#stack.length === 0) return false;
    if (byte === quote) {
      this.#expected = 'value';
      this.#inString = true;
      return true;
    }
    this.#inScalar = true;
    return isScalar(byte);
  }
}

/** Bytes of numbers and of true, false, null. */
function isScalar(byte: number): boolean {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  return isDigit || isLetter || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function opens(byte: number): boolean {
  return byte === brace || byte === bracket;
}

export const lengthPrefix = 4;
export type Framing = 'length' | 'back-to-back';

/**
 * Open choice of the specification for TCP, settled by the stream's first bytes: undefined while they are too few, `lost`
 * when they are neither (the capture begins inside a message, or they are no JSON).
 */
export function framingOf(bytes: Uint8Array, limits: Limits): Framing | 'lost' | undefined {
  if (bytes.length === 0) return undefined;
  if (opens(bytes[0]!)) return 'back-to-back';
  if (bytes.length <= lengthPrefix) return undefined;
  return isPrefixed(bytes, limits) ? 'length' : 'lost';
}

/** Whether a length and the beginning of an object stand here. A length over the limit is taken for text that lost its framing. */
export function isPrefixed(bytes: Uint8Array, { frameLength }: Limits): boolean {
  const length = prefixedLength(bytes);
  const first = bytes[lengthPrefix]!;
  return length >= 2 && length <= frameLength && (opens(first) || isSpace(first));
}

export function prefixedLength(bytes: Uint8Array, at = 0): number {
  return bytes[at]! * 0x100_0000 + (bytes[at + 1]! << 16) + (bytes[at + 2]! << 8) + bytes[at + 3]!;
}
