import type { PublicKey } from '../../crypto/index.ts';
import type { Direction } from '../../protocol/index.ts';
import type { Certificates } from './certificates.ts';

/** A channel's key on its way to a node, as a KEY has it. */
export interface WrappedKey {
  readonly channel: string;
  readonly cipher: string | undefined;
  readonly bytes: Uint8Array;
}

/** What nodes have shown so far, in all sessions of a capture or on a link of a relay. */
export interface Shown {
  /** Keys of the certificates of a node. */
  signersOf(node: string): readonly PublicKey[];
  readonly certificates: Certificates;
  /** KEYs of a channel, the oldest first. */
  wrappedKeysOf(channel: string): readonly WrappedKey[];
}

/** Two nodes that talk to each other: the session of what they say. */
export class Neighbours {
  /** Who said the first HELLO; the direction of `endpoints[0]` before any. */
  opener: Direction = 0;
  isGreeted = false;
  readonly shown: Shown;

  constructor(shown: Shown) {
    this.shown = shown;
  }
}
