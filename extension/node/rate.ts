const SECOND_MS = 1000;

/** Messages a second, of the last second, and what the system had dropped by then. */
export class Rate {
  readonly #lost: () => number;
  #at = performance.now();
  #messages = 0;
  #rate = 0;
  lost = 0;

  /** `lost` gives what the system has dropped since the start. */
  constructor(lost: () => number) {
    this.#lost = lost;
  }

  /** Of so many messages since the start. */
  of(messages: number, isRunning: boolean): number {
    const now = performance.now();
    if (now - this.#at >= SECOND_MS) {
      this.#rate = Math.round(((messages - this.#messages) * SECOND_MS) / (now - this.#at));
      this.#messages = messages;
      this.#at = now;
      if (isRunning) this.lost = this.#lost();
    }
    return isRunning ? this.#rate : 0;
  }
}
