import type { Direction } from '../../protocol/index.ts';

/** KEYs of one session that are kept, and the bytes of one: a wrapped key is as long as an RSA modulus. */
const MOST_KEYS = 64;
const LONGEST_KEY = 1024;

/** A channel's key on its way to a node, as a KEY has it. */
export interface WrappedKey {
  readonly channel: string;
  readonly cipher: string | undefined;
  readonly bytes: Uint8Array;
}

/** Two nodes that talk to each other: the session of what they say. */
export class Neighbours {
  /** Who said the first HELLO; the direction of `endpoints[0]` before any. */
  opener: Direction = 0;
  isGreeted = false;
  /** The last KEYs that went between them. */
  #keys: readonly WrappedKey[] = [];

  get keys(): readonly WrappedKey[] {
    return this.#keys;
  }

  keep(key: WrappedKey): void {
    if (key.bytes.length <= LONGEST_KEY) this.#keys = [...this.#keys, key].slice(-MOST_KEYS);
  }
}
