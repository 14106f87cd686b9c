import { printable } from './text.ts';

/** Bytes of UTF-8 that one UTF-16 code unit becomes at most. */
const MOST_BYTES = 3;
const LINE_FEED = 10;

const nothing = new Uint8Array(0);

/** Lines that are bytes at once: strings that are gathered live long enough to be copied by the collector. */
export class LineBuffer {
  #bytes: Buffer<ArrayBuffer>;
  #filled = 0;
  /** Bytes of the next one. */
  readonly #size: number;

  /** `size`: bytes of room to begin with. */
  constructor(size: number) {
    this.#size = size;
    this.#bytes = Buffer.allocUnsafeSlow(size);
  }

  /** Bytes that are in it. */
  get length(): number {
    return this.#filled;
  }

  /** Whether a line fits in, whatever its characters are, without more memory. */
  fits(text: string): boolean {
    return this.#filled + text.length * MOST_BYTES + 1 <= this.#bytes.length;
  }

  /**
   * Adds one line, whatever is in it: others choose names and values, and must not steer the terminal nor begin another line. In JSON
   * the escapes mean what they stand for.
   */
  line(words: string): void {
    this.escaped(printable(words));
  }

  /** The same of a line that holds no word of others, or whose format escapes them itself. */
  escaped(text: string): void {
    if (!this.fits(text)) this.#grow(this.#filled + text.length * MOST_BYTES + 1);
    this.#filled += this.#bytes.write(text, this.#filled);
    this.#bytes[this.#filled++] = LINE_FEED;
  }

  /** Adds a byte that is no text. */
  byte(value: number): void {
    if (!this.fits('')) this.#grow(this.#filled + 1);
    this.#bytes[this.#filled++] = value;
  }

  /** Gives the bytes away, in memory that is theirs alone, and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    if (this.#filled === 0) return nothing;
    const taken = this.#bytes.subarray(0, this.#filled);
    this.#bytes = Buffer.allocUnsafeSlow(this.#size);
    this.#filled = 0;
    return taken;
  }

  #grow(least: number): void {
    const more = Buffer.allocUnsafeSlow(Math.max(least, 2 * this.#bytes.length));
    more.set(this.#bytes.subarray(0, this.#filled));
    this.#bytes = more;
  }
}
