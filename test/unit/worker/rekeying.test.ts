/** Keys that come for a capture of many messages: it is observed again behind what is shown, and nobody waits for that. */
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Overview, WorkerCalls } from '../../../extension/wire/inspector.ts';
import { Connection } from '../../../extension/wire/rpc.ts';
import { writeMixture } from '../../bench/mixture.ts';
import { bundled } from '../cli/bundle.ts';
import { keyLog, temporary } from '../cli/help.ts';

type None = Record<never, never>;

let file: string;
let path: string;
const threads: Worker[] = [];
beforeAll(async () => {
  file = await bundled('dist/worker.cjs', `${dirname(temporary('x'))}/rekeying-worker.cjs`);
  path = temporary('many.pcap', '');
  writeMixture(path, 30_000);
});
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.terminate();
});

function launch() {
  const worker = new Worker(file);
  threads.push(worker);
  const connection = new Connection<WorkerCalls, None, None, None>((message) => worker.postMessage(message), {}, {});
  worker.on('message', (message) => connection.receive(message));
  return connection;
}

const until = (connection: ReturnType<typeof launch>, fits: (overview: Overview) => boolean): Promise<Overview> =>
  vi.waitFor(
    async () => {
      const overview = await connection.call('overview', {});
      if (!fits(overview)) throw new Error(JSON.stringify(overview));
      return overview;
    },
    { timeout: 60_000, interval: 20 },
  );

const logs = [{ name: 'k', text: keyLog }];

describe('keys for a long capture', () => {
  it('open what they would have opened from the start; rows are told meanwhile', async () => {
    const first = launch();
    await first.call('keys', { logs });
    await first.call('open', { name: 'a', path });
    const { generation: _, ...wanted } = await until(first, ({ done }) => done);

    const late = launch();
    await late.call('open', { name: 'a', path });
    const sealed = await until(late, ({ done }) => done);
    expect(sealed.encrypted).toBeGreaterThan(wanted.encrypted);
    await late.call('keys', { logs });
    const during = await late.call('overview', {});
    expect(during.notices.join()).toContain('Messages are decoded again');
    expect([during.done, during.rows, during.encrypted]).toEqual([true, sealed.rows, sealed.encrypted]);
    expect((await late.call('rows', { start: 0, count: 3, show: 'all' })).rows).toHaveLength(3);
    const { generation, ...overview } = await until(late, ({ encrypted }) => encrypted < sealed.encrypted);
    expect(overview).toEqual(wanted);
    expect(generation).toBeGreaterThan(sealed.generation);
  });

  it('open the same where they come while it is read', async () => {
    const first = launch();
    await first.call('keys', { logs });
    await first.call('open', { name: 'a', path });
    const { generation: _, ...wanted } = await until(first, ({ done }) => done);
    for (const enough of [1, 500, 2_100, 2_400]) {
      const connection = launch();
      await connection.call('open', { name: 'a', path });
      const before = await until(connection, ({ messages, done }) => messages >= enough || done);
      await connection.call('keys', { logs });
      const { generation, ...overview } = await until(connection, ({ done, notices }) => done && notices.length === 0);
      expect(overview).toEqual(wanted);
      expect(generation).toBeGreaterThan(before.generation);
    }
  });

  it('are taken back the same way, also while they are tried', async () => {
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    const sealed = await until(connection, ({ done }) => done);
    await connection.call('keys', { logs });
    await connection.call('keys', { logs: [] });
    const after = await until(connection, ({ generation }) => generation > sealed.generation);
    expect([after.encrypted, after.keys, after.notices]).toEqual([sealed.encrypted, 0, []]);
  });
});
