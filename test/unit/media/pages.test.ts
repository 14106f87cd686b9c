import { describe, expect, it } from 'vitest';
import type { Row } from '../../../extension/wire/inspector.ts';
import { PAGE, Pages } from '../../../media/inspector/page/pages.ts';

const row = (index: number, info: string): Row => ({
  ...{ row: index, frame: index + 1, seconds: 0, nanos: 0, source: 'a', destination: 'b', protocol: 'p', message: 'm' },
  ...{ info, state: 'decoded', encrypted: false },
});
const rows = (page: number, count: number, info = 'old'): Row[] =>
  Array.from({ length: count }, (_, index) => row(page * PAGE + index, info));
const list = (total: number): Pages<Row> => {
  const pages = new Pages<Row>();
  pages.total = total;
  pages.uncertain = false;
  return pages;
};

describe('the pages of the list', () => {
  it('asks for what is in view, once', () => {
    const pages = list(1000);
    expect(pages.wanted(190, 210, 0).sort()).toEqual([0, 1]);
    pages.asked(0, 0);
    expect(pages.wanted(190, 210, 0)).toEqual([1]);
    pages.answered(pages.asked(1, 0), { rows: rows(1, PAGE), total: 1000, generation: 0 });
    expect(pages.wanted(190, 210, 0)).toEqual([]);
    expect(pages.row(200)?.frame).toBe(201);
    expect(pages.row(0)).toBeUndefined();
  });

  it('keeps old rows in view until those of a new generation come', () => {
    const pages = list(100);
    pages.answered(pages.asked(0, 0), { rows: rows(0, 100), total: 100, generation: 0 });
    pages.generation = 1;
    expect(pages.row(3)?.info).toBe('old');
    expect(pages.wanted(0, 20, 0)).toEqual([0]);
    const ticket = pages.asked(0, 0);
    expect(pages.wanted(0, 20, 0)).toEqual([]);
    pages.answered(ticket, { rows: rows(0, 100, 'new'), total: 100, generation: 1 });
    expect(pages.row(3)?.info).toBe('new');
    expect(pages.wanted(0, 20, 0)).toEqual([]);
  });

  it('does not let a late answer of the old generation replace or stand for the new one', () => {
    const pages = list(100);
    const before = pages.asked(0, 0);
    pages.generation = 1;
    const after = pages.asked(0, 0);
    pages.answered(after, { rows: rows(0, 100, 'new'), total: 100, generation: 1 });
    pages.answered(before, { rows: rows(0, 100), total: 90, generation: 0 });
    expect(pages.row(0)?.info).toBe('new');
    expect(pages.total).toBe(100);
  });

  it('asks again for a page that was not full once the list has grown, and not before', () => {
    const pages = list(50);
    pages.answered(pages.asked(0, 0), { rows: rows(0, 50), total: 50, generation: 0 });
    expect(pages.wanted(0, 20, 0)).toEqual([]);
    pages.total = 300;
    expect(pages.wanted(0, 20, 0)).toEqual([0]);
    expect(pages.row(10)?.frame).toBe(11);
  });

  it('asks for the end of a list of uncertain length', () => {
    const pages = new Pages<Row>();
    expect(pages.wanted(0, 0, 0)).toEqual([0]);
    pages.answered(pages.asked(0, 0), { rows: rows(0, PAGE), total: 450, generation: 0 });
    expect(pages.total).toBe(450);
    expect(pages.wanted(0, 20, 0)).toEqual([]);
    pages.uncertain = true;
    expect(pages.wanted(0, 20, 0)).toEqual([2]);
  });

  it('leaves a failed page alone until told to try again', () => {
    const pages = list(100);
    pages.failed(pages.asked(0, 0));
    expect(pages.wanted(0, 20, 0)).toEqual([]);
    pages.retry();
    expect(pages.wanted(0, 20, 0)).toEqual([0]);
  });

  it('limits the calls under way, and does not wait forever for one', () => {
    const pages = list(100_000);
    for (const page of [10, 20, 30, 40]) pages.asked(page, 0);
    expect(pages.wanted(0, 20, 100)).toEqual([]);
    expect(pages.wanted(0, 20, 60_000)).toEqual([0]);
  });

  it('forgets the oldest pages of a long list', () => {
    const pages = list(1_000_000);
    for (let page = 0; page < 1000; page++)
      pages.answered(pages.asked(page, 0), { rows: rows(page, PAGE), total: 1_000_000, generation: 0 });
    expect(pages.row(0)).toBeUndefined();
    expect(pages.row(999 * PAGE)).toBeDefined();
  });
});
