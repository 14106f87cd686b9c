import { describe, expect, it } from 'vitest';
import { hexRow, hexRows, layoutIn, moveByte, offsetText } from '../../../media/inspector/bytes/hex.ts';

const bytes = new Uint8Array(35).map((_, index) => index + 0x70);

describe('rows of bytes', () => {
  it('hold sixteen, the last what is left', () => {
    expect(hexRows(bytes, 16)).toBe(3);
    expect(hexRows(new Uint8Array(0), 16)).toBe(0);
    expect(hexRow(bytes, 0, 16)).toHaveLength(16);
    expect(hexRow(bytes, 2, 16).map(({ at, hex }) => `${at}=${hex}`)).toEqual(['32=90', '33=91', '34=92']);
  });

  it('hold eight where sixteen do not fit', () => {
    expect(hexRows(bytes, 8)).toBe(5);
    expect(hexRow(bytes, 4, 8).map(({ at }) => at)).toEqual([32, 33, 34]);
    // Four digits of offset, a gap of 1.5, sixteen bytes of 2.75 and their text: 65.5 letters.
    expect(layoutIn(524, 8, 100)).toEqual({ rowBytes: 16, scale: 1 });
    expect(layoutIn(523, 8, 100)).toEqual({ rowBytes: 16, scale: 0.99 });
    expect(layoutIn(524, 8, 0x10001)).toEqual({ rowBytes: 16, scale: 0.98 });
    expect(layoutIn(446, 8, 100)).toEqual({ rowBytes: 16, scale: 0.85 });
    expect(layoutIn(445, 8, 100)).toEqual({ rowBytes: 8, scale: 1 });
  });

  it('show printable ASCII as itself and anything else as a dot', () => {
    expect(
      hexRow(Uint8Array.of(0x00, 0x1f, 0x20, 0x41, 0x7e, 0x7f, 0xff), 0, 16)
        .map(({ ascii }) => ascii)
        .join(''),
    ).toBe('·· A~··');
  });

  it('have offsets of one width', () => {
    expect(offsetText(16, 35)).toBe('0010');
    expect(offsetText(16, 0x10000)).toBe('0010');
    expect(offsetText(16, 0x10001)).toBe('00010');
  });
});

describe('the byte cursor', () => {
  const move = (at: number, key: string): number | undefined => moveByte(at, key, { rowBytes: 16, length: 35, page: 10 });

  it('stays within the bytes', () => {
    expect(move(0, 'ArrowLeft')).toBe(0);
    expect(move(34, 'ArrowRight')).toBe(34);
    expect(move(20, 'ArrowDown')).toBe(20);
    expect(move(5, 'ArrowUp')).toBe(5);
    expect(move(18, 'ArrowDown')).toBe(34);
  });

  it('goes to the ends of its row and by pages in its column', () => {
    expect(move(20, 'Home')).toBe(16);
    expect(move(20, 'End')).toBe(31);
    expect(move(33, 'End')).toBe(34);
    expect(move(33, 'PageUp')).toBe(1);
    expect(move(1, 'PageDown')).toBe(33);
    expect(move(5, 'PageDown')).toBe(21);
  });

  it('goes by rows of eight where those are shown', () => {
    const rows = { rowBytes: 8, length: 35, page: 2 } as const;
    expect(['ArrowDown', 'ArrowUp', 'Home', 'End', 'PageDown'].map((key) => moveByte(13, key, rows))).toEqual([21, 5, 8, 15, 29]);
  });

  it('does not move by other keys', () => {
    expect(move(5, 'a')).toBeUndefined();
  });
});
