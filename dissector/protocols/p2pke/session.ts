import { noise, openRecorded } from '../../crypto/index.ts';
import type { Direction } from '../../session/index.ts';
import { Early } from './early.ts';
import type { TransportKeys } from './keys.ts';
import { headerLength } from './messages.ts';
import { ReplayWindow } from './window.ts';

/** One InitHello as it was captured; a corrupted copy may share its ephemeral with the good one. */
export interface InitHello {
  readonly frame: number;
  readonly message: Uint8Array;
  readonly transcript: noise.Transcript;
}

/**
 * A session: an initiator's ephemeral, the InitHellos that carry it, and, once a RespHello opened, the keys. Sessions are
 * what the messages of a channel belong to.
 */
export class Session {
  /** The initiator's ephemeral public value, hex. */
  readonly e: string;
  /** The conversation's direction in which the initiator sends. */
  readonly initiator: Direction;
  readonly start: number;
  readonly hellos: InitHello[] = [];
  /** The first RespHello that was taken for its answer, then the one that opened. */
  resp: Uint8Array | undefined;
  /** Handshake hash after message 2, known with an ephemeral private key only. */
  h2: Uint8Array | undefined;
  /** The InitHello with which RespHello's tag opened. */
  hello: InitHello | undefined;
  /** Candidates until one opens a message, then that one alone. */
  transport: TransportKeys[] = [];
  /** By direction bit: the key has opened a message (or RespHello's tag has proven both). */
  readonly proven: [boolean, boolean] = [false, false];
  /** Frame of the first RespHello, of the InitDone that was accepted, of the closing message in each direction. */
  respHello: number | undefined;
  done: number | undefined;
  readonly closed: [number | undefined, number | undefined] = [undefined, undefined];
  readonly windows = [new ReplayWindow(), new ReplayWindow()] as const;
  /** Shared secrets that keys of the ring make with a responder's ephemeral (hex): each takes a millisecond. */
  readonly exchanged = new Map<string, readonly (Uint8Array | undefined)[]>();
  readonly early: Early = new Early();
  messages = 0;

  /** All sessions of the channel, this one at `#index` once it is added. */
  readonly #siblings: readonly Session[];
  readonly #index: number;

  constructor(e: string, initiator: Direction, start: number, siblings: readonly Session[]) {
    this.#siblings = siblings;
    this.#index = siblings.length;
    this.e = e;
    this.initiator = initiator;
    this.start = start;
  }

  /** Its place among the sessions of the channel, `2 of 3`. */
  get place(): string {
    return `${this.#index + 1} of ${this.#siblings.length}`;
  }

  /** A key that might open this direction is known. */
  hasKey(bit: Direction): boolean {
    return this.transport.some((keys) => keyOf(keys, bit) !== undefined);
  }

  /** It was answered, and no key of this direction is proven: what does not open may be its own. */
  mayCarry(bit: Direction): boolean {
    return this.resp !== undefined && !this.proven[bit];
  }

  /** Opens InitDone or a data message: nonce is the counter, AAD the 4 header bytes. Proves the key that fits. */
  open(bit: Direction, counter: number, message: Uint8Array): Uint8Array | undefined {
    const header = message.subarray(0, headerLength);
    const body = message.subarray(headerLength);
    for (const keys of this.transport) {
      const key = keyOf(keys, bit);
      const plaintext = key === undefined ? undefined : openRecorded(key, noise.nonce(counter), body, header);
      if (plaintext === undefined) continue;
      this.proven[bit] = true;
      return plaintext;
    }
    return undefined;
  }
}

export function keyOf(keys: TransportKeys, bit: Direction): Uint8Array | undefined {
  return bit === 0 ? keys.i2r : keys.r2i;
}

/** The direction bit that a side's messages carry in a session. */
export function expectedBit(session: Session, sender: Direction): Direction {
  return sender === session.initiator ? 0 : 1;
}
