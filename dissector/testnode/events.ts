/** What a node tells of itself, and what it needs from whoever has sockets and a clock. */
import type { FieldValues } from '../codec/index.ts';
import type { Address, Link } from '../protocol/index.ts';

export interface Closed {
  readonly kind: 'closed';
  readonly link: Link;
  readonly why: string;
  readonly abrupt: boolean;
  /** Who closed it: this node, or the other side. */
  readonly by: 'own' | 'other';
  /** Its handshake was done. */
  readonly ready: boolean;
}

export type NodeEvent =
  | { readonly kind: 'opened'; readonly link: Link }
  | Closed
  /** Bytes as they are written or came in: a datagram, or a piece of a stream. `note`: what the node did to them. */
  | { readonly kind: 'sent'; readonly link: Link; readonly bytes: Uint8Array; readonly note?: string }
  | { readonly kind: 'received'; readonly link: Link; readonly bytes: Uint8Array; readonly note?: string }
  /** A line of a key log: a secret. */
  | { readonly kind: 'key'; readonly line: string }
  | { readonly kind: 'told'; readonly link: Link | undefined; readonly text: string; readonly grave: boolean }
  /** What waits for a person has changed. */
  | { readonly kind: 'held' };

/** The way out of a node. */
export interface Environment {
  /** Nanoseconds since 1970. */
  now(): bigint;
  /** Milliseconds that never go back. */
  clock(): number;
  random(length: number): Uint8Array;
  write(link: Link, bytes: Uint8Array): void;
  /** Ends a TCP connection, after what was written or at once; forgets a UDP address. */
  close(link: Link, abrupt: boolean): void;
  /** A UDP address becomes a link; undefined where that is not possible (TCP). */
  reach?(remote: Address): Address | undefined;
  /** A message of the application was accepted on a link, with the values that another session can say it with. */
  delivered?(link: number, message: string, given: FieldValues): void;
  /** The next timer is due in another time than before. */
  wake(): void;
  happened(event: NodeEvent): void;
}

/** A message that waits for a person. */
export interface Held {
  readonly id: number;
  readonly link: Link;
  /** `out`: its message is decoded and can be edited; `in`: bytes as they came. */
  readonly direction: 'out' | 'in';
  readonly message: string | undefined;
  readonly values: FieldValues | undefined;
  readonly bytes: Uint8Array | undefined;
}
