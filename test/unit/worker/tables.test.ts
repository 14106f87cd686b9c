/** The capture from above, as the worker tells it. */
import { describe, expect, it, vi } from 'vitest';
import { answers as conversationAnswers } from '../../../extension/worker/answers/conversations.ts';
import { answers as findingAnswers } from '../../../extension/worker/answers/findings.ts';
import { Capture } from '../../../extension/worker/capture.ts';
import { Lists } from '../../../extension/worker/lists.ts';
import { golden, keyLog } from '../cli/help.ts';

async function tables(path: string, keys = '') {
  const capture = new Capture(() => {});
  if (keys !== '') capture.keys([{ name: 'keys', text: keys }]);
  await capture.open({ name: '', path });
  await vi.waitFor(() => expect(capture.overview().done).toBe(true), { timeout: 20_000 });
  const opened = { capture, lists: new Lists(capture) };
  const { conversations, endpoints } = conversationAnswers(opened);
  return { conversations: conversations.answer, ends: endpoints.answer, findings: findingAnswers(opened).rows.answer };
}

const byNumber = { start: 0, count: 100, sort: 'id', descending: false } as const;

describe('the table of conversations', () => {
  it('counts both directions, and what was decrypted', async () => {
    const { rows, total } = (await tables(golden('p2pke_a.pcapng'), keyLog)).conversations(byNumber);
    expect(total).toBe(1);
    expect(rows[0]).toMatchObject({
      ...{ id: 0, a: '127.0.0.1:7000', b: '127.0.0.1:7001', transport: 'udp', protocol: 'p2pke', first: 1, last: 33 },
      ...{ messages: 33, encrypted: 32, decrypted: 32, findings: 0, start: 0, state: 'complete' },
    });
    expect(rows[0]!.packets[0] + rows[0]!.packets[1]).toBe(33);
    expect(rows[0]!.seconds).toBeGreaterThan(0);
  });

  it('is sorted by any column, both ways, and given in parts', async () => {
    const of = await tables(golden('p2p_b.pcapng'));
    const { rows } = of.conversations({ ...byNumber, sort: 'bytes', descending: true });
    const bytes = rows.map((row) => row.bytes[0] + row.bytes[1]);
    expect(bytes).toEqual(bytes.toSorted((a, b) => b - a));
    expect(rows).toHaveLength(8);
    const part = of.conversations({ start: 6, count: 5, sort: 'bytes', descending: false });
    expect(part.rows.map(({ id }) => id)).toEqual(
      rows
        .slice(0, 2)
        .map(({ id }) => id)
        .reverse(),
    );
  });
});

describe('the table of endpoints', () => {
  const byName = { start: 0, count: 100, sort: 'endpoint', descending: false } as const;

  it('adds up what each sent and received in all its conversations', async () => {
    const of = await tables(golden('p2p_b.pcapng'));
    const conversations = of.conversations(byNumber).rows;
    const { rows, total } = of.ends(byName);
    expect(total).toBe(9);
    const server = rows.find(({ endpoint }) => endpoint === '127.0.0.1:5002')!;
    expect(server).toMatchObject({ protocol: 'p2p', transport: 'tcp', conversations: 8 });
    const sum = (side: 0 | 1) =>
      conversations.reduce((all, { bytes, b }) => all + bytes[b === server.endpoint ? 1 - side : side]!, 0);
    expect(server.bytes).toEqual([sum(0), sum(1)]);
  });

  it('is sorted by any column', async () => {
    const of = await tables(golden('p2p_b.pcapng'));
    expect(of.ends({ ...byName, sort: 'conversations', descending: true }).rows[0]!.endpoint).toBe('127.0.0.1:5002');
    expect(of.ends({ ...byName, count: 2 }).rows).toHaveLength(2);
  });
});

describe('the table of findings', () => {
  it('groups them by rule, the worst first', async () => {
    const of = await tables(golden('p2p_b.pcapng'));
    const { rows, total } = of.findings({ start: 0, count: 1000, closed: [] });
    expect(rows).toHaveLength(total);
    const groups = rows.flatMap((row) => (row.kind === 'group' ? [row] : []));
    expect(groups[0]).toMatchObject({ rule: 'p2p.unknown-type', severity: 'error', count: 1 });
    expect(groups.at(-1)!.severity).toBe('note');
    expect(total).toBe(groups.length + groups.reduce((sum, group) => sum + group.count, 0));
    expect(rows[1]).toMatchObject({ kind: 'finding', message: 'undecodable' });
  });

  it('leaves the breaches of a closed rule out, and gives any part', async () => {
    const of = await tables(golden('p2p_b.pcapng'));
    const whole = of.findings({ start: 0, count: 1000, closed: ['p2p.unknown-type'] });
    expect(whole.rows.slice(0, 2).map(({ kind }) => kind)).toEqual(['group', 'group']);
    for (let start = 0; start < whole.total; start++)
      expect(of.findings({ start, count: 3, closed: ['p2p.unknown-type'] }).rows).toEqual(whole.rows.slice(start, start + 3));
  });

  it('follows a filter, and says how many there are without it', async () => {
    const of = await tables(golden('p2p_b.pcapng'));
    const whole = of.findings({ start: 0, count: 1000, closed: [] });
    const { of: all, count } = whole.findings;
    expect(count).toBe(all);
    const filter = 'finding.severity == "error"';
    const left = await vi.waitFor(() => {
      const answer = of.findings({ start: 0, count: 1000, closed: [], filter });
      expect(answer.ready).toBe(true);
      return answer;
    });
    expect(left.findings.of).toBe(all);
    expect(left.findings.count).toBeLessThan(all);
    expect(left.rows[0]).toMatchObject({ rule: 'p2p.unknown-type', count: 1, of: 1 });
    const frames = (rows: typeof left.rows) => rows.flatMap((row) => (row.kind === 'finding' ? [row.frame] : []));
    const [frame] = frames(left.rows);
    const some = await vi.waitFor(() => {
      const answer = of.findings({ start: 0, count: 1000, closed: [], filter: `frame.number > ${frame}` });
      expect(answer.ready).toBe(true);
      return answer;
    });
    expect(frames(some.rows)).toEqual(frames(whole.rows).filter((one) => one > frame!));
    expect(of.findings({ start: 0, count: 1000, closed: [] })).toEqual(whole);
    expect(() => of.findings({ start: 0, count: 1, closed: [], filter: 'finding ==' })).toThrow(/filter cannot be used/);
  });
});
