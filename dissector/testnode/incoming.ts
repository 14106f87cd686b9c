import type { Link } from '../protocol/index.ts';
import type { Held } from './events.ts';

interface Arrived extends Held {
  readonly direction: 'in';
  readonly bytes: Uint8Array;
}

/** What came in and waits for a person before the peer hears of it. */
export class Incoming {
  readonly #most: number;
  #held: Arrived[] = [];

  /** `most` at once: what comes then is dropped. */
  constructor(most: number) {
    this.#most = most;
  }

  get held(): readonly Arrived[] {
    return this.#held;
  }

  /** False where too much waits already. */
  hold(id: number, link: Link, bytes: Uint8Array): boolean {
    if (this.#held.length >= this.#most) return false;
    this.#held.push({ id, link, direction: 'in', message: undefined, values: undefined, bytes: bytes.slice() });
    return true;
  }

  /** Other bytes in the place of those that came; false where it is not held here. */
  replace(id: number, bytes: Uint8Array): boolean {
    const at = this.#held.findIndex((held) => held.id === id);
    if (at >= 0) this.#held[at] = { ...this.#held[at]!, bytes: bytes.slice() };
    return at >= 0;
  }

  take(id: number): Arrived | undefined {
    const arrived = this.#held.find((held) => held.id === id);
    this.#held = this.#held.filter((held) => held !== arrived);
    return arrived;
  }

  forget(link: number): void {
    this.#held = this.#held.filter((held) => held.link.id !== link);
  }
}
