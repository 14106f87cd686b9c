/** A capture file that grows, is replaced, or goes away while it is open. */
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Overview, WorkerCalls } from '../../../extension/wire/inspector.ts';
import { Connection } from '../../../extension/wire/rpc.ts';
import { bundled } from './bundle.ts';
import { golden, keyLog, temporary } from './help.ts';

type None = Record<never, never>;

let file: string;
let thread: Worker | undefined;
beforeAll(async () => {
  file = await bundled('dist/worker.cjs', `${dirname(temporary('x'))}/growing-worker.cjs`);
});
afterEach(() => thread?.terminate());

function launch() {
  const worker = new Worker(file);
  thread = worker;
  const connection = new Connection<WorkerCalls, None, None, None>((message) => worker.postMessage(message), {}, {});
  worker.on('message', (message) => connection.receive(message));
  return connection;
}

type Worked = ReturnType<typeof launch>;
const until = (connection: Worked, fits: (overview: Overview) => boolean): Promise<Overview> =>
  vi.waitFor(
    async () => {
      const overview = await connection.call('overview', {});
      if (!fits(overview)) throw new Error(JSON.stringify(overview));
      return overview;
    },
    { timeout: 20_000, interval: 50 },
  );

const whole = readFileSync(golden('p2pke_a.pcapng'));
/** The offsets at which the packets (blocks of type 6) of a little-endian pcapng file end. */
const ends: number[] = [];
for (let at = 0; at < whole.length; at += whole.readUInt32LE(at + 4))
  if (whole.readUInt32LE(at) === 6) ends.push(at + whole.readUInt32LE(at + 4));
const endOf = (frame: number): number => ends[frame - 1]!;

describe('a capture that is open', () => {
  it('shows what is written to it, decrypted, filtered, and is judged once nothing more comes', async () => {
    const path = temporary('grows.pcapng', whole.subarray(0, endOf(10)));
    const connection = launch();
    await connection.call('keys', { logs: [{ name: 'k', text: keyLog }] });
    await connection.call('open', { name: 'a', path });
    expect((await until(connection, ({ done }) => done)).messages).toBe(10);
    const filter = 'p2pke.counter >= 16';
    await vi.waitFor(async () => {
      const { scan, total } = await connection.call('rows', { start: 0, count: 1, show: 'all', filter });
      expect([scan?.done, total]).toEqual([true, 7]);
    });
    // In the middle of a record, then the rest of it.
    appendFileSync(path, whole.subarray(endOf(10), endOf(20) - 5));
    const live = await until(connection, ({ messages }) => messages === 19);
    expect(live).toMatchObject({ live: true, encrypted: 0, notices: [] });
    const overTime = (packets: number) =>
      vi.waitFor(async () => {
        const { done, total } = await connection.call('timeline', {});
        expect([done, total.packets]).toEqual([true, packets]);
      });
    await overTime(19);
    appendFileSync(path, whole.subarray(endOf(20) - 5, endOf(30)));
    const later = await until(connection, ({ messages }) => messages === 30);
    expect(later.generation).toBe(live.generation);
    await overTime(30);
    await vi.waitFor(async () => {
      const { scan, total } = await connection.call('rows', { start: 0, count: 1, show: 'all', filter });
      expect([scan?.done, total]).toEqual([true, 27]);
    });
    appendFileSync(path, whole.subarray(endOf(30)));
    await until(connection, ({ messages, live: more }) => messages === 33 && more === undefined);
    const { rows } = await connection.call('rows', { start: 32, count: 1, show: 'all' });
    expect(rows[0]).toMatchObject({ frame: 33, state: 'decoded' });
  }, 60_000);

  it('opens as soon as it is one', async () => {
    const path = temporary('starts.pcapng');
    const connection = launch();
    expect((await connection.call('open', { name: 'a', path })).failure).toBeDefined();
    writeFileSync(path, whole.subarray(0, 10));
    await until(connection, ({ failure }) => failure !== undefined);
    writeFileSync(path, whole);
    const overview = await until(connection, ({ messages }) => messages === 33);
    expect(overview.failure).toBeUndefined();
    expect(overview.notices).toEqual([]);
  }, 60_000);

  it('is read again when another file takes its place', async () => {
    const path = temporary('replaced.pcapng', whole);
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    const before = await until(connection, ({ done, messages }) => done && messages === 33);
    renameSync(temporary('other.pcapng', readFileSync(golden('ptpchat_a.pcapng'))), path);
    const other = await until(connection, ({ done, messages }) => done && messages !== 33 && messages > 0);
    expect(other.notices[0]).toContain('Another file took the place');
    expect(other.generation).toBeGreaterThan(before.generation);
    truncateSync(path, 0);
    const broken = await until(connection, ({ notices }) => notices[0]?.includes('cannot be read') ?? false);
    expect(broken.messages).toBe(other.messages);
  }, 60_000);

  it('stays as it is when its file goes away', async () => {
    const path = temporary('gone.pcapng', whole);
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    await until(connection, ({ done }) => done);
    rmSync(path);
    await until(connection, ({ notices }) => notices[0]?.includes('The file is gone') ?? false);
    expect((await connection.call('tree', { row: 5, show: 'all' })).sources.length).toBeGreaterThan(0);
  }, 60_000);
});
