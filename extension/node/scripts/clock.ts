/** The time of a running script: it stands still while somebody looks at it under a debugger. */
import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks at a clock that may have been stopped meanwhile. */
const LOOK_MS = 20;

export class ScriptClock {
  #stoppedAt: number | undefined;
  #lost = 0;

  /** Milliseconds that never go back, those left out in which it stood. */
  get now(): number {
    return (this.#stoppedAt ?? performance.now()) - this.#lost;
  }

  set stopped(isStopped: boolean) {
    if (isStopped) this.#stoppedAt ??= performance.now();
    else if (this.#stoppedAt !== undefined) {
      this.#lost += performance.now() - this.#stoppedAt;
      this.#stoppedAt = undefined;
    }
  }

  /** Comes true after so many milliseconds of this clock. Throws an AbortError when the signal says so. */
  async wait(milliseconds: number, options: { readonly signal?: AbortSignal }): Promise<void> {
    const end = this.now + milliseconds;
    for (let left = milliseconds; left > 0; left = end - this.now)
      await pause(this.#stoppedAt === undefined ? Math.ceil(left) : LOOK_MS, undefined, options);
  }
}
