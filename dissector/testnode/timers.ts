/** The timers of a node on a clock that can be stopped: a handshake outlives the lunch of whoever steps through it. */

interface Timer {
  readonly link: number;
  readonly name: string;
  /** Milliseconds on the node's own clock. */
  readonly at: number;
}

export class Timers {
  readonly #clock: () => number;
  readonly #timers = new Map<string, Timer>();
  #stoppedAt: number | undefined;
  #lost = 0;
  /** When the earliest is due; NaN where that has to be looked for. */
  #first = Number.POSITIVE_INFINITY;

  /** `clock` gives milliseconds that never go back. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Milliseconds of the node's own clock. */
  get now(): number {
    return (this.#stoppedAt ?? this.#clock()) - this.#lost;
  }

  get paused(): boolean {
    return this.#stoppedAt !== undefined;
  }

  pause(): void {
    this.#stoppedAt ??= this.#clock();
  }

  resume(): void {
    if (this.#stoppedAt === undefined) return;
    this.#lost += this.#clock() - this.#stoppedAt;
    this.#stoppedAt = undefined;
  }

  /** Of one name a link has one timer; `undefined` ends it. */
  set(link: number, name: string, milliseconds: number | undefined): void {
    const id = `${link} ${name}`;
    if (this.#timers.get(id)?.at === this.#first) this.#first = Number.NaN;
    this.#timers.delete(id);
    if (milliseconds === undefined) return;
    const at = this.now + Math.max(0, milliseconds);
    this.#timers.set(id, { link, name, at });
    if (at < this.#first) this.#first = at;
  }

  forget(link: number): void {
    for (const [id, timer] of this.#timers) if (timer.link === link) this.#timers.delete(id);
    this.#first = Number.NaN;
  }

  /** Milliseconds until the next is due; undefined when none is, or the clock is stopped. */
  get wait(): number | undefined {
    if (this.paused || this.#timers.size === 0) return undefined;
    if (Number.isNaN(this.#first)) {
      this.#first = Number.POSITIVE_INFINITY;
      for (const { at } of this.#timers.values()) this.#first = Math.min(this.#first, at);
    }
    return Math.max(0, this.#first - this.now);
  }

  /** Takes those that are due, the earliest first. */
  take(): readonly { readonly link: number; readonly name: string }[] {
    if (this.paused) return [];
    const due = [...this.#timers].filter(([, { at }]) => at <= this.now).sort(([, a], [, b]) => a.at - b.at);
    for (const [id] of due) this.#timers.delete(id);
    if (due.length > 0) this.#first = Number.NaN;
    return due.map(([, timer]) => timer);
  }
}
