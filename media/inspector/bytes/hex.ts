/** A source of bytes as rows of sixteen, or of eight where sixteen do not fit. */

/** Letters of a row beside its offset: digits and gaps of the bytes, their text, the gap behind the offset. */
const LETTERS_PER_BYTE = 44 / 16 + 1;
const GAP = 1.5;

/** Letters may be so much smaller than those of the editor where sixteen bytes fit then. */
const SMALLEST = 0.85;

/** How a source is laid out in rows; `scale`: size of a letter beside that of the editor. */
export interface ByteLayout {
  readonly rowBytes: number;
  readonly scale: number;
}

/** The layout that fits into `width` pixels, where a letter of the editor is `letter` pixels wide and the source `length` bytes long. */
export function layoutIn(width: number, letter: number, length: number): ByteLayout {
  const needed = (offsetText(0, length).length + GAP + 16 * LETTERS_PER_BYTE) * letter;
  const scale = Math.floor((width / needed) * 100) / 100;
  if (scale >= 1) return { rowBytes: 16, scale: 1 };
  return scale >= SMALLEST ? { rowBytes: 16, scale } : { rowBytes: 8, scale: 1 };
}

export interface ByteCell {
  readonly at: number;
  readonly hex: string;
  readonly ascii: string;
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hexRows(bytes: Uint8Array, rowBytes: number): number {
  return Math.ceil(bytes.length / rowBytes);
}

export function hexRow(bytes: Uint8Array, row: number, rowBytes: number): ByteCell[] {
  const start = row * rowBytes;
  return Array.from(bytes.subarray(start, start + rowBytes), (byte, index) => ({
    at: start + index,
    hex: digits[byte]!,
    ascii: byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·',
  }));
}

/** As many digits as the last offset needs, at least four, so that the column never moves within a source. */
export function offsetText(offset: number, length: number): string {
  return offset.toString(16).padStart(Math.max(4, Math.max(0, length - 1).toString(16).length), '0');
}

/** The rows that the cursor moves over: bytes of a row, of the source, and rows of a page. */
export interface ByteRows {
  readonly rowBytes: number;
  readonly length: number;
  readonly page: number;
}

/** Where the cursor goes from a byte by a key, within the source; undefined for a key that does not move it. */
export function moveByte(at: number, key: string, { rowBytes, length, page }: ByteRows): number | undefined {
  const to = (next: number): number => (next < 0 || next >= length ? at : next);
  switch (key) {
    case 'ArrowLeft':
      return to(at - 1);
    case 'ArrowRight':
      return to(at + 1);
    case 'ArrowUp':
      return to(at - rowBytes);
    case 'ArrowDown':
      return to(at + rowBytes);
    case 'Home':
      return at - (at % rowBytes);
    case 'End':
      return Math.min(length - 1, at - (at % rowBytes) + rowBytes - 1);
    case 'PageUp':
      return at - Math.min(Math.floor(at / rowBytes), page) * rowBytes;
    case 'PageDown':
      return at + Math.min(Math.floor((length - 1 - at) / rowBytes), page) * rowBytes;
    default:
      return undefined;
  }
}
