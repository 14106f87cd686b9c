import type { Piece } from '../bytes/index.ts';
import type { MessageView } from '../protocol/index.ts';
import type { Clear } from './clear.ts';
import type { SealedUnit } from './sealedunit.ts';

/** 0 goes from who has connected to the forward address, 1 comes back from there. */
export type Way = 0 | 1;

/** Of the link to the forward address, for one that came. */
export type ForwardState = 'awaited' | 'open' | 'gone';

/** A message in a unit. */
export interface UnitMessage {
  readonly name: string;
  /** It is sealed, and no key has opened it. */
  readonly isClosed: boolean;
  /** As its protocol sees it; undefined where it is a part of a unit, and its bytes do not stand alone. Made when it is asked for: few are. */
  view(): MessageView | undefined;
  /** Of one that lies in what sealed records hold: where, and as its protocol sees it there. */
  readonly inside?: {
    readonly pieces: readonly Piece[];
    /** Undefined where it is not whole in `clear`. */
    view(clear: Clear): MessageView | undefined;
  };
}

/** What goes on as a whole: a datagram, or the bytes of a stream up to the end of a message. */
export interface Unit {
  readonly way: Way;
  readonly bytes: Uint8Array;
  /** In their order; none in bytes that the protocol does not understand. */
  readonly messages: readonly UnitMessage[];
  /** The number of a datagram, or where a unit ends in the stream of its way, in bytes: the same when it is read again. */
  readonly place?: number;
  /** Where it consists of records that are sealed under numbers, and keys open them. */
  readonly sealed?: SealedUnit;
}
