/** How far long work has come, on the terminal of whoever waits for it. */
import type { Writable } from 'node:stream';
import { UsageError } from './errors.ts';

/** Work that is over sooner shows nothing. */
const QUIET_MS = 1000;
/** So often a line is drawn, and others get a turn. */
const TURN_MS = 100;
const ERASED = '\r\u001b[K';

/** A stream as it is where it leads to a terminal. */
type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** One line on standard error, where that is a terminal: how much is done, how fast, and the time left. Nothing in a pipe or a file. */
export class Progress {
  readonly #terminal: Terminal | undefined;
  /** Lines of the result come to the same terminal. */
  readonly #isPrinted: boolean;
  readonly #now: () => number;
  readonly #start: number;
  #part = { title: '', counted: '', from: 0, isShown: false };
  /** When the line was drawn, and when others had their turn. */
  #drawn = 0;
  #waited = 0;
  #isDrawn = false;
  #isInterrupted = false;

  constructor({ stderr, stdout }: { readonly stderr: Terminal; readonly stdout: Terminal }, now = () => performance.now()) {
    this.#terminal = stderr.isTTY ? stderr : undefined;
    this.#isPrinted = stdout.isTTY === true;
    this.#now = now;
    this.#start = now();
  }

  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** The next `turn` throws. */
  interrupt(): void {
    this.#isInterrupted = true;
  }

  /** A part of the work: "Reading", and what it counts: "frames". `prints`: it writes lines to standard output meanwhile. */
  begin(title: string, counted: string, prints = false): void {
    this.end();
    this.#part = { title, counted, from: this.#now(), isShown: !(prints && this.#isPrinted) };
  }

  /** So much of the part is done, 0 to 1, and so many of what it counts. */
  at(done: number, count: number): void {
    if (this.#terminal === undefined || !this.#part.isShown) return;
    const now = this.#now();
    if (now - this.#start < QUIET_MS || (this.#isDrawn && now - this.#drawn < TURN_MS)) return;
    this.#drawn = now;
    this.#isDrawn = true;
    this.#terminal.write(ERASED + this.#line(done, count, now).slice(0, (this.#terminal.columns || 80) - 1));
  }

  /** Now and then a promise to wait for: signals get a turn. It throws a UsageError after an interruption. */
  turn(): Promise<void> | undefined {
    const now = this.#now();
    if (now - this.#waited < TURN_MS) return undefined;
    this.#waited = now;
    return this.settled();
  }

  /** The same at once: before what cannot be taken back. */
  async settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.throwIfInterrupted();
  }

  throwIfInterrupted(): void {
    if (this.#isInterrupted) throw new UsageError('It was interrupted: no table is written.', false);
  }

  /** Begins the part that unpacks a file, and hears of it. It throws a UsageError after an interruption. */
  unpacking(): (part: number, bytes: number) => void {
    this.begin('Unpacking', 'bytes');
    return (part, bytes) => {
      this.at(part, bytes);
      this.throwIfInterrupted();
    };
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isDrawn) this.#terminal?.write(ERASED);
    this.#isDrawn = false;
  }

  #line(done: number, count: number, now: number): string {
    const { title, counted, from } = this.#part;
    const seconds = Math.max(0.001, (now - from) / 1000);
    const part = Math.min(1, done);
    const rate = Math.round(count / seconds).toLocaleString('en');
    const left = part > 0 ? `, ${durationText((seconds * (1 - part)) / part)} left` : '';
    return `${title}: ${Math.floor(part * 100)} %, ${count.toLocaleString('en')} ${counted}, ${rate} a second${left}`;
  }
}

function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
