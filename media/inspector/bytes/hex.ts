/** A source of bytes as rows of sixteen. */
export const ROW_BYTES = 16;

export interface ByteCell {
  readonly at: number;
  readonly hex: string;
  readonly ascii: string;
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hexRows(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / ROW_BYTES);
}

export function hexRow(bytes: Uint8Array, row: number): ByteCell[] {
  const start = row * ROW_BYTES;
  return Array.from(bytes.subarray(start, start + ROW_BYTES), (byte, index) => ({
    at: start + index,
    hex: digits[byte]!,
    ascii: byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·',
  }));
}

/** As many digits as the last offset needs, at least four, so that the column never moves within a source. */
export function offsetText(offset: number, length: number): string {
  return offset.toString(16).padStart(Math.max(4, Math.max(0, length - 1).toString(16).length), '0');
}

/** Where the cursor goes from a byte by a key, within the source; undefined for a key that does not move it. */
export function moveByte(at: number, key: string, length: number, page: number): number | undefined {
  const to = (next: number): number => (next < 0 || next >= length ? at : next);
  switch (key) {
    case 'ArrowLeft':
      return to(at - 1);
    case 'ArrowRight':
      return to(at + 1);
    case 'ArrowUp':
      return to(at - ROW_BYTES);
    case 'ArrowDown':
      return to(at + ROW_BYTES);
    case 'Home':
      return at - (at % ROW_BYTES);
    case 'End':
      return Math.min(length - 1, at - (at % ROW_BYTES) + ROW_BYTES - 1);
    case 'PageUp':
      return at - Math.min(Math.floor(at / ROW_BYTES), page) * ROW_BYTES;
    case 'PageDown':
      return at + Math.min(Math.floor((length - 1 - at) / ROW_BYTES), page) * ROW_BYTES;
    default:
      return undefined;
  }
}
