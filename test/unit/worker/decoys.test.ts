/** A user's key that is given after a capture with many keys of its own was opened. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { decryptionSecrets, keyLogSecretsType } from '../../../dissector/capture/index.ts';
import type { Overview, WorkerCalls } from '../../../extension/wire/inspector.ts';
import { Connection } from '../../../extension/wire/rpc.ts';
import { bundled } from '../cli/bundle.ts';
import { golden, temporary } from '../cli/help.ts';

type None = Record<never, never>;

let file: string;
const threads: Worker[] = [];
beforeAll(async () => {
  file = await bundled('dist/worker.cjs', `${dirname(temporary('x'))}/decoys-worker.cjs`);
});
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.terminate();
});

async function opened(bytes: Uint8Array) {
  const worker = new Worker(file);
  threads.push(worker);
  const connection = new Connection<WorkerCalls, None, None, None>((message) => worker.postMessage(message), {}, {});
  worker.on('message', (message) => connection.receive(message));
  await connection.call('open', { name: 'own.pcapng', bytes: Uint8Array.from(bytes) });
  const finished = (fits: (overview: Overview) => boolean = () => true): Promise<Overview> =>
    vi.waitFor(
      async () => {
        const overview = await connection.call('overview', {});
        if (!overview.done || !fits(overview)) throw new Error(JSON.stringify(overview));
        return overview;
      },
      { timeout: 30_000, interval: 20 },
    );
  return { connection, finished };
}

describe('decoys of a capture', () => {
  const capture = readFileSync(golden('ptpchat_d.pcapng'));
  const [label, channel] = readFileSync(golden('ptpchat_d.alt-channel.keys'), 'utf8').split('\n')[1]!.split(' ');
  const text = readFileSync(golden('ptpchat_d.alt-channel.keys'), 'utf8');
  const lines = Array.from({ length: 300 }, (_, i) => `${label} ${channel} ${Buffer.alloc(32, `${i}`).toString('base64')}\n`);
  const own = Buffer.concat([capture, decryptionSecrets(keyLogSecretsType, new TextEncoder().encode(lines.join('')))]);

  it('do not keep a key out that the user gives afterwards, and are told of in few words', async () => {
    const plain = await opened(capture);
    await plain.connection.call('keys', { logs: [{ name: 'mine', text }] });
    const wanted = await plain.finished(({ keys }) => keys === 1);

    const decoyed = await opened(own);
    const before = await decoyed.finished();
    expect(before.keys).toBe(256);
    expect(before.encrypted).toBeGreaterThan(wanted.encrypted);
    expect(before.notices.filter((notice) => notice.startsWith('capture secrets block'))).toHaveLength(5);
    expect(await decoyed.connection.call('keys', { logs: [{ name: 'mine', text }] })).toEqual({ added: 1, problems: [] });
    expect((await decoyed.finished(({ encrypted }) => encrypted < before.encrypted)).encrypted).toBe(wanted.encrypted);
  });
});
