/**
 * A process a capture, so many at the same time. Not threads: a module that hangs or a capture that takes all memory ends its own
 * process, and the others are whole.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { exitStatus, UsageError } from '../errors.ts';
import type { Io, Tell } from '../io.ts';
import type { TableOptions } from './tableoptions.ts';

/** Characters of standard error that are kept of one process. */
const MOST_TOLD = 1 << 16;
const PREFIX = 'peerscope: ';

interface Ended {
  readonly status: number;
  readonly sentences: readonly string[];
}

export class Processes {
  readonly #self: NonNullable<Io['self']>;
  readonly #tables: TableOptions;
  readonly #running = new Set<ChildProcess>();
  #isInterrupted = false;

  constructor(self: NonNullable<Io['self']>, tables: TableOptions, { interrupted }: Pick<Io, 'interrupted'>) {
    this.#self = self;
    this.#tables = tables;
    void interrupted().then(() => {
      this.#isInterrupted = true;
      for (const child of this.#running) child.kill('SIGKILL');
    });
  }

  /** The exit statuses. What processes tell is told in the order of the captures. Throws a UsageError after an interruption. */
  async run(captures: readonly string[], folders: readonly string[], tell: Tell): Promise<number[]> {
    const ended: Ended[] = [];
    let next = 0;
    let told = 0;
    const work = async (): Promise<void> => {
      while (next < captures.length && !this.#isInterrupted) {
        const at = next++;
        ended[at] = await this.#one(captures[at]!, folders[at]!);
        for (; ended[told] !== undefined; told++) ended[told]!.sentences.forEach(tell);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#tables.jobs, captures.length) }, work));
    if (this.#isInterrupted) throw new UsageError('It was interrupted: no table is written.', false);
    return ended.map(({ status }) => status);
  }

  #one(capture: string, folder: string): Promise<Ended> {
    const [program, ...first] = this.#self;
    const { format, others } = this.#tables;
    const place = format === 'parquet' ? `--parquet=${folder}` : `--output=${folder}`;
    const child = spawn(program, [...first, 'decode', ...others, place, '--', capture], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#running.add(child);
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (more: string) => {
      if (text.length < MOST_TOLD) text += more;
    });
    return new Promise((resolve) => {
      const end = (status: number, ...more: string[]): void => {
        this.#running.delete(child);
        const lines = text
          .slice(0, MOST_TOLD)
          .split('\n')
          .filter((line) => line !== '');
        const own = lines.map((line) => (line.startsWith(PREFIX) ? line.slice(PREFIX.length) : line));
        resolve({ status, sentences: [...own, ...more] });
      };
      child.once('error', (error) => end(exitStatus.fault, `${capture}: no process can be started. ${error.message}`));
      child.once('close', (status, signal) => {
        if (status === null) end(exitStatus.fault, `${capture}: its process was ended by ${signal}.`);
        else end(status);
      });
    });
  }
}
