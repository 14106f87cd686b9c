/** The four queries of extension/README.md, as they stand there: DuckDB answers them with the numbers of `decode`. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { project } from '../../../extension/workbench/paths.ts';
import { golden, jsonLines, peerscope, temporary } from './help.ts';

const captures = ['p2pke_b.pcapng', 'p2pke_a.pcapng', 'botd_a.pcapng', 'p2ppacket_a.pcap'].map(golden);
const keys = ['--keys', golden('botd_a.keys')];
/** Its native part is there for the usual platforms, and nothing is built. */
const duckdb = await import('@duckdb/node-api').catch(() => undefined);
const why = duckdb === undefined ? ' (skipped: DuckDB has no native part for this platform)' : '';
const out = join(dirname(temporary('x')), 'queried');
// biome-ignore lint/suspicious/noExplicitAny: what a test looks at is said by the test
let messages: any[];

/** The query below a comment of the README. */
function queryOf(comment: string): string {
  const readme = readFileSync(join(project, 'extension/README.md'), 'utf8');
  const sql = /```sql\n([\s\S]*?)```/.exec(readme)![1]!;
  const query = sql.split(';').find((each) => each.includes(`-- ${comment}`));
  if (query === undefined) throw new Error(`no query "${comment}" in the README`);
  return query.replaceAll("'tables/", `'${out}/`);
}

/** Big integers as numbers: there are few messages. */
async function rowsOf(comment: string): Promise<unknown[][]> {
  const connection = await (await duckdb!.DuckDBInstance.create()).connect();
  const reader = await connection.runAndReadAll(queryOf(comment));
  connection.closeSync();
  return reader.getRowsJS().map((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)));
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

beforeAll(async () => {
  expect((await peerscope(['decode', ...captures, ...keys, '--parquet', out])).status).toBe(0);
  const printed = await Promise.all(captures.map((path) => peerscope(['decode', path, ...keys, '--json'])));
  messages = printed.flatMap(({ out: text }) => jsonLines(text));
});

describe.skipIf(duckdb === undefined)(`queries of tables${why}`, () => {
  it('who sent most', async () => {
    const told = await rowsOf('who sent most');
    const counts = counted(messages.map(({ src }) => src));
    const most = Object.entries(counts).sort(([, a], [, b]) => b - a);
    expect(told.length).toBeGreaterThan(2);
    // Of equals either may stand first.
    expect(told.map(([, count]) => count)).toEqual(most.slice(0, 10).map(([, count]) => count));
    for (const [source, count] of told) expect(counts[String(source)]).toBe(count);
  });

  it('which handshakes failed', async () => {
    const told = await rowsOf('which handshakes failed');
    // The session of p2pke is named by the ephemeral value of its first message.
    const opened = [...new Set(messages.flatMap(({ message, fields }) => (message === 'InitHello' ? fields.e : [])))];
    const unfinished = await Promise.all(
      opened.map(async (e) => {
        const filter = ['--filter', `p2pke.session == "${e}" && p2pke.message == "InitDone"`, '--json'];
        const found = await Promise.all(captures.slice(0, 2).map((path) => peerscope(['decode', path, ...filter])));
        return found.every(({ out: text }) => text === '');
      }),
    );
    expect(opened.length).toBeGreaterThan(0);
    expect(told).toHaveLength(unfinished.filter((is) => is).length);
  });

  it('percentiles of answer times', async () => {
    const told = new Map(
      (await rowsOf('percentiles of answer times')).map(([protocol, values]) => [protocol, values as number[]]),
    );
    expect(told.size).toBeGreaterThan(0);
    for (const [protocol, [median]] of told) {
      const count = async (condition: string): Promise<number> => {
        const filter = ['--filter', `protocol == "${protocol}" && ${condition}`, '--json'];
        const found = await Promise.all(captures.map((path) => peerscope(['decode', path, ...keys, ...filter])));
        return found.flatMap(({ out: text }) => jsonLines(text)).length;
      };
      const all = await count('answer_time >= 0');
      // Half of them are no longer, and half are no shorter.
      expect(await count(`answer_time <= ${median! + 1e-9}`)).toBeGreaterThanOrEqual(all / 2);
      expect(await count(`answer_time >= ${median! - 1e-9}`)).toBeGreaterThanOrEqual(all / 2);
    }
  });

  it('findings by rule', async () => {
    const rules = messages.flatMap(({ findings }) => findings.map(({ rule }: { rule: string }) => rule));
    expect(rules.length).toBeGreaterThan(0);
    expect(Object.fromEntries(await rowsOf('findings by rule'))).toEqual(counted(rules));
  });
});
