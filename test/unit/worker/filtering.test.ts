/** The filtered list of the worker: found in slices, asked for while it grows. */
import { describe, expect, it, vi } from 'vitest';
import { Capture } from '../../../extension/worker/capture.ts';
import { Lists } from '../../../extension/worker/lists.ts';
import { capture as build, udpFrame } from '../analysis/packets.ts';
import { golden, keyLog } from '../cli/help.ts';

async function lists(path: string, keys = ''): Promise<Lists> {
  const capture = new Capture(() => {});
  if (keys !== '') capture.keys([{ name: 'keys', text: keys }]);
  await capture.open({ name: '', path });
  await vi.waitFor(() => expect(capture.overview().done).toBe(true), { timeout: 20_000 });
  return new Lists(capture);
}

const all = async (of: Lists, filter: string, show: 'all' | 'messages' = 'all') =>
  vi.waitFor(() => {
    const answer = of.rows({ start: 0, count: 1000, show, filter });
    expect(answer.scan!.done).toBe(true);
    return answer;
  });

describe('a filtered list', () => {
  it('has the rows that match, numbered anew, and their trees', async () => {
    const of = await lists(golden('p2pke_a.pcapng'), keyLog);
    const { rows, total } = await all(of, 'p2pke.counter == 17');
    expect(total).toBe(2);
    expect(rows.map(({ row, message, info }) => [row, message, info])).toEqual([
      [0, 'data', 'counter 17, 2 bytes'],
      [1, 'data', expect.stringContaining('counter 17')],
    ]);
    const filter = 'p2pke.counter == 17';
    expect(of.tree({ row: 1, show: 'all', filter })).toMatchObject({ row: 1, layers: expect.any(Array) });
    expect(of.locate({ frame: rows[1]!.frame, show: 'all', filter })).toEqual({ row: 1 });
    expect(() => of.tree({ row: 2, show: 'all', filter })).toThrow(/match/);
  });

  it('gives a field the condition that it fulfils', async () => {
    const of = await lists(golden('p2pke_a.pcapng'));
    const { layers } = of.tree({ row: 0, show: 'all' });
    const texts = JSON.stringify(layers);
    expect(texts).toContain('ip.src == 127.0.0.1');
    expect(texts).toContain('p2pke.counter == 0');
  });

  it('begins anew when another filter, another view or a key comes', async () => {
    const capture = new Capture(() => {});
    await capture.open({ name: '', path: golden('p2pke_a.pcapng') });
    await vi.waitFor(() => expect(capture.overview().done).toBe(true));
    const of = new Lists(capture);
    expect((await all(of, 'decrypted')).total).toBe(0);
    capture.keys([{ name: 'keys', text: keyLog }]);
    expect((await all(of, 'decrypted')).total).toBe(32);
    expect((await all(of, 'decrypted', 'messages')).total).toBe(32);
    expect((await all(of, 'frame.number == 1')).total).toBe(1);
  });

  it('tells how far it has come, and lets requests in between', async () => {
    const [a, b] = [
      { address: '192.0.2.1', port: 7 },
      { address: '192.0.2.2', port: 8 },
    ];
    const frames = Array.from({ length: 60_000 }, (_, i) => udpFrame(a, b, Uint8Array.of(i & 255)));
    const capture = new Capture(() => {});
    await capture.open({ name: 'many', bytes: build(frames, 1_700_000_000, 0.001) });
    await vi.waitFor(() => expect(capture.overview().done).toBe(true), { timeout: 20_000 });
    const of = new Lists(capture);
    const filter = 'frame contains "\\x07"';
    const first = of.rows({ start: 0, count: 10, show: 'all', filter });
    expect(first.scan).toMatchObject({ of: 60_000, done: false });
    const answer = await vi.waitFor(
      () => {
        const now = of.rows({ start: 0, count: 10, show: 'all', filter });
        expect(now.scan!.done).toBe(true);
        return now;
      },
      { timeout: 60_000 },
    );
    expect(answer.total).toBeGreaterThan(200);
    expect((await all(of, 'udp.port == 9')).total).toBe(0);
  });

  it('says what is wrong with a filter, and what may follow', async () => {
    const of = await lists(golden('p2pke_a.pcapng'));
    expect(of.check({ text: 'p2pke.countr == 1' })).toMatchObject({ problem: { start: 0, end: 12 } });
    expect(of.check({ text: 'p2pke' })).toEqual({});
    expect(of.complete({ text: 'p2pke.cou', caret: 9 }).items[0]!.insert).toBe('p2pke.counter');
    expect(() => of.rows({ start: 0, count: 1, show: 'all', filter: '(' })).toThrow(/cannot be used/);
  });
});
