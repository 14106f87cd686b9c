/** A table of the worker's, as far as the page knows it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Table } from '../../../media/inspector/page/table.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const part = (rows: readonly string[], total = rows.length, ready = true) => ({ rows, total, ready, generation: 7 });

it('is asked for in parts, once each', async () => {
  const ask = vi.fn(async (start: number, count: number) =>
    part(
      Array.from({ length: Math.min(count, 500 - start) }, (_, at) => `${start + at}`),
      500,
    ),
  );
  const table = new Table(ask, () => {});
  table.need(0, 20);
  await vi.runAllTimersAsync();
  table.need(0, 20);
  expect(ask).toHaveBeenCalledTimes(1);
  expect([table.total, table.known, table.row(3)]).toEqual([500, true, '3']);
  table.need(395, 420);
  await vi.runAllTimersAsync();
  expect(table.row(401)).toBe('401');
});

it('keeps its rows in view until those of another order come, and takes none of an order before', async () => {
  const answers: ((rows: readonly string[]) => void)[] = [];
  const table = new Table<string>(
    () => new Promise((resolve) => answers.push((rows) => resolve(part(rows)))),
    () => {},
  );
  table.need(0, 20);
  answers[0]!(['a', 'b']);
  await vi.runAllTimersAsync();
  table.stale();
  table.need(0, 20);
  table.stale();
  table.need(0, 20);
  expect(table.row(0)).toBe('a');
  answers[2]!(['b', 'a']);
  await vi.runAllTimersAsync();
  answers[1]!(['x']);
  await vi.runAllTimersAsync();
  expect([table.row(0), table.total]).toEqual(['b', 2]);
});

it('is asked for again while the capture is read', async () => {
  let ready = false;
  const table: Table<string> = new Table(
    async () => part(ready ? ['a'] : [], ready ? 1 : 0, ready),
    () => table.need(0, 20),
  );
  table.need(0, 20);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([table.known, table.total]).toEqual([false, 0]);
  ready = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect([table.known, table.row(0)]).toEqual([true, 'a']);
});

it('says what went wrong, and asks again once it is stale', async () => {
  let broken = true;
  const table = new Table<string>(
    async () => {
      if (broken) throw new Error('The disk is gone');
      return part(['a']);
    },
    () => {},
  );
  table.need(0, 20);
  await vi.runAllTimersAsync();
  expect(table.problem).toBe('This table could not be read: The disk is gone.');
  broken = false;
  table.stale();
  table.need(0, 20);
  await vi.runAllTimersAsync();
  expect([table.problem, table.row(0)]).toEqual([undefined, 'a']);
});
