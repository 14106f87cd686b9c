import type { Limits, Piece } from '../bytes/index.ts';
import { type AllWaiting, TcpDirection, tcpFlag } from '../link/index.ts';
import type { Choices } from './choices.ts';
import type { Delivery } from './delivery.ts';
import type { KeyRing } from './keyring.ts';
import { MessageTable } from './messages.ts';
import type { Conversation, ConversationObserver, Direction, Observer, Protocol, StreamEnd } from './protocol.ts';
import { StreamBuffer } from './stream.ts';
import { Verifications } from './verifications.ts';

/** What the streams of one protocol hold together: segments that wait for an earlier one, and bytes that no message has taken. */
interface AllHeld extends AllWaiting {
  pending: number;
}

/** The two stream directions of one TCP conversation, wired to what takes messages from them. */
export class StreamPair {
  readonly buffers = [new StreamBuffer(), new StreamBuffer()] as const;
  readonly #directions: readonly [TcpDirection, TcpDirection];
  readonly #limits: Limits;
  readonly #observer: ConversationObserver;
  readonly #over = [false, false];
  readonly #all: AllHeld;
  /** Of both buffers, as it is counted in `#all`. */
  #pending = 0;
  #frame = 0;

  constructor(observer: ConversationObserver, limits: Limits, all: AllHeld = { waiting: 0, pending: 0 }) {
    this.#observer = observer;
    this.#limits = limits;
    this.#all = all;
    this.#directions = [this.#direction(0), this.#direction(1)];
  }

  deliver(delivery: Delivery): void {
    this.#frame = delivery.frame;
    const { direction, seq, flags, payload, frame, offset, missing } = delivery;
    if (delivery.hasAck) this.#directions[1 - direction]!.acknowledge(delivery.ack);
    if (delivery.pieces === undefined) this.#directions[direction].segment(seq, flags, payload, frame, offset, missing);
    else this.#fragments(delivery, delivery.pieces);
  }

  /** A segment that came in IP fragments: a part for each, so that every byte is known by the frame that it lies in. */
  #fragments({ direction, seq, flags, payload, missing, frame, offset }: Delivery, pieces: readonly Piece[]): void {
    const stream = this.#directions[direction];
    if (pieces.length === 0) stream.segment(seq, flags, payload, frame, offset, missing);
    let at = 0;
    for (const piece of pieces) {
      const end = at + piece.length;
      const isLast = end >= payload.length;
      // The sequence number of data after a SYN is one higher; FIN comes after the last byte.
      const syn = at === 0 ? 0 : flags & tcpFlag.syn;
      const shown = (at === 0 ? flags : flags & ~tcpFlag.syn) & (isLast ? ~0 : ~(tcpFlag.fin | tcpFlag.rst));
      const first = (seq + at + (syn === 0 ? 0 : 1)) >>> 0;
      stream.segment(first, shown, payload.subarray(at, end), piece.frame, piece.offset, isLast ? missing : 0);
      at = end;
    }
  }

  finish(): void {
    for (const direction of [0, 1] as const) {
      this.#directions[direction].finish();
      this.#end(direction, 'capture');
    }
  }

  #direction(direction: Direction): TcpDirection {
    const buffer = this.buffers[direction];
    return new TcpDirection(
      {
        data: (bytes, frame, offset) => {
          if (this.#over[direction]) return;
          buffer.append(bytes, frame, offset);
          this.#observer.stream?.(direction, buffer, frame, false);
          // A protocol that takes nothing from so much is not going to: what follows would only grow.
          this.#count();
          const isOver = this.#all.pending > this.#limits.allPending && buffer.length > 0;
          if (isOver || buffer.length > this.#limits.pendingStream) this.#end(direction, 'limit');
        },
        gap: (length) => {
          if (!this.#over[direction]) this.#observer.gap?.(direction, buffer, length);
        },
        end: (kind) => this.#end(direction, kind),
      },
      this.#limits,
      this.#all,
    );
  }

  #count(): void {
    const pending = this.buffers[0].length + this.buffers[1].length;
    this.#all.pending += pending - this.#pending;
    this.#pending = pending;
  }

  #end(direction: Direction, why: StreamEnd): void {
    if (this.#over[direction]) return;
    this.#over[direction] = true;
    this.#observer.stream?.(direction, this.buffers[direction], this.#frame, true, why);
    this.#count();
  }
}

/** One protocol's first pass over a capture. A new key makes a new one: facts are added, never taken back. */
export class Observation {
  readonly protocol: Protocol;
  readonly messages: MessageTable;
  readonly #observer: Observer;
  readonly #limits: Limits;
  readonly #held: AllHeld = { waiting: 0, pending: 0 };
  readonly #conversations = new Map<number, { observer: ConversationObserver; streams: StreamPair | undefined }>();

  constructor(protocol: Protocol, keys: KeyRing, choices: Choices, limits: Limits, time: (frame: number) => number) {
    this.protocol = protocol;
    this.messages = new MessageTable(protocol.names);
    this.#limits = limits;
    this.#observer = protocol.observe({
      ...{ keys, choices, limits, time },
      messages: this.messages,
      verifications: new Verifications(limits),
    });
  }

  deliver(conversation: Conversation, delivery: Delivery): void {
    let entry = this.#conversations.get(conversation.id);
    if (entry === undefined) {
      const observer = this.#observer.conversation(conversation);
      entry = {
        observer,
        streams: conversation.transport === 'tcp' ? new StreamPair(observer, this.#limits, this.#held) : undefined,
      };
      this.#conversations.set(conversation.id, entry);
    }
    if (entry.streams !== undefined) entry.streams.deliver(delivery);
    else entry.observer.datagram?.(delivery.direction, delivery.payload, delivery.frame, delivery.missing, delivery.pieces);
  }

  /** The capture has ended; each step is a part of what there is to do then. */
  *finishing(): Generator<void> {
    for (const { streams } of this.#conversations.values()) streams?.finish();
    yield;
    yield* this.#observer.settle?.() ?? [];
    this.#observer.end();
  }
}
