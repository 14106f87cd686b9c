/** Calls when something without timers of its own has something to do, and once for each time that it names. */
export class Alarm {
  readonly #wait: () => number | undefined;
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ringsAt = Number.POSITIVE_INFINITY;

  /** `wait`: milliseconds until `ring` is to be called; undefined for never. */
  constructor(wait: () => number | undefined, ring: () => void) {
    this.#wait = wait;
    this.#ring = ring;
  }

  /** The time that it waits for may be another one now. */
  set(): void {
    const wait = this.#wait();
    const at = wait === undefined ? Number.POSITIVE_INFINITY : performance.now() + wait;
    if (Math.abs(at - this.#ringsAt) < 1 && this.#timer !== undefined) return;
    clearTimeout(this.#timer);
    this.#ringsAt = at;
    this.#timer = wait === undefined ? undefined : setTimeout(() => this.#due(), Math.ceil(wait));
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #due(): void {
    this.#timer = undefined;
    this.#ring();
  }
}
