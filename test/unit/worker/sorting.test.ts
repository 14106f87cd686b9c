/** The list of the worker in the order of a column. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Row, SortOrder } from '../../../extension/wire/inspector.ts';
import { Capture } from '../../../extension/worker/capture.ts';
import { Lists } from '../../../extension/worker/lists.ts';
import { mergeSort } from '../../../extension/worker/mergesort.ts';
import { capture as build, udpFrame } from '../analysis/packets.ts';
import { golden, keyLog } from '../cli/help.ts';

async function opened(given: { path: string } | { bytes: Uint8Array }, keys = ''): Promise<Lists> {
  const capture = new Capture(() => {});
  if (keys !== '') capture.keys([{ name: 'keys', text: keys }]);
  await capture.open({ name: '', ...given });
  await vi.waitFor(() => expect(capture.overview().done).toBe(true), { timeout: 20_000 });
  return new Lists(capture);
}

const sorted = async (of: Lists, sort: SortOrder, more: { filter?: string; columns?: readonly string[] } = {}) =>
  vi.waitFor(() => {
    const answer = of.rows({ start: 0, count: 1000, show: 'all', sort, ...more });
    expect(answer.scan!.done).toBe(true);
    return answer;
  });

const up = (by: string): SortOrder => ({ by, descending: false });
const down = (by: string): SortOrder => ({ by, descending: true });

describe('the order of a column', () => {
  const at = (port: number) => ({ address: `10.0.0.${port}`, port });
  const frames = [9, 10, 2, 10, 9].map((host, index) => udpFrame(at(host), at(99), Uint8Array.of(index)));

  it('is that of addresses and numbers as people read them, and of the capture where it is the same', async () => {
    const of = await opened({ bytes: build(frames) });
    const ends = ({ rows }: { rows: readonly Row[] }) => rows.map(({ frame, source }) => `${frame} ${source}`);
    expect(ends(await sorted(of, up('source')))).toEqual([
      ...['3 10.0.0.2:2', '1 10.0.0.9:9', '5 10.0.0.9:9', '2 10.0.0.10:10', '4 10.0.0.10:10'],
    ]);
    expect(ends(await sorted(of, down('source')))).toEqual([
      ...['2 10.0.0.10:10', '4 10.0.0.10:10', '1 10.0.0.9:9', '5 10.0.0.9:9', '3 10.0.0.2:2'],
    ]);
    expect((await sorted(of, down('frame'))).rows.map(({ frame }) => frame)).toEqual([5, 4, 3, 2, 1]);
  });

  it('is that of the values of a field, in what a filter leaves', async () => {
    const of = await opened({ path: golden('p2pke_a.pcapng') }, keyLog);
    const { rows, total } = await sorted(of, down('p2pke.counter'), { filter: 'p2pke', columns: ['p2pke.counter'] });
    const counters = rows.map(({ cells }) => Number(cells![0]));
    expect(total).toBeGreaterThan(30);
    expect(counters).toEqual([...counters].sort((a, b) => b - a));
    expect(new Set(counters).size).toBeGreaterThan(5);
  });

  it('is the one that trees, places, copies and searches go by', async () => {
    const of = await opened({ path: golden('p2pke_a.pcapng') }, keyLog);
    const sort = down('time');
    const { rows } = await sorted(of, sort);
    expect(rows[0]!.frame).toBeGreaterThan(rows.at(-1)!.frame);
    for (const row of [0, 3, rows.length - 1]) {
      const { frame, n } = rows[row]!;
      expect(JSON.stringify(of.tree({ row, show: 'all', sort }).layers)).toContain(`Frame ${frame}`);
      expect(of.locate({ frame, ...(n === undefined ? {} : { n }), show: 'all', sort })).toEqual({ row });
      expect(of.copyRows({ ranges: [[row, row + 1]], as: 'hexDump', show: 'all', sort }).text).toContain(`Frame ${frame}\n`);
    }
    // Each question searches for a moment.
    const find = (from: number): ReturnType<Lists['find']> => {
      const found = of.find({ show: 'all', sort, from, forward: true, kind: 'list', text: 'InitHello' });
      return found.row === undefined && found.next < found.total ? find(found.next) : found;
    };
    const found = find(0);
    expect(found.row).toBe(rows.findIndex(({ message }) => message === 'InitHello'));
    expect(found.row).toBeGreaterThan(5);
    expect(() => of.tree({ row: rows.length, show: 'all', sort })).toThrow(/sorted/);
  });

  it('is found anew when a key changes the rows', async () => {
    const capture = new Capture(() => {});
    await capture.open({ name: '', path: golden('p2pke_a.pcapng') });
    await vi.waitFor(() => expect(capture.overview().done).toBe(true));
    const of = new Lists(capture);
    const before = (await sorted(of, up('info'))).rows.map(({ info }) => info);
    capture.keys([{ name: 'keys', text: keyLog }]);
    await vi.waitFor(async () => {
      const after = (await sorted(of, up('info'))).rows.map(({ info }) => info);
      expect(after).not.toEqual(before);
      expect(after.some((info) => info.includes('2 bytes'))).toBe(true);
    });
  });
});

it('sorts like the sort of the language, in steps', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 300 }), (keys) => {
      const steps = mergeSort(keys.length, (a, b) => keys[a]! - keys[b]!);
      let step = steps.next();
      while (!step.done) step = steps.next();
      expect([...step.value]).toEqual(keys.map((_, index) => index).sort((a, b) => keys[a]! - keys[b]! || a - b));
    }),
  );
  const long = mergeSort(20_000, (a, b) => b - a);
  expect(long.next().done).toBe(false);
});
