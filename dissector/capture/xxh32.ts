const primes = { first: 0x9e37_79b1, second: 0x85eb_ca77, third: 0xc2b2_ae3d, fourth: 0x27d4_eb2f, fifth: 0x1656_67b1 };
/** Bytes that are mixed at once, four in each of four lanes. */
const stripe = 16;

/**
 * XXH32 with seed 0 (xxHash specification 0.2.0): the checksum of LZ4 frames, no cryptography. `take` in as many pieces as there are;
 * `digest` gives 32 bits, unsigned, and changes nothing.
 */
export class Xxh32 {
  readonly #lanes = Int32Array.of(primes.first + primes.second, primes.second, 0, -primes.first);
  readonly #waiting = new Uint8Array(stripe);
  #waits = 0;
  #length = 0;

  take(bytes: Uint8Array): this {
    this.#length += bytes.length;
    let at = 0;
    if (this.#waits > 0) {
      at = Math.min(stripe - this.#waits, bytes.length);
      this.#waiting.set(bytes.subarray(0, at), this.#waits);
      this.#waits += at;
      if (this.#waits < stripe) return this;
      this.#mix(this.#waiting, 0);
    }
    for (; at + stripe <= bytes.length; at += stripe) this.#mix(bytes, at);
    this.#waiting.set(bytes.subarray(at));
    this.#waits = bytes.length - at;
    return this;
  }

  digest(): number {
    const [a, b, c, d] = this.#lanes as unknown as [number, number, number, number];
    let hash = this.#length < stripe ? primes.fifth : rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
    hash = (hash + this.#length) | 0;
    let at = 0;
    for (; at + 4 <= this.#waits; at += 4)
      hash = Math.imul(rotate((hash + Math.imul(wordAt(this.#waiting, at), primes.third)) | 0, 17), primes.fourth);
    for (; at < this.#waits; at++)
      hash = Math.imul(rotate((hash + Math.imul(this.#waiting[at]!, primes.fifth)) | 0, 11), primes.first);
    hash = Math.imul(hash ^ (hash >>> 15), primes.second);
    hash = Math.imul(hash ^ (hash >>> 13), primes.third);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  #mix(bytes: Uint8Array, at: number): void {
    for (let lane = 0; lane < 4; lane++) {
      const mixed = (this.#lanes[lane]! + Math.imul(wordAt(bytes, at + 4 * lane), primes.second)) | 0;
      this.#lanes[lane] = Math.imul(rotate(mixed, 13), primes.first);
    }
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
