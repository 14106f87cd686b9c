import type { Budget } from '../../bytes/index.ts';
import { passiveDecrypt } from '../../crypto/index.ts';
import type { Direction } from '../../protocol/index.ts';
import { ReplayWindow } from '../../protocol/index.ts';
import { Early } from './conformance/early.ts';
import type { TransportKeys } from './keys.ts';
import { type ExchangeKeys, keyOf, nn } from './keyschedule.ts';
import { type Header, sealedParts } from './messages.ts';

/** Pairs of transport keys of one session that no tag has proven yet. */
const mostSupposed = 8;

/** One InitHello as it was captured; a corrupted copy may share its ephemeral with the good one. */
export interface InitHello {
  readonly frame: number;
  readonly message: Uint8Array;
  /** The handshake hash after it. */
  readonly h1: Uint8Array;
}

/**
 * A session: an initiator's ephemeral, the InitHellos that carry it, and, once a RespHello opened, the keys. Sessions are
 * what the messages of a channel belong to.
 */
export class Session {
  /** The initiator's ephemeral public value, hex. */
  readonly e: string;
  /** The direction in which the initiator sends, in the conversation in which the session began. */
  readonly initiator: Direction;
  readonly start: number;
  readonly hellos: InitHello[] = [];
  /** The first RespHello that was taken for its answer, then the one that opened. */
  resp: Uint8Array | undefined;
  /** Handshake hash after message 2, known with an ephemeral private key only. */
  h2: Uint8Array | undefined;
  /** The InitHello with which RespHello's tag opened. */
  hello: InitHello | undefined;
  /** Candidates, those of the capture's own keys last; the one that opens a message goes before all. */
  transport: TransportKeys[] = [];
  /** By direction bit: the key has opened a message (or RespHello's tag has proven both). */
  readonly proven: [boolean, boolean] = [false, false];
  /** Frame of the first RespHello, of the InitDone that was accepted, of the closing message in each direction. */
  respHello: number | undefined;
  done: number | undefined;
  readonly closed: [number | undefined, number | undefined] = [undefined, undefined];
  /** When the first RespHello came, in seconds since 1970; NaN before it. */
  firstAnswer = Number.NaN;
  /** By direction bit: a message under this session came after its InitDone. */
  readonly heard: [boolean, boolean] = [false, false];
  readonly windows = [new ReplayWindow(), new ReplayWindow()] as const;
  /** What keys of the ring make with a responder's ephemeral (hex): each takes a millisecond. */
  readonly exchanged = new Map<string, readonly ExchangeKeys[]>();
  /** Public values e (hex) of its hellos whose private keys the ring holds. */
  readonly held = new Set<string>();
  readonly early: Early = new Early();
  messages = 0;

  /** Conversations in which the initiator sends in the other direction: it moved, or the responder did, and spoke first there. */
  readonly #turned = new Set<number>();
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

  /** The direction of a conversation in which the initiator sends. */
  initiatorIn(conversation: number): Direction {
    return this.#turned.has(conversation) ? (this.initiator === 0 ? 1 : 0) : this.initiator;
  }

  /** It goes on in another conversation (an address or port has changed), where the initiator sends in this direction. */
  movesTo(conversation: number, initiator: Direction): void {
    if (initiator !== this.initiator) this.#turned.add(conversation);
  }

  /** Whether the capture shows that a side has turned to this session: its InitDone was sent, or it answered that with data. */
  isUsedBy(sender: Direction, conversation: number): boolean {
    return this.done !== undefined && (sender === this.initiatorIn(conversation) || this.heard[1]);
  }

  /**
   * The transport keys come of the ephemerals alone, while a RespHello's tag covers the InitHello as well: where that was changed on its
   * way, or is broken, the keys that the ring makes with this responder's ephemeral (hex) may open what follows. A message's tag proves them.
   */
  suppose(answer: string): void {
    for (const keys of this.exchanged.get(answer) ?? []) {
      const isOfCapture = keys.origin === 'capture';
      const same = this.transport.filter(({ origin }) => (origin === 'capture') === isOfCapture).length;
      if (same < mostSupposed) this.transport.push(keys);
    }
    this.transport.sort((a, b) => Number(a.origin === 'capture') - Number(b.origin === 'capture'));
  }

  /** A key that might open this direction is known. */
  hasKey(bit: Direction): boolean {
    return this.transport.some((keys) => keyOf(keys, bit) !== undefined);
  }

  /** It was answered, and no key of this direction is proven: what does not open may be its own. */
  mayCarry(bit: Direction): boolean {
    return this.resp !== undefined && !this.proven[bit];
  }

  /**
   * Opens InitDone or a data message: nonce is the counter, AAD the 4 header bytes. Proves the key that fits. `budget`: what trying
   * further keys may cost, once it is not known which of them fits.
   */
  open({ bit, counter }: Pick<Header, 'bit' | 'counter'>, message: Uint8Array, budget?: Budget): Uint8Array | undefined {
    const { header, ciphertext } = sealedParts(message);
    const isTrial = budget !== undefined && !this.proven[bit];
    for (const keys of this.transport) {
      const key = keyOf(keys, bit);
      const { origin = 'user' } = keys;
      if (key === undefined) continue;
      if (isTrial && !budget.mayTry(origin, message.length)) {
        // Behind it are more of the capture's alone, unless it is the one that has opened the other direction.
        if (origin === 'capture' && keys !== this.transport[0]) break;
        continue;
      }
      const plaintext = passiveDecrypt(key, nn.cipher.nonce(counter), ciphertext, header);
      if (plaintext === undefined) continue;
      if (isTrial) budget.opened(origin, message.length);
      if (this.transport[0] !== keys) this.transport = [keys, ...this.transport.filter((one) => one !== keys)];
      this.proven[bit] = true;
      return plaintext;
    }
    return undefined;
  }
}

/** The direction bit that a side's messages carry in a session, by the direction of a conversation in which it sends. */
export function expectedBit(session: Session, sender: Direction, conversation: number): Direction {
  return sender === session.initiatorIn(conversation) ? 0 : 1;
}
