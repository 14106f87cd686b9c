import { printable } from './text.ts';

/** Bytes of UTF-8 that one UTF-16 code unit becomes at most. */
const MOST_BYTES = 3;
/** Characters that are written one by one: of more than so many, a call of the platform is faster. */
const SHORT = 200;
const [LINE_FEED, SPACE, ZERO, POINT, MINUS] = [0x0a, 0x20, 0x30, 0x2e, 0x2d];
const DIGITS = 32;
const MILLION = 1_000_000;
/** Pieces of memory that are kept for later, and how many times as large as it began one may be. */
const MOST_SPARE = 8;
const MOST_LARGER = 4;
const nothing = new Uint8Array(0);
const none = Buffer.allocUnsafeSlow(0);

/**
 * Lines that are bytes at once: strings that are gathered live long enough to be copied by the collector. Others choose names and values:
 * what they could steer a terminal with, or begin another line, is escaped.
 */
export class LineBuffer {
  /** Bytes of room to begin with. */
  readonly #size: number;
  #bytes: Buffer<ArrayBuffer> = none;
  #filled = 0;
  /** Where the line begins that is being written. */
  #line = 0;

  /** Memory for the next bytes: that of some that were given away, and came back. */
  readonly #spare: ArrayBuffer[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Bytes that are in it. */
  get length(): number {
    return this.#filled;
  }

  /** Adds one line, whatever is in it. In JSON the escapes mean what they stand for. */
  line(words: string): void {
    this.text(words);
    this.endLine();
  }

  /** The same of a line that holds no word of others, or whose format escapes them itself. */
  escaped(text: string): void {
    this.#write(text);
    this.endLine();
  }

  /** Adds words to the line. */
  text(words: string): void {
    if (words.length > SHORT || !this.#plain(words)) this.#write(printable(words));
  }

  /** Adds words of ASCII alone, which most are; false, and nothing is added, where one of another kind is among them. */
  #plain(words: string): boolean {
    const { length } = words;
    this.#reserve(length);
    const bytes = this.#bytes;
    const start = this.#filled;
    for (let at = 0; at < length; at++) {
      const code = words.charCodeAt(at);
      if (code < SPACE || code > 0x7e) return false;
      bytes[start + at] = code;
    }
    this.#filled = start + length;
    return true;
  }

  /** Adds what `bytesOf` made of words. */
  copy(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  /** Adds a whole number, not below zero, with spaces before it up to `width`. */
  number(value: number, width = 0): void {
    this.#reserve(DIGITS + width);
    this.#pad(width - digitsOf(value));
    this.#digits(value, digitsOf(value));
  }

  /** Adds so many microseconds as seconds with six decimals, with spaces before them up to `width`. */
  seconds(micros: number, width: number): void {
    this.#reserve(DIGITS + width);
    const whole = Math.floor(Math.abs(micros) / MILLION);
    const sign = micros < 0 ? 1 : 0;
    this.#pad(width - sign - digitsOf(whole) - 7);
    if (sign === 1) this.#bytes[this.#filled++] = MINUS;
    this.#digits(whole, digitsOf(whole));
    this.#bytes[this.#filled++] = POINT;
    this.#digits(Math.abs(micros) % MILLION, 6);
  }

  /** Adds a byte that is no text. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#filled++] = value;
  }

  /** `trims`: without the spaces at its end. */
  endLine(trims = false): void {
    if (trims) while (this.#filled > this.#line && this.#bytes[this.#filled - 1] === SPACE) this.#filled--;
    this.byte(LINE_FEED);
    this.#line = this.#filled;
  }

  /** Gives the bytes away, in memory that is theirs alone, and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    if (this.#filled === 0) return nothing;
    const taken = this.#bytes.subarray(0, this.#filled);
    this.#bytes = none;
    this.#filled = this.#line = 0;
    return taken;
  }

  /** Memory that nobody uses any more: to make new one each time takes as much until the collector comes. */
  reuse(memory: ArrayBuffer): void {
    const isOfUse = memory.byteLength >= this.#size && memory.byteLength <= MOST_LARGER * this.#size;
    if (isOfUse && this.#spare.length < MOST_SPARE) this.#spare.push(memory);
  }

  #write(text: string): void {
    this.#reserve(text.length * MOST_BYTES);
    this.#filled += this.#bytes.write(text, this.#filled);
  }

  #pad(count: number): void {
    for (let left = count; left > 0; left--) this.#bytes[this.#filled++] = SPACE;
  }

  #digits(value: number, count: number): void {
    let rest = value;
    for (let at = this.#filled + count - 1; at >= this.#filled; at--) {
      const tenth = Math.floor(rest / 10);
      this.#bytes[at] = ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    this.#filled += count;
  }

  #reserve(more: number): void {
    const least = this.#filled + more;
    if (least <= this.#bytes.length) return;
    const spare = this.#filled === 0 && least <= this.#size ? this.#spare.pop() : undefined;
    const larger =
      spare === undefined ? Buffer.allocUnsafeSlow(Math.max(least, this.#size, 2 * this.#bytes.length)) : Buffer.from(spare);
    larger.set(this.#bytes.subarray(0, this.#filled));
    this.#bytes = larger;
  }
}

/** Words that are written many times, as `copy` takes them. */
export function bytesOf(words: string): Uint8Array {
  return Buffer.from(printable(words));
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let least = 10; least <= value; least *= 10) digits++;
  return digits;
}
