/** Movements of a stepper in slices, so that a client can ask and pause meanwhile. */
import { yieldToLoop } from '../worker/yieldtoloop.ts';
import { Refusal } from './requests.ts';

const SLICE_MS = 12;

/** Takes the turns of a generator in slices; `isOver` ends it between two of them, and then nothing comes of it. */
export async function inSlices<T>(turns: Generator<void, T>, isOver: () => boolean = () => false): Promise<T | undefined> {
  for (;;) {
    const end = performance.now() + SLICE_MS;
    do {
      const { done, value } = turns.next();
      if (done) return value;
    } while (performance.now() < end);
    await new Promise<void>((resolve) => yieldToLoop(resolve));
    if (isOver()) return undefined;
  }
}

/** One movement at a time. */
export class Movements {
  #running: { isOver: boolean } | undefined;

  get isMoving(): boolean {
    return this.#running !== undefined;
  }

  /** Begins a movement, be it one that takes no time; its request is answered at once; `ended` takes what came of it, or of an error a sentence. */
  begin<T>(turns: Generator<void, T> | (() => T), ended: (result: T) => void, failed: (error: unknown) => void): void {
    if (this.#running !== undefined) throw new Refusal('The capture runs: pause it first.');
    const running = { isOver: false };
    this.#running = running;
    // The response comes first: a client takes a stop before it for that of the movement before.
    new Promise<void>((resolve) => yieldToLoop(resolve))
      .then(() => (typeof turns === 'function' ? turns() : inSlices(turns, () => running.isOver)))
      .then(
        (result) => {
          if (running.isOver || result === undefined) return;
          this.#running = undefined;
          ended(result);
        },
        (error: unknown) => {
          if (running.isOver) return;
          this.#running = undefined;
          failed(error);
        },
      );
  }

  /** Leaves the movement where it is; false where there is none. */
  stop(): boolean {
    if (this.#running === undefined) return false;
    this.#running.isOver = true;
    this.#running = undefined;
    return true;
  }
}
