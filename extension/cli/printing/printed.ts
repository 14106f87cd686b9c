/** What `decode` prints of an analysed capture, made by as many threads as gain something. */
import { statSync } from 'node:fs';
import { addFailure } from '../../capture/guard.ts';
import type { Pass } from '../../capture/open.ts';
import type { Task } from '../task.ts';
import { type Part, PartMaker } from './part.ts';
import { Parts, type Slot } from './parts.ts';
import type { Job } from './rowmakers.ts';
import { MESSAGES } from './settings.ts';
import { outcomeOf } from './threadmessages.ts';
import { LineThreads } from './threads.ts';

/**
 * Starts the threads of a task: they read its capture while it is read here. None where they would gain nothing, or cannot read what this
 * one reads: a pipe comes once, and what is compressed would be unpacked once more.
 */
export function lineThreads({ command, file, keys, setup, threads }: Task): LineThreads<Slot> | undefined {
  if (threads === undefined) return undefined;
  const further = (command.threads ?? threads.count) - 1;
  // A line for a person costs less than its share of another first pass: threads for it take processor time and save none.
  const isCostly = command.json || command.tables !== undefined;
  const isLarge = command.threads !== undefined || (isCostly && file.size >= threads.fromBytes);
  const files = [...command.captures, ...command.protocols];
  const isReadAgain =
    file.size === file.unpackedSize && files.every((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (further < 1 || !isLarge || !isReadAgain) return undefined;
  const start = { command, keyLogs: keys.logs };
  return new LineThreads(threads.program, further, start, setup.decodeOptions.limits.hookSeconds);
}

export class Printed {
  readonly #task: Task;
  readonly #pass: Pass;
  readonly #parts: Parts;

  constructor(task: Task, pass: Pass, threads: LineThreads<Slot> | undefined) {
    this.#task = task;
    this.#pass = pass;
    const { command, notices, setup } = task;
    const { analysis } = pass;
    const { protocols, filter } = setup;
    this.#parts = new Parts({
      ...{ analysis, threads, tell: notices.tell, outcome: outcomeOf(pass), messages: task.threads?.messages ?? MESSAGES },
      isElsewhere: task.threads?.isElsewhere === true,
      maker: new PartMaker({ analysis, command, filter, protocols, notices }),
    });
  }

  /** All parts of a job in order. `prints`: lines of standard output come of them. */
  async *of(job: Job, prints: boolean): AsyncGenerator<Part, void, undefined> {
    const { progress, notices, setup } = this.#task;
    const { messageCount } = this.#pass.analysis;
    progress.begin(prints ? 'Writing' : 'Going through', 'messages', prints);
    progress.at(0, 0);
    try {
      for await (const part of this.#parts.of(job)) {
        progress.at(part.end / messageCount, part.end);
        part.told.forEach(notices.tell);
        for (const [id, sentence] of part.failures) addFailure(setup.protocols.find((protocol) => protocol.id === id)!, sentence);
        yield part;
      }
    } finally {
      progress.end();
    }
  }

  /** Prints all lines of a job, until nobody takes them; `printed` is given each part behind its lines. */
  async print(job: Job, printed: (part: Part) => void = () => {}): Promise<void> {
    const { out } = this.#task;
    for await (const part of this.of(job, true)) {
      if (out.closed) break;
      printed(part);
      const taken = out.bytes(part.bytes, (memory) => this.#parts.reuse(memory));
      if (taken !== undefined) await taken;
    }
  }
}
