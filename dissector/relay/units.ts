import type { MessageView } from '../protocol/index.ts';
import type { Way } from './options.ts';

/** A message in a unit. */
export interface UnitMessage {
  readonly name: string;
  /** It is sealed, and no key has opened it. */
  readonly isClosed: boolean;
  /** As its protocol sees it; undefined where it is a part of a unit, and its bytes do not stand alone. */
  readonly view: MessageView | undefined;
}

/** What goes on as a whole: a datagram, or the bytes of a stream up to the end of a message. */
export interface Unit {
  readonly way: Way;
  readonly bytes: Uint8Array;
  /** In their order; none in bytes that the protocol does not understand. */
  readonly messages: readonly UnitMessage[];
}
