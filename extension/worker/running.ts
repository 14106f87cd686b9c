/** A pass over a capture in slices, so that requests are answered while it runs. */

import type { Pass } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import { yieldToLoop } from './yieldtoloop.ts';

const SLICE_MS = 15;
const SLICE_FRAMES = 2_000;
const TOLD_MS = 100;

export class Running {
  readonly pass: Pass;
  /** Why it ended early: the disk failed under it. */
  stopped: string | undefined;
  readonly #told: () => void;
  #reading = false;
  #ended = false;

  /** `told` is called a few times a second while there is news, and when all that is there was read. */
  constructor(pass: Pass, told: () => void) {
    this.pass = pass;
    this.#told = told;
  }

  /** All that is there was read; a file that grows may bring more. */
  get caughtUp(): boolean {
    return !this.#reading;
  }

  /** Reads on, from the start or because the file has grown. */
  read(): void {
    if (this.#reading || this.#ended) return;
    this.#reading = true;
    this.#slice(performance.now());
  }

  /** Another pass takes its place. */
  end(): void {
    this.#ended = true;
  }

  #slice(told: number): void {
    if (this.#ended) return;
    try {
      const start = performance.now();
      let more = true;
      while (more && performance.now() - start < SLICE_MS) more = this.pass.step(SLICE_FRAMES);
      const due = !more || performance.now() - told >= TOLD_MS;
      this.#reading = more;
      if (due) this.#told();
      // What is told of many rows takes time of its own: it is counted from its end.
      if (more) yieldToLoop(() => this.#slice(due ? performance.now() : told));
    } catch (error) {
      this.#reading = false;
      this.stopped = reasonOf(error);
      this.#told();
    }
  }
}
