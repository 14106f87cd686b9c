import { describe, expect, it } from 'vitest';
import { rowHeightFor, sizeIn } from '../../../media/base/editorfont.ts';

describe('the font of the editor', () => {
  it.each([
    ['14px', 14],
    [' 17.5px', 17.5],
    ['', 13],
    ['0px', 13],
    ['large', 13],
  ])('has in %j the size %d', (text, size) => expect(sizeIn(text)).toBe(size));

  it.each([
    [13, 20, 20],
    [14, 20, 20],
    [15, 20, 21],
    [30, 22, 41],
  ])('of %d pixels makes rows of at least %d pixels %d high', (size, least, height) =>
    expect(rowHeightFor(size, least)).toBe(height),
  );
});
