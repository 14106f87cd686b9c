import { describe, expect, it } from 'vitest';
import * as scale from '../../../media/base/scale.ts';

const extent = (rows: number): scale.Extent => ({ rows, rowHeight: 22, viewport: 440 });
const few = extent(1000);
const many = extent(5_000_000);

describe('the scale of a list', () => {
  it('is one to one while an element can be that tall', () => {
    expect(scale.isScaled(few)).toBe(false);
    expect(scale.elementHeight(few)).toBe(22_000);
    expect(scale.toOffset(few, 1234)).toBe(1234);
    expect(scale.toScrollTop(few, 1234)).toBe(1234);
  });

  it('never makes an element taller than browsers allow, and reaches both ends', () => {
    expect(scale.elementHeight(many)).toBe(scale.TALLEST);
    expect(scale.toOffset(many, 0)).toBe(0);
    expect(scale.toOffset(many, scale.TALLEST - many.viewport)).toBe(scale.lastOffset(many));
    expect(scale.visibleRows(many, scale.lastOffset(many), 0)).toEqual({ first: 4_999_980, end: 5_000_000 });
  });

  it('goes from offset to scroll position and back', () => {
    for (const offset of [0, 1, 22, 50_000_001, scale.lastOffset(many)])
      expect(scale.toOffset(many, scale.toScrollTop(many, offset))).toBeCloseTo(offset, 3);
  });

  it('takes short steps as they are and long ones in proportion', () => {
    const offset = 50_000_000;
    const at = scale.toScrollTop(many, offset);
    expect(scale.offsetAfter(many, offset, at, at + 30)).toBe(offset + 30);
    expect(scale.offsetAfter(many, offset, at, at + 100_000)).toBeCloseTo(scale.toOffset(many, at + 100_000), 3);
    expect(scale.offsetAfter(many, 100, 10, 0)).toBe(0);
    expect(scale.offsetAfter(few, 100, 100, 130)).toBe(130);
  });

  it('stays within the list', () => {
    expect(scale.clampOffset(few, -5)).toBe(0);
    expect(scale.clampOffset(few, 1e9)).toBe(22_000 - 440);
    expect(scale.clampOffset(extent(3), 10)).toBe(0);
    expect(scale.visibleRows(extent(0), 0, 4)).toEqual({ first: 0, end: 0 });
    expect(scale.visibleRows(extent(3), 0, 4)).toEqual({ first: 0, end: 3 });
  });

  it('moves no further than needed to show a row, and puts a far one in the middle', () => {
    expect(scale.offsetShowing(few, 0, 19)).toBe(0);
    expect(scale.offsetShowing(few, 0, 20)).toBe(22);
    expect(scale.offsetShowing(few, 220, 9)).toBe(198);
    expect(scale.offsetShowing(few, 0, 500)).toBe(500 * 22 - 209);
    expect(scale.offsetShowing(many, 0, 4_999_999)).toBe(scale.lastOffset(many));
  });

  it('pages by what is seen but one row', () => {
    expect(scale.rowsPerPage(few)).toBe(19);
    expect(scale.rowsPerPage({ ...few, viewport: 5 })).toBe(1);
  });
});
