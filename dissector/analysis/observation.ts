import { addressBytes, type Budget, type Limits, toHex } from '../bytes/index.ts';
import { type AllWaiting, DroppedBytes, type StreamSink, TcpConnection } from '../link/index.ts';
import type { Choices } from '../protocol/choices.ts';
import type { Conversation, Direction, StreamEnd } from '../protocol/conversation.ts';
import type { DerivedRecords } from '../protocol/derivedrecords.ts';
import type { DissectorTables } from '../protocol/dissectortables.ts';
import type { KeyRing } from '../protocol/keyring.ts';
import { MessageTable } from '../protocol/messagetable.ts';
import type { ConversationObserver, Observer, ObserverContext } from '../protocol/observe.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { StreamBuffer } from '../protocol/streambuffer.ts';
import { Verifications } from '../protocol/verifications.ts';
import type { Delivery } from './delivery.ts';

/** What the streams of one protocol hold together: segments that wait for an earlier one, and bytes that no message has taken. */
interface AllHeld extends AllWaiting {
  pending: number;
  readonly dropped: DroppedBytes;
}

function nothingHeld(): AllHeld {
  return { waiting: 0, pending: 0, dropped: new DroppedBytes() };
}

/** The two stream directions of one TCP conversation, wired to what takes messages from them. */
export class StreamPair {
  readonly buffers = [new StreamBuffer(), new StreamBuffer()] as const;
  readonly #connection: TcpConnection;
  readonly #limits: Limits;
  readonly #observer: ConversationObserver;
  readonly #over = [false, false];
  readonly #all: AllHeld;
  /** Of both buffers, as it is counted in `#all`. */
  #pending = 0;
  #frame = 0;

  constructor(observer: ConversationObserver, limits: Limits, all: AllHeld = nothingHeld()) {
    this.#observer = observer;
    this.#limits = limits;
    this.#all = all;
    this.#connection = new TcpConnection([this.#sink(0), this.#sink(1)], limits, all);
  }

  deliver(delivery: Delivery): void {
    this.#frame = delivery.frame;
    this.#connection.segment(delivery);
  }

  finish(): void {
    this.#connection.finish();
    for (const direction of [0, 1] as const) this.#end(direction, 'capture');
  }

  #sink(direction: Direction): StreamSink {
    const buffer = this.buffers[direction];
    return {
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
      end: (kind, frame) => this.#end(direction, kind, frame),
      dropped: (length, why, frame) => this.#all.dropped.add(length, why, frame),
    };
  }

  #count(): void {
    const pending = this.buffers[0].length + this.buffers[1].length;
    this.#all.pending += pending - this.#pending;
    this.#pending = pending;
  }

  #end(direction: Direction, why: StreamEnd, frame = this.#frame): void {
    if (this.#over[direction]) return;
    this.#over[direction] = true;
    this.#observer.stream?.(direction, this.buffers[direction], frame, true, why);
    this.#count();
  }
}

/** What a capture says of its frames, by their numbers from 1. */
export interface FrameFacts extends Pick<ObserverContext, 'time' | 'place'> {
  /** Whether the capture tells when a frame was among its neighbours. */
  isOrderKnown(frame: number): boolean;
  /** Bytes that protocols make of those of frames. */
  readonly derived: DerivedRecords;
  readonly budget: Budget;
  readonly tables: DissectorTables;
}

/** Bytes of the part of an IPv6 address that tells networks apart (RFC 4291 section 2.5.1). */
const IPV6_NETWORK = 8;

interface Entry {
  readonly observer: ConversationObserver;
  readonly streams: StreamPair | undefined;
  /** The pair of hosts that pays for costly work on it. */
  readonly payer: string;
}

/** One protocol's first pass over a capture. A new key makes a new one: facts are added, never taken back. */
export class Observation {
  readonly protocol: Protocol;
  readonly messages: MessageTable;
  readonly derived: DerivedRecords;
  readonly budget: Budget;
  readonly choices: Choices;
  readonly #observer: Observer;
  readonly #limits: Limits;
  readonly #held: AllHeld = nothingHeld();
  readonly #conversations = new Map<number, Entry>();

  constructor(protocol: Protocol, keys: KeyRing, choices: Choices, limits: Limits, facts: FrameFacts) {
    const { time, place, isOrderKnown, derived, budget, tables } = facts;
    this.derived = derived;
    this.budget = budget;
    this.protocol = protocol;
    this.choices = choices;
    this.messages = new MessageTable(protocol.names, limits, isOrderKnown);
    this.#limits = limits;
    this.#observer = protocol.observe({
      ...{ keys, choices, limits, budget, time, place, derived, tables },
      messages: this.messages,
      pays: (id) => {
        budget.payer = this.#conversations.get(this.messages.conversation(id))?.payer;
      },
      verifications: new Verifications(limits),
    });
  }

  /** What of TCP streams was captured and is in no message. */
  get dropped(): DroppedBytes {
    return this.#held.dropped;
  }

  deliver(conversation: Conversation, delivery: Delivery): void {
    let entry = this.#conversations.get(conversation.id);
    if (entry === undefined) {
      const payer = hostsOf(conversation);
      this.budget.payer = payer;
      const observer = this.#observer.conversation(conversation);
      entry = {
        observer,
        streams: conversation.transport === 'tcp' ? new StreamPair(observer, this.#limits, this.#held) : undefined,
        payer,
      };
      this.#conversations.set(conversation.id, entry);
    }
    this.budget.payer = entry.payer;
    if (entry.streams !== undefined) entry.streams.deliver(delivery);
    else {
      const { direction, payload, frame, missing, pieces, offset } = delivery;
      entry.observer.datagram?.(direction, payload, frame, missing, pieces, offset);
    }
    this.budget.payer = undefined;
  }

  /** The capture has ended; each step is a part of what there is to do then. */
  *finishing(): Generator<void> {
    for (const { streams, payer } of this.#conversations.values()) {
      this.budget.payer = payer;
      streams?.finish();
    }
    this.budget.payer = undefined;
    yield;
    for (const _ of this.#observer.settle?.() ?? []) {
      this.budget.payer = undefined;
      yield;
    }
    this.budget.payer = undefined;
    this.#observer.end();
    this.messages.settleOrder();
  }
}

/** The hosts of a conversation, whichever began it. Of IPv6 the network: whoever has one has all addresses of it. */
function hostsOf({ endpoints }: Conversation): string {
  return endpoints.map(hostOf).sort().join(' ');
}

function hostOf(endpoint: string): string {
  const host = endpoint.slice(0, endpoint.lastIndexOf(':'));
  const bytes = host.startsWith('[') ? addressBytes(host.slice(1, -1)) : undefined;
  return bytes === undefined ? host : toHex(bytes.subarray(0, IPV6_NETWORK));
}
