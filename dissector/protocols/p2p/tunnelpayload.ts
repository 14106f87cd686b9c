import { concatBytes } from '@noble/hashes/utils.js';
import type { Piece } from '../../bytes/index.ts';
import type { CarriedStream, Conversation, Direction, ObserverContext, StreamEnd } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import type { Session } from './session.ts';

/** The dissector table of the streams in tunnels. Nothing in p2p says what they hold: their first bytes decide. */
export const tunnelTable = 'p2p.tunnel';

/** Packets whose bytes wait until the first bytes of the requester decide. */
const MOST_WAITING = 64;

interface Part {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly pieces: readonly Piece[];
}

/** What a tunnel carries behind its first packets, handed over to the protocol that begins so. */
export class TunnelPayload {
  readonly #context: ObserverContext<Facts, Session>;
  readonly #conversation: Conversation;
  readonly #requester: Direction;
  /** Undefined once it was decided. */
  #waiting: Part[] | undefined = [];
  #stream: CarriedStream | undefined;

  constructor(context: ObserverContext<Facts, Session>, conversation: Conversation, requester: Direction) {
    this.#context = context;
    this.#conversation = conversation;
    this.#requester = requester;
    if (!context.tables.hasMagic(tunnelTable)) this.#waiting = undefined;
  }

  /** Whether anybody reads, or may still. */
  get isWanted(): boolean {
    return this.#stream !== undefined || this.#waiting !== undefined;
  }

  /** The next bytes of a direction, which lie in a derived record from `from` on. */
  take(direction: Direction, bytes: Uint8Array, record: number, from: number): void {
    if (bytes.length === 0) return;
    const part = { direction, bytes: bytes.slice(), pieces: [{ frame: record, offset: from, length: bytes.length }] };
    if (this.#waiting === undefined) {
      this.#stream?.feed(part.direction, part.bytes, part.pieces);
      return;
    }
    this.#waiting.push(part);
    const first = this.#first(this.#waiting);
    const { keys, limits, budget, derived, tables, messages } = this.#context;
    const place = { conversation: this.#conversation, keys, limits, budget, derived, tables, messages };
    const stream = first.length === 0 ? 'more' : tables.begin(tunnelTable, first, place);
    if (stream === 'more' && this.#waiting.length < MOST_WAITING) return;
    const held = this.#waiting;
    this.#waiting = undefined;
    if (stream === undefined || stream === 'more') return;
    this.#stream = stream;
    for (const each of held) stream.feed(each.direction, each.bytes, each.pieces);
  }

  end(direction: Direction, why: StreamEnd | undefined): void {
    this.#stream?.end(direction, why);
  }

  #first(parts: readonly Part[]): Uint8Array {
    const own = parts.filter(({ direction }) => direction === this.#requester);
    return concatBytes(...own.map(({ bytes }) => bytes));
  }
}
