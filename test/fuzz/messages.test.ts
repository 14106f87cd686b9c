/**
 * Every message of a page with every wrong shape: the host refuses it or lets it pass, and the worker of the capture answers what passes
 * and lives. A longer search is `npm run fuzz -- --messages --minutes 10`.
 */
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import type { WorkerCalls } from '../../extension/wire/inspector.ts';
import { Connection } from '../../extension/wire/rpc.ts';
import { bundled } from '../unit/cli/bundle.ts';
import { golden, keyLog, temporary } from '../unit/cli/help.ts';
import { passed } from './messages.ts';

const SECONDS = 15;
type None = Record<never, never>;
/** What the host passes on to the worker. */
const asked = ['rows', 'tree', 'explain', 'find', 'locate', 'view', 'script', 'checkFilter', 'completeFilter'];

it(
  'messages of a page are refused or answered',
  async () => {
    const file = await bundled('dist/worker.cjs', `${dirname(temporary('x'))}/messages-worker.cjs`);
    const worker = new Worker(file);
    let died: unknown;
    worker.on('error', (error) => {
      died = error;
    });
    const connection = new Connection<WorkerCalls, None, None, None>((message) => worker.postMessage(message), {}, {});
    worker.on('message', (message) => connection.receive(message));
    await connection.call('keys', { logs: [{ name: 'k', text: keyLog }] });
    await connection.call('open', { name: 'a', path: golden('p2pke_a.pcapng') });
    const before = await connection.call('rows', { show: 'all', start: 0, count: 100 });
    const end = Date.now() + SECONDS * 1000;
    const mistakes: string[] = [];
    let [seed, answered] = [1, 0];
    for (; Date.now() < end && mistakes.length < 5; seed++) {
      const message = passed(seed);
      if (message === undefined || !asked.includes(message.method)) continue;
      answered++;
      await connection.call(message.method as 'rows', message.params as never).catch((error: Error) => {
        // A sentence for a person, or of a check: no mistake of the program shows its insides.
        if (/cannot read prop|is not a function|is not iterable|maximum call stack|out of memory/i.test(error.message))
          mistakes.push(`seed ${seed}: ${message.method}: ${error.message}`);
      });
    }
    console.log(`${seed - 1} messages, ${answered} of them answered by the worker`);
    expect(mistakes).toEqual([]);
    expect(died).toBeUndefined();
    expect(answered).toBeGreaterThan(50);
    const after = await connection.call('rows', { show: 'all', start: 0, count: 100 });
    expect(after.rows).toEqual(before.rows);
    await worker.terminate();
  },
  (SECONDS + 60) * 1000,
);
