import type { Direction } from '../../protocol/index.ts';

/** Two nodes that talk to each other: the session of what they say. */
export class Neighbours {
  /** Who said the first HELLO; the direction of `endpoints[0]` before any. */
  opener: Direction = 0;
  isGreeted = false;
}
