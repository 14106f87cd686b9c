/**
 * Every message of a page with every wrong shape: the host refuses it or lets it pass, and the worker of the capture answers what passes
 * and lives. A longer search is `npm run fuzz -- --messages --minutes 10`.
 */
import { expect, it } from 'vitest';
import { AskedWorker } from './asking.ts';
import { pageMessages, passed } from './messages.ts';

const SECONDS = 15;

it(
  'messages of a page are refused or answered',
  async () => {
    const worker = await AskedWorker.open();
    const before = await worker.rows();
    const end = Date.now() + SECONDS * 1000;
    const failures: string[] = [];
    let seed = 1;
    for (; Date.now() < end && failures.length < 5; seed++)
      await worker.ask(seed).catch((error: Error) => void failures.push(error.message));
    console.log(`${seed - 1} messages, ${worker.answered} of them answered by the worker`);
    expect(failures).toEqual([]);
    expect(worker.answered).toBeGreaterThan(50);
    expect(before.length).toBeGreaterThan(0);
    expect(await worker.rows()).toEqual(before);
    await worker.end();
  },
  (SECONDS + 60) * 1000,
);

it('each message is let pass in some shape', () => {
  const left = new Set(Object.keys(pageMessages));
  for (let seed = 1; left.size > 0 && seed < 20_000; seed++) left.delete(passed(seed)?.method ?? '');
  expect([...left]).toEqual([]);
});
