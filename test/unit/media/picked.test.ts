import { describe, expect, it } from 'vitest';
import type { Pick } from '../../../media/base/virtuallist.ts';
import { PickedRows } from '../../../media/inspector/list/picked.ts';

/** The rows that are picked after these clicks. */
function rowsAfter(...clicks: readonly (readonly [row: number, how: Pick])[]): number[] {
  const picked = new PickedRows();
  for (const [row, how] of clicks) picked.pick(row, how);
  const rows = picked.ranges.flatMap(([start, end]) => Array.from({ length: end - start }, (_, at) => start + at));
  expect(picked.count).toBe(rows.length);
  expect(rows.every((row) => picked.has(row))).toBe(true);
  return rows;
}

describe('rows that are picked', () => {
  it('are the one that was clicked', () => expect(rowsAfter([3, 'alone'], [5, 'alone'])).toEqual([5]));

  it('reach from the first click to the last, in either direction', () => {
    expect(rowsAfter([3, 'alone'], [5, 'extend'])).toEqual([3, 4, 5]);
    expect(rowsAfter([3, 'alone'], [5, 'extend'], [1, 'extend'])).toEqual([1, 2, 3]);
  });

  it('are added and taken out one by one', () => {
    expect(rowsAfter([3, 'alone'], [5, 'toggle'], [4, 'toggle'])).toEqual([3, 4, 5]);
    expect(rowsAfter([3, 'alone'], [6, 'extend'], [5, 'toggle'])).toEqual([3, 4, 6]);
    expect(rowsAfter([3, 'alone'], [3, 'toggle'])).toEqual([]);
  });

  it('are all of a list of any length', () => {
    const picked = new PickedRows();
    picked.all(5_000_000);
    expect([picked.count, picked.has(4_999_999), picked.has(5_000_000), picked.ranges.length]).toEqual([
      5_000_000,
      true,
      false,
      1,
    ]);
    picked.clear();
    expect(picked.count).toBe(0);
  });
});
