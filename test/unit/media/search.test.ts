import { describe, expect, it } from 'vitest';
import { PacketList } from '../../../media/inspector/list/list.ts';
import { Search } from '../../../media/inspector/list/search.ts';
import type { Call } from '../../../media/inspector/page/host.ts';

/** A worker that looks at ten rows at a time in a list of a hundred, and finds multiples of seven from 21 on. */
function search(hits: readonly number[]) {
  const asked: number[] = [];
  const call = (async (_method: string, { from, forward }: { from: number; forward: boolean }) => {
    asked.push(from);
    const by = forward ? 1 : -1;
    for (let row = from, looked = 0; ; row += by, looked++) {
      if (row < 0 || row >= 100 || looked === 10) return { next: row, total: 100 };
      if (hits.includes(row)) return { row, frame: row + 1, next: row, total: 100 };
    }
  }) as unknown as Call;
  const list = new PacketList({ show: 'all', filter: '', columns: [] }, call, () => {});
  return { search: new Search(call, () => {}), list, asked };
}
const sought = { kind: 'list', text: 'x', forward: true, after: -1, around: true } as const;

describe('a search', () => {
  it('goes on until it finds a row', async () => {
    const { search: one, list, asked } = search([35]);
    expect(await one.find(list, sought)).toBe(35);
    expect(asked).toEqual([0, 10, 20, 30]);
    expect(one.progress).toBeUndefined();
  });

  it('goes around the end, and says so', async () => {
    const { search: one, list } = search([3]);
    expect(await one.find(list, { ...sought, after: 50 })).toBe(3);
    expect(one.says).toBe('From the start again');
    expect(await one.find(list, { ...sought, after: 2, forward: false })).toBe(3);
    expect(one.says).toBe('From the end again');
    expect(await one.find(list, { ...sought, after: 50, around: false })).toBeUndefined();
  });

  it('ends where there is nothing', async () => {
    const { search: one, list, asked } = search([]);
    expect(await one.find(list, { ...sought, after: 42 })).toBeUndefined();
    expect(one.says).toBe('Not found');
    expect(asked.length).toBeLessThan(25);
  });

  it('stops when asked to, or when another begins', async () => {
    const { search: one, list } = search([99]);
    const first = one.find(list, sought);
    one.stop();
    expect(await first).toBeUndefined();
    const second = one.find(list, sought);
    const third = one.find(list, { ...sought, after: 97 });
    expect(await second).toBeUndefined();
    expect(await third).toBe(99);
  });
});
