/** The worker of a capture, asked what a page may send once the host has let it pass. */
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Row, WorkerCalls } from '../../extension/wire/inspector.ts';
import { Connection } from '../../extension/wire/rpc.ts';
import { bundled } from '../unit/cli/bundle.ts';
import { golden, keyLog, temporary } from '../unit/cli/help.ts';
import { passed } from './messages.ts';

type None = Record<never, never>;
/** What the host passes on to the worker. */
const asked = ['rows', 'tree', 'explain', 'find', 'locate', 'view', 'script', 'checkFilter', 'completeFilter'];
/** Of the program, not of a check or for a person. */
const mistakes =
  /cannot read prop|is not a function|is not iterable|maximum call stack|out of memory|invalid (array|string|typed)|connection closed/i;

export class AskedWorker {
  readonly #worker: Worker;
  readonly #connection: Connection<WorkerCalls, None, None, None>;
  answered = 0;

  private constructor(file: string) {
    this.#worker = new Worker(file);
    this.#connection = new Connection<WorkerCalls, None, None, None>((message) => this.#worker.postMessage(message), {}, {});
    this.#worker.on('message', (message) => this.#connection.receive(message));
    this.#worker.on('error', (error) => this.#connection.close(`connection closed: ${error.message}`));
  }

  static async open(): Promise<AskedWorker> {
    const made = new AskedWorker(await bundled('dist/worker.cjs', `${dirname(temporary('x'))}/messages-worker.cjs`));
    await made.#connection.call('keys', { logs: [{ name: 'k', text: keyLog }] });
    await made.#connection.call('open', { name: 'a', path: golden('p2pke_a.pcapng') });
    return made;
  }

  async rows(): Promise<readonly Row[]> {
    return (await this.#connection.call('rows', { show: 'all', start: 0, count: 100 })).rows;
  }

  /** Sends the message of a seed, where the host lets it pass and the worker is the one that answers. An error that is a mistake is thrown. */
  async ask(seed: number): Promise<boolean> {
    const message = passed(seed);
    if (message === undefined || !asked.includes(message.method)) return message !== undefined;
    this.answered++;
    await this.#connection.call(message.method as 'rows', message.params as never).catch((error: Error) => {
      if (mistakes.test(error.message)) throw new Error(`seed ${seed}: ${message.method}: ${error.message}`);
    });
    return true;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
