/** Further threads that make lines, as the first one sees them. */
import { url } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import { HookWatcher } from '../../capture/hookwatch.ts';
import type { Part } from './part.ts';
import type { Job } from './rowmakers.ts';
import type { FromThread, ThreadStart, ToThread } from './threadmessages.ts';

const LOOK_MS = 250;
/** Mebibytes of objects that a thread may hold: one that needs more ends, and the first thread makes all lines. */
const OLD_GENERATION = 1024;
/** The same of new ones: they are the lines that are being made. */
const YOUNG_GENERATION = 4;
/** Ranges that a thread has at a time: it works on one, and the next is there. */
const RANGES = 2;

/** Messages from `first` on, before `end`. */
export interface Range {
  readonly first: number;
  readonly end: number;
}

interface LineThread<R extends Range> {
  readonly worker: Worker;
  /** What came of its first pass, once that is over. */
  outcome: string | undefined;
  readonly ranges: R[];
  watcher: HookWatcher | undefined;
}

export interface ThreadEvents<R extends Range> {
  part(range: R, part: Part): void;
  /** Nobody makes it any more. */
  lost(range: R): void;
}

export class LineThreads<R extends Range> {
  readonly #threads: Set<LineThread<R>>;
  readonly #looking: ReturnType<typeof setInterval>;
  readonly #hookSeconds: number;
  #events: ThreadEvents<R> | undefined;
  #job: Job | undefined;
  /** What the first pass of the first thread came to. */
  #outcome: string | undefined;
  #wake: () => void = () => {};

  constructor(program: string | URL, count: number, start: ThreadStart, hookSeconds: number) {
    this.#hookSeconds = hookSeconds;
    this.#threads = new Set(Array.from({ length: count }, () => this.#started(program, start)));
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  get count(): number {
    return this.#threads.size;
  }

  /** From now on ranges are of this job. */
  begin(job: Job, outcome: string, events: ThreadEvents<R>): void {
    this.#events = events;
    this.#outcome = outcome;
    this.#job = job;
    for (const thread of this.#threads) if (thread.outcome !== undefined) this.#ready(thread);
  }

  /** Gives ranges away as long as there are some, and threads for them; with memory of parts that were printed, where there is some. */
  handOut(next: () => R | undefined, spare: () => ArrayBuffer | undefined): void {
    for (const thread of this.#threads)
      while (thread.outcome !== undefined && thread.ranges.length < RANGES) {
        const range = next();
        if (range === undefined) return;
        thread.ranges.push(range);
        const { first, end } = range;
        const memory = spare();
        send(thread, { kind: 'range', first, end, memory }, memory === undefined ? [] : [memory]);
      }
  }

  /** Waits for a thread to say something, or to end. */
  said(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** Ends them at once. */
  end(): void {
    clearInterval(this.#looking);
    for (const thread of this.#threads) this.#gone(thread);
  }

  #started(program: string | URL, workerData: ThreadStart): LineThread<R> {
    const resourceLimits = { maxOldGenerationSizeMb: OLD_GENERATION, maxYoungGenerationSizeMb: YOUNG_GENERATION };
    // What modules print there is theirs to print in the first thread: twice would be once too often.
    const worker = new Worker(program, { workerData, resourceLimits, stdout: true, stderr: true });
    worker.stdout.resume();
    worker.stderr.resume();
    const thread: LineThread<R> = { worker, outcome: undefined, ranges: [], watcher: undefined };
    worker.on('message', (message: FromThread) => this.#heard(thread, message));
    worker.on('error', () => this.#gone(thread));
    worker.on('exit', () => this.#gone(thread));
    return thread;
  }

  #heard(thread: LineThread<R>, message: FromThread): void {
    if (!this.#threads.has(thread)) return;
    if (message.kind === 'hooks') {
      thread.watcher ??= new HookWatcher(message.watch);
      thread.watcher.hooks = message.watch.hooks;
      return;
    }
    if (message.kind === 'ready') {
      thread.outcome = message.outcome;
      if (this.#job !== undefined) this.#ready(thread);
    } else this.#events?.part(thread.ranges.shift()!, message.part);
    this.#wake();
  }

  #ready(thread: LineThread<R>): void {
    if (thread.outcome !== this.#outcome) this.#gone(thread);
    else send(thread, { kind: 'job', job: this.#job! });
  }

  #gone(thread: LineThread<R>): void {
    if (!this.#threads.delete(thread)) return;
    void thread.worker.terminate();
    for (const range of thread.ranges) this.#events?.lost(range);
    this.#wake();
  }

  /** A hook that does not return ends its thread; where it does not return in the first thread either, that ends the command. */
  #look(): void {
    // Somebody may stand at a breakpoint in it.
    if (url() !== undefined) return;
    for (const thread of this.#threads)
      if (thread.watcher?.look((this.#hookSeconds * 1000) / LOOK_MS) !== undefined) this.#gone(thread);
  }
}

function send({ worker }: { readonly worker: Worker }, message: ToThread, handed: readonly ArrayBuffer[] = []): void {
  worker.postMessage(message, handed);
}
