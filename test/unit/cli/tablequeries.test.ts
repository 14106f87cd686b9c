/** The four queries of extension/README.md, asked of the tables here and of `decode` itself: the same numbers. */
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { golden, jsonLines, peerscope, temporary } from './help.ts';
import { type Row, readTables } from './readparquet.ts';

const captures = ['p2pke_b.pcapng', 'p2pke_a.pcapng', 'botd_a.pcapng', 'p2ppacket_a.pcap'].map(golden);
const keys = ['--keys', golden('botd_a.keys')];
let rows: Row[];
// biome-ignore lint/suspicious/noExplicitAny: what a test looks at is said by the test
let messages: any[];

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

beforeAll(async () => {
  const out = join(dirname(temporary('x')), 'queried');
  expect((await peerscope(['decode', ...captures, ...keys, '--parquet', out])).status).toBe(0);
  rows = await readTables(out);
  const printed = await Promise.all(captures.map((path) => peerscope(['decode', path, ...keys, '--json'])));
  messages = printed.flatMap(({ out: text }) => jsonLines(text));
});

describe('queries of tables', () => {
  it('who sent most', () => {
    expect(rows.length).toBeGreaterThan(50);
    expect(counted(rows.map(({ source }) => source))).toEqual(counted(messages.map(({ src }) => src)));
  });

  it('which handshakes failed', async () => {
    const sessions = new Map<string, Set<string>>();
    for (const { protocol, capture, conversation, session, message } of rows) {
      if (protocol !== 'p2pke') continue;
      const name = `${capture} ${conversation} ${session}`;
      sessions.set(name, (sessions.get(name) ?? new Set()).add(message));
    }
    const begun = [...sessions.values()].filter((names) => names.has('InitHello'));
    const failed = begun.filter((names) => !names.has('InitDone'));
    expect(begun.length).toBeGreaterThan(0);
    // The session of p2pke is named by the ephemeral value of its first message.
    const opened = new Set(messages.flatMap(({ message, fields }) => (message === 'InitHello' ? fields.e : [])));
    const unfinished = await Promise.all(
      [...opened].map(async (e) => {
        const filter = ['--filter', `p2pke.session == "${e}" && p2pke.message == "InitDone"`, '--json'];
        const found = await Promise.all(captures.slice(0, 2).map((path) => peerscope(['decode', path, ...filter])));
        return found.every(({ out }) => out === '');
      }),
    );
    expect([begun.length, failed.length]).toEqual([opened.size, unfinished.filter((is) => is).length]);
  });

  it('percentiles of answer times', async () => {
    const times = rows.flatMap(({ answer_time: time }) => time ?? []).sort((a, b) => a - b);
    expect(times.length).toBeGreaterThan(0);
    const median = times[times.length >>> 1]!;
    const filter = ['--filter', `answer_time >= ${median}`, '--json'];
    const found = await Promise.all(captures.map((path) => peerscope(['decode', path, ...keys, ...filter])));
    const slower = found.flatMap(({ out }) => jsonLines(out)).length;
    expect(times.filter((time) => time >= median)).toHaveLength(slower);
  });

  it('findings by rule', () => {
    const rules = messages.flatMap(({ findings }) => findings.map(({ rule }: { rule: string }) => rule));
    expect(rules.length).toBeGreaterThan(0);
    expect(counted(rows.flatMap(({ findings }) => findings))).toEqual(counted(rules));
  });
});
