/** What is drawn of a list whose rows come late. */
import { describe, expect, it } from 'vitest';
import type { Rows } from '../../../media/base/rows.ts';
import type { Place } from '../../../media/base/scale.ts';
import { BESIDE, LATE, Trailing } from '../../../media/base/trailing.ts';

const SEEN = 10;
const TOTAL = 100_000;

/** A list of which nothing is here; rows come with `answer`. */
function distant() {
  const here = new Set<number>();
  const asked: [first: number, end: number][] = [];
  const rows: Rows<number> = {
    total: TOTAL,
    row: (index) => (here.has(index) ? index : undefined),
    need: (first, end) => void asked.push([first, end]),
  };
  const answer = (first: number, end = first + SEEN): void => {
    for (let index = first; index < end; index++) here.add(index);
  };
  return { rows, asked, answer, here };
}

const at = (first: number): Place => ({ first, end: first + SEEN, offset: first * 20 });

describe('rows that are on their way', () => {
  it('are drawn as missing in a list that has just begun', () => {
    const { rows, asked } = distant();
    expect(new Trailing().choose(rows, at(0), 0)).toEqual(at(0));
    expect(asked).toEqual([[0, SEEN]]);
  });

  it('are asked for before they are in view', () => {
    const { rows, asked, answer } = distant();
    answer(500);
    new Trailing().choose(rows, at(500), 0);
    expect(asked).toEqual([[500 - BESIDE, 510 + BESIDE]]);
    answer(0);
    new Trailing().choose(rows, at(0), 0);
    expect(asked.at(-1)).toEqual([0, 10 + BESIDE]);
  });

  it('leave those in view that were there, until they come', () => {
    const { rows, asked, answer } = distant();
    const trailing = new Trailing();
    answer(0);
    expect(trailing.choose(rows, at(0), 0)).toEqual(at(0));
    expect(trailing.choose(rows, at(500), 10)).toEqual(at(0));
    expect(trailing.due).toBe(10 + LATE);
    expect(asked.at(-1)).toEqual([500, 510]);
    answer(500);
    expect(trailing.choose(rows, at(500), 20)).toEqual(at(500));
    expect(trailing.due).toBeUndefined();
  });

  it('are drawn behind a bar that has moved on, and only those in view by then are asked for', () => {
    const { rows, asked, answer } = distant();
    const trailing = new Trailing();
    answer(0);
    trailing.choose(rows, at(0), 0);
    trailing.choose(rows, at(500), 10);
    for (const first of [1000, 1500, 2000]) expect(trailing.choose(rows, at(first), first / 100)).toEqual(at(0));
    expect(asked.filter(([first]) => first > 500)).toEqual([]);
    answer(500);
    expect(trailing.choose(rows, at(2500), 25)).toEqual(at(500));
    expect(asked.at(-1)).toEqual([2500, 2510]);
    answer(2500);
    expect(trailing.choose(rows, at(3000), 30)).toEqual(at(2500));
  });

  it('are drawn as missing once they are late', () => {
    const { rows, asked, answer } = distant();
    const trailing = new Trailing();
    answer(0);
    trailing.choose(rows, at(0), 0);
    trailing.choose(rows, at(500), 10);
    expect(trailing.choose(rows, at(1000), 9 + LATE)).toEqual(at(0));
    expect(trailing.choose(rows, at(1000), 10 + LATE)).toEqual(at(1000));
    expect(asked.at(-1)).toEqual([1000, 1010]);
    // What is missing stays in view: the old rows do not come back.
    expect(trailing.choose(rows, at(1100), 20 + LATE)).toEqual(at(1100));
    answer(1000);
    expect(trailing.choose(rows, at(1200), 30 + LATE)).toEqual(at(1000));
  });

  it('take the place of rows that are gone', () => {
    const { rows, answer, here } = distant();
    const trailing = new Trailing();
    answer(0);
    trailing.choose(rows, at(0), 0);
    here.clear();
    expect(trailing.choose(rows, at(500), 10)).toEqual(at(500));
  });

  it('of another list are its own', () => {
    const first = distant();
    const trailing = new Trailing();
    first.answer(0);
    trailing.choose(first.rows, at(0), 0);
    expect(trailing.choose(distant().rows, at(500), 10)).toEqual(at(500));
  });

  it('are never late in a list that has all of them, whatever it says of single ones', () => {
    const trailing = new Trailing();
    const rows: Rows<number> = { total: TOTAL, row: () => undefined };
    trailing.choose(rows, at(0), 0);
    expect(trailing.choose(rows, at(500), 10)).toEqual(at(500));
    expect(trailing.due).toBeUndefined();
  });
});
