import { describe, expect, it } from 'vitest';
import type { FieldView, SourceView } from '../../../extension/wire/inspector.ts';
import { rangeField, rangeFilter, rangeOf, rangeText } from '../../../media/inspector/bytes/byterange.ts';
import { copyText } from '../../../media/inspector/tree/copying.ts';

const frame: SourceView = { id: 0, name: 'Frame', origin: '', bytes: Uint8Array.from({ length: 100 }, (_, at) => at) };
const opened: SourceView = { ...frame, id: 1, name: 'Decrypted' };
const field = (filter: string): FieldView => ({ name: 'data', text: '', source: 1, start: 10, end: 20, filter });

describe('a range of bytes', () => {
  it('is picked in either direction', () => {
    expect(rangeOf(0, 5, 2)).toEqual({ source: 0, start: 2, end: 6 });
    expect(rangeText(rangeOf(0, 5, 2))).toBe('4 bytes at 2 (0x2)');
    expect(rangeText(rangeOf(0, 16, 16))).toBe('1 byte at 16 (0x10)');
  });

  it('is a condition of the frame', () => {
    expect(rangeFilter(rangeOf(0, 1, 3), frame, undefined)).toBe('frame[1:3] == 01:02:03');
  });

  it('is a condition of the field of bytes that holds it, in another source', () => {
    expect(rangeFilter(rangeOf(1, 12, 13), opened, field('p2pke.data == 0a:0b'))).toBe('p2pke.data[2:2] == 0c:0d');
    expect(rangeFilter(rangeOf(1, 12, 20), opened, field('p2pke.data == 0a:0b'))).toBeUndefined();
    expect(rangeFilter(rangeOf(1, 12, 13), opened, field('p2pke.counter == 16'))).toBeUndefined();
    expect(rangeFilter(rangeOf(1, 12, 13), opened, undefined)).toBeUndefined();
  });

  it('is none when nobody could read it', () => expect(rangeFilter(rangeOf(0, 0, 64), frame, undefined)).toBeUndefined());

  it('is copied as a field is', () => {
    expect(copyText('copyHex', rangeField(rangeOf(0, 1, 3)), [frame])).toBe('010203');
    expect(copyText('copyCArray', rangeField(rangeOf(0, 1, 2)), [frame])).toBe('unsigned char bytes[2] = {\n  0x01, 0x02\n};\n');
  });
});
