/** What happened over time, as the worker counts it. */
import { describe, expect, it, vi } from 'vitest';
import { Capture } from '../../../extension/worker/capture.ts';
import { Lists } from '../../../extension/worker/lists.ts';
import { edge, MOST_SHOWN, TimeBuckets } from '../../../extension/worker/timebuckets.ts';
import { Timeline, type TimelineView } from '../../../extension/worker/timeline.ts';
import { golden, keyLog } from '../cli/help.ts';

const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);

/** The buckets of some times, one packet each. */
function buckets(times: Iterable<number>) {
  const all = new TimeBuckets();
  for (const time of times) {
    all.reach(time);
    all.add('packets', time);
  }
  return all.view();
}

describe('buckets of time', () => {
  it('are a bounded number of round width, whatever the times span', () => {
    for (const span of [3e-6, 0.004, 1, 7.3, 61, 5_000, 86_400 * 400, 1e12]) {
      const { packets, per, first } = buckets(Array.from({ length: 1000 }, (_, i) => (span * i) / 999));
      expect(packets.length).toBeLessThanOrEqual(MOST_SHOWN);
      if (span > 0.001) expect(packets.length).toBeGreaterThan(MOST_SHOWN / 4);
      expect([1, 2, 5]).toContain(per);
      expect(first).toBe(0);
      expect(sum(packets)).toBe(1000);
    }
  });

  it('keep what was counted when times grow, and when some come before the first', () => {
    const { packets, first, per, exponent } = buckets([0, 0.5, 1, 90, 3_600, -12, 2, -0.1]);
    expect(sum(packets)).toBe(8);
    const width = per * 10 ** exponent;
    expect(first * width).toBeLessThanOrEqual(-12);
    expect((first + packets.length) * width).toBeGreaterThan(3_600);
    expect(packets[Math.floor(90 / width) - first]).toBe(1);
  });

  it('hold each time between their edges, as a filter compares them', () => {
    for (const times of [
      [0.1, 0.2, 0.3, 0.7, 1.1, 2.3],
      [0.29, 0.57, 0.58, 1.13, 4.35, 16.1],
      [-0.3, 0, 0.3],
    ]) {
      const { packets, first, per, exponent } = buckets(times);
      packets.forEach((count, i) => {
        const from = edge((first + i) * per, exponent);
        const to = edge((first + i + 1) * per, exponent);
        expect(times.filter((time) => time >= from && time < to)).toHaveLength(count);
      });
    }
  });

  it('take times in any order without moving all that they hold each time', () => {
    const times = Array.from({ length: 200_000 }, (_, i) => (i % 2 === 0 ? i : -i) / 1_000);
    expect(sum(buckets(times).packets)).toBe(200_000);
    expect(sum(buckets(times.map((time) => -time)).packets)).toBe(200_000);
  });

  it('are none without a time', () => {
    expect(new TimeBuckets().view()).toMatchObject({ packets: [], bytes: [], error: [] });
  });
});

describe('the capture over time', () => {
  async function open(path: string, keys = '', moment?: number) {
    const capture = new Capture(() => {});
    if (keys !== '') capture.keys([{ name: 'keys', text: keys }]);
    await capture.open({ name: '', path });
    await vi.waitFor(() => expect(capture.overview().done).toBe(true), { timeout: 20_000 });
    return { capture, timeline: new Timeline(capture, new Lists(capture), moment) };
  }
  const all = (timeline: Timeline, filter?: string): Promise<TimelineView> =>
    vi.waitFor(() => {
      const view = timeline.look(filter === undefined ? {} : { filter });
      expect(view.done).toBe(true);
      return view;
    });

  it('counts every frame and its bytes once, and messages with findings', async () => {
    const { capture, timeline } = await open(golden('p2p_b.pcapng'));
    const view = await all(timeline);
    const { frames } = capture.analysis.reader;
    let bytes = 0;
    for (let index = 0; index < frames.length; index++) bytes += frames.original(index);
    expect(view.total).toEqual({ packets: frames.length, bytes });
    expect([sum(view.packets), sum(view.bytes), view.timeless]).toEqual([frames.length, bytes, 0]);
    let broken = 0;
    for (let n = 0; n < capture.analysis.messageCount; n++)
      if (capture.analysis.findingsOf(n).some(({ severity }) => severity === 'error')) broken++;
    expect(broken).toBeGreaterThan(0);
    expect(sum(view.error)).toBe(broken);
    expect(sum(view.note)).toBeGreaterThan(0);
  });

  it('follows a filter, over the same span', async () => {
    const { timeline } = await open(golden('p2pke_a.pcapng'), keyLog);
    const whole = await all(timeline);
    const part = await all(timeline, 'p2pke.counter == 17');
    expect(part.total.packets).toBe(2);
    expect([part.first, part.per, part.exponent, part.packets.length]).toEqual([
      ...[whole.first, whole.per, whole.exponent, whole.packets.length],
    ]);
    expect(() => timeline.look({ filter: 'p2pke.counter ==' })).toThrow(/filter cannot be used/);
  });

  it('finds as many packets in a range of buckets as a filter of that range does', async () => {
    const { timeline } = await open(golden('p2p_b.pcapng'));
    const { packets, first, per, exponent } = await all(timeline);
    for (const [from, to] of [
      [0, 1],
      [3, 40],
      [packets.length - 5, packets.length],
    ] as const) {
      const range = [from, to].map((i) => edge((first + i) * per, exponent));
      const filter = `frame.time_relative >= ${range[0]} && frame.time_relative < ${range[1]}`;
      expect((await all(timeline, filter)).total.packets).toBe(sum(packets.slice(from, to)));
    }
  });

  it('counts a moment at a time, and goes on where it was', async () => {
    const { timeline } = await open(golden('ptpchat_a.pcapng'), '', 0);
    const first = timeline.look({});
    expect(first.progress).toBeGreaterThan(0);
    const { packets } = (await all(timeline)).total;
    expect((await all(timeline)).total.packets).toBe(packets);
  });

  it('begins anew when a key comes', async () => {
    const { capture, timeline } = await open(golden('p2pke_a.pcapng'));
    expect((await all(timeline, 'decrypted')).total.packets).toBe(0);
    capture.keys([{ name: 'keys', text: keyLog }]);
    expect((await all(timeline, 'decrypted')).total.packets).toBe(32);
  });
});
