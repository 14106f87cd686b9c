/**
 * Finds where a JSON object ends in a stream that comes in pieces, looking at each byte once: strings and escapes are
 * followed, brackets counted. Whether the text is JSON is for the parser to say.
 */
export class ObjectScanner {
  #at = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** The length of the object that begins at the start of `bytes`, or undefined when more bytes are needed. */
  end(bytes: Uint8Array): number | undefined {
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at]!;
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        if (byte === 0x5c) this.#escaped = true;
        else if (byte === 0x22) this.#inString = false;
      } else if (byte === 0x22) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth++;
      else if (byte === 0x7d || byte === 0x5d) {
        this.#depth--;
        if (this.#depth <= 0) return this.#at + 1;
      }
    }
    return undefined;
  }

  reset(): void {
    this.#at = 0;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export const lengthPrefix = 4;
/** A length prefix beyond this is taken for text that lost its framing. */
export const longestObject = 0x0100_0000;

export type Framing = 'length' | 'back-to-back';

/** Open choice of the specification for TCP, settled by the stream's first bytes; undefined while they are too few. */
export function framingOf(bytes: Uint8Array): Framing | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] === 0x7b || isSpace(bytes[0]!)) return 'back-to-back';
  return bytes.length < lengthPrefix ? undefined : 'length';
}

export function prefixedLength(bytes: Uint8Array): number {
  return bytes[0]! * 0x100_0000 + (bytes[1]! << 16) + (bytes[2]! << 8) + bytes[3]!;
}
