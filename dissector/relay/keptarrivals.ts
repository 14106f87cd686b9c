import type { Way } from './units.ts';

/** Bytes as they came, with their time in seconds since 1970. */
export interface Arrival {
  readonly way: Way;
  readonly bytes: Uint8Array;
  readonly seconds: number;
}

const FIRST_BYTES = 1024;

/** What came on a link, in its order, up to a number of bytes. In one piece: an array for each datagram takes many times its bytes. */
export class KeptArrivals implements Iterable<Arrival> {
  readonly #most: number;
  #bytes = new Uint8Array(FIRST_BYTES);
  readonly #ends: number[] = [];
  readonly #ways: Way[] = [];
  readonly #seconds: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** False where there is no more room: then not all that came is here. */
  add({ way, bytes, seconds }: Arrival): boolean {
    const start = this.#ends.at(-1) ?? 0;
    const end = start + bytes.length;
    if (end > this.#most) return false;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, Math.min(this.#most, this.#bytes.length * 2)));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, start);
    this.#ends.push(end);
    this.#ways.push(way);
    this.#seconds.push(seconds);
    return true;
  }

  *[Symbol.iterator](): Iterator<Arrival> {
    for (const [at, end] of this.#ends.entries()) {
      const start = this.#ends[at - 1] ?? 0;
      yield { way: this.#ways[at]!, bytes: this.#bytes.slice(start, end), seconds: this.#seconds[at]! };
    }
  }
}
