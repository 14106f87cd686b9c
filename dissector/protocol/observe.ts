import type { Budget, Limits, Piece } from '../bytes/index.ts';
import type { Candidate, NumberTable, OpenChoice } from './choices.ts';
import type { Conversation, Direction, StreamEnd } from './conversation.ts';
import type { DerivedRecords } from './derivedrecords.ts';
import type { DissectorTables } from './dissectortables.ts';
import type { KeyRing } from './keyring.ts';
import type { MessageTable } from './messagetable.ts';
import type { StreamBuffer } from './streambuffer.ts';
import type { Verifications } from './verifications.ts';

/** What is known of a conversation before its protocol is: its first datagrams, or the beginning of both streams. */
export interface ConversationSample {
  readonly transport: 'udp' | 'tcp';
  readonly ports: readonly [number, number];
  /** TCP: its SYN was seen, so both streams are there from their first byte. */
  readonly opened?: boolean;
  readonly datagrams: readonly { readonly direction: Direction; readonly bytes: Uint8Array }[];
  readonly streams: readonly [Uint8Array, Uint8Array];
  readonly limits: Limits;
}

/** A glance of this confidence pins the protocol at once; one of `probable` when nothing better came. */
export const certain = 80;

export const probable = 40;

/** What the first pass gives to a protocol. */
export interface ObserverContext<Facts = unknown, Session = unknown> {
  readonly keys: KeyRing;
  readonly limits: Limits;
  /** What costly work may cost, in this pass and the second together. */
  readonly budget: Budget;
  /** Costly work from now on is for this message: its hosts pay. While a conversation is observed, they pay for it anyway. */
  pays(message: number): void;
  readonly messages: MessageTable<Facts, Session>;
  readonly verifications: Verifications;
  /** Bytes that it makes of captured ones, where messages stand in them. */
  readonly derived: DerivedRecords;
  /** Who reads the payload that this protocol hands over. */
  readonly tables: DissectorTables;
  /** The candidates of an open choice in the order in which to try them; one where the user pinned it. */
  readonly choices: {
    of<T extends Candidate>(choice: OpenChoice<T>): readonly T[];
    isPinned(choice: OpenChoice): boolean;
    names(table: NumberTable): ReadonlyMap<number, string>;
  };
  /**
   * Seconds since 1970 of a frame (1-based), without those for which the clock of the node that recorded it stood still; NaN where the
   * capture has no time.
   */
  time(frame: number): number;
  /** When a frame (1-based) was observed, among the others: of two frames the one with the lower place was captured first. */
  place(frame: number): number;
}

/** The first pass of one protocol over one capture: sees each message once, in capture order, and adds facts. */
export interface Observer {
  conversation(conversation: Conversation): ConversationObserver;
  /** The capture has ended: what takes long about that, in parts between which others get their turn. All of it is done before `end`. */
  settle?(): Iterable<void>;
  /** The capture has ended. */
  end(): void;
}

export interface ConversationObserver {
  /**
   * One UDP payload, valid during the call only. `cut` bytes of it were not captured. `pieces` when it came in fragments: where it lies;
   * else it lies in `frame` from `offset` on.
   */
  datagram?(
    direction: Direction,
    bytes: Uint8Array,
    frame: number,
    cut: number,
    pieces: readonly Piece[] | undefined,
    offset: number,
  ): void;
  /** More bytes of a TCP direction have come; take whole messages from the buffer. `ended`: nothing follows, and `why`. */
  stream?(direction: Direction, buffer: StreamBuffer, frame: number, ended: boolean, why?: StreamEnd): void;
  /** Bytes of a TCP direction are missing before whatever comes next; the buffer holds what came before. */
  gap?(direction: Direction, buffer: StreamBuffer, length: number): void;
}
