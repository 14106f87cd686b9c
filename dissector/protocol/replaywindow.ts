/**
 * The replay window of RFC 6479, of the size that WireGuard has: counters that were accepted, as far back as `size` below the highest. One
 * bit a counter, in a ring of words.
 */
const size = 8128;
const words = 256;

export class ReplayWindow {
  readonly #bits = new Uint32Array(words);
  #highest = -1;

  /** Accepts a counter, a safe integer: `new`, `replay` (accepted before), or `stale` (too far below the highest to tell). */
  accept(counter: number): 'new' | 'replay' | 'stale' {
    if (counter > this.#highest) {
      const from = Math.floor(Math.max(this.#highest, 0) / 32);
      const to = Math.floor(counter / 32);
      if (to - from >= words) this.#bits.fill(0);
      else for (let word = from + 1; word <= to; word++) this.#bits[word % words] = 0;
      this.#highest = counter;
    } else if (this.#highest - counter > size) {
      return 'stale';
    }
    const word = Math.floor(counter / 32) % words;
    const bit = (1 << (counter % 32)) >>> 0;
    if ((this.#bits[word]! & bit) !== 0) return 'replay';
    this.#bits[word]! |= bit;
    return 'new';
  }
}
