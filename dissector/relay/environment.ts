import type { Link } from '../protocol/index.ts';
import type { NodeEvent } from '../testnode/index.ts';

/** The way out of a relay. Its links come in pairs: one that came to it, and one that was dialled for it to the forward address. */
export interface RelayEnvironment {
  /** Nanoseconds since 1970. */
  now(): bigint;
  /** Milliseconds that never go back. */
  clock(): number;
  /** Secret random bytes. */
  random(length: number): Uint8Array;
  write(link: Link, bytes: Uint8Array): void;
  /** Nothing more is written to this link: the direction is closed after what was written. */
  finish(link: Link): void;
  /** Closes a link, after what was written or at once. */
  close(link: Link, abrupt: boolean): void;
  /** Whether a stream is to be read: too much of it waits, or no longer. */
  read(link: Link, isRead: boolean): void;
  /** The next timer is due in another time than before. */
  wake(): void;
  happened(event: NodeEvent): void;
}
