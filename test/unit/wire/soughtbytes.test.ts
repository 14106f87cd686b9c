import { describe, expect, it } from 'vitest';
import { byteMatches, indexOfBytes, MOST_MATCHES, soughtBytes } from '../../../extension/wire/soughtbytes.ts';

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];
const sought = (text: string): number[][] => soughtBytes(text).map((bytes) => [...bytes]);

describe('bytes that are sought', () => {
  it.each(['01:ff', '01 ff', '01ff', '0x01ff', '0x01 0xFF', '01-ff'])('are hexadecimal, and the text itself: %s', (text) => {
    expect(sought(text)).toEqual([[1, 255], utf8(text)]);
  });

  it.each(['hello', '1', 'abc', '0x', ':', 'grüße'])('are text without quotes: %s', (text) => {
    expect(sought(text)).toEqual([utf8(text)]);
  });

  it('are text alone in quotes, and nothing without a character', () => {
    expect(sought('"01ff"')).toEqual([utf8('01ff')]);
    expect(sought('  ')).toEqual([]);
  });

  it('are found where they stand, also over one another, in order', () => {
    const bytes = Uint8Array.from([1, 1, 1, ...utf8('01')]);
    expect(indexOfBytes(bytes, Uint8Array.of(1, 1), 1)).toBe(1);
    expect(indexOfBytes(bytes, Uint8Array.of(1, 2))).toBe(-1);
    expect(indexOfBytes(Uint8Array.of(1), Uint8Array.of(1, 1))).toBe(-1);
    expect(byteMatches(bytes, soughtBytes('01'))).toEqual([
      { start: 0, end: 1 },
      { start: 1, end: 2 },
      { start: 2, end: 3 },
      { start: 3, end: 5 },
    ]);
  });

  it('are counted up to a limit', () => {
    expect(byteMatches(new Uint8Array(5_000), soughtBytes('00'))).toHaveLength(MOST_MATCHES);
  });
});
