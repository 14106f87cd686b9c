/** The thread of the nodes as the editor starts it. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import type { NodeCalls, NodeThreadEvents, NodeWish } from '../../../extension/wire/node.ts';
import { Connection } from '../../../extension/wire/rpc.ts';
import { bundled } from '../cli/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-thread-'));
let worker: Worker | undefined;
afterAll(async () => {
  await worker?.terminate();
  rmSync(folder, { recursive: true, force: true });
});

it('keeps the recording of all nodes until the last of them is forgotten, and their own ones each as long as it', async () => {
  worker = new Worker(await bundled('dist/node.cjs', join(folder, 'node.cjs')));
  type None = Record<never, never>;
  const quiet = { nodes: () => {}, recording: () => {}, openScripts: () => {} };
  const connection = new Connection<NodeCalls, None, None, NodeThreadEvents>(
    (message) => worker!.postMessage(message),
    {},
    quiet,
  );
  worker.on('message', (message) => connection.receive(message));
  const together = join(folder, 'all-nodes.pcapng');
  const listens: NodeWish = {
    ...{ protocol: 'p2pke', transport: 'udp', direction: 'listen', address: '127.0.0.1:0', mode: 'automatic', role: '' },
    ...{ faults: [], identity: '', identityKind: '' },
  };
  const own = ['a', 'b'].map((name) => join(folder, `${name}.pcapng`));
  const nodes: number[] = [];
  for (const recording of own) {
    const asked = { wish: listens, allow: [], tree: {}, recording, together, modules: [] };
    nodes.push((await connection.call('start', asked)).node);
  }
  expect([together, ...own].map(existsSync)).toEqual([true, true, true]);
  await connection.call('forget', { node: nodes[0]! });
  expect([together, ...own].map(existsSync)).toEqual([true, false, true]);
  await connection.call('forget', { node: nodes[1]! });
  expect([together, ...own].map(existsSync)).toEqual([false, false, false]);
});
