import type { Limits } from '../bytes/index.ts';
import type { Datagram } from '../link/index.ts';
import type { Conversation, Direction } from '../protocol/conversation.ts';
import { type ConversationSample, certain, probable } from '../protocol/observe.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { StreamBuffer } from '../protocol/streambuffer.ts';
import type { Delivery } from './delivery.ts';
import { StreamPair } from './observation.ts';

/** Packets and stream bytes that a conversation may bring before its protocol must be known. */
const patience = { packets: 64, bytes: 65_536 };

/** What a conversation nearly is: "looks like {protocol}, but {but}". */
export interface NearMiss {
  readonly protocol: string;
  readonly but: string;
}

/** Bytes of memory that one fragment of a datagram takes, roughly. */
const PIECE_COST = 64;

/**
 * A conversation whose protocol is not known yet. It remembers the frames it was shown, so that the protocol that is
 * recognised gets them all, and asks every protocol again with each packet: by bytes first, by port second.
 */
export class UnrecognisedConversation {
  readonly #conversation: Conversation;
  readonly #protocols: readonly Protocol[];
  readonly #datagrams: { direction: Direction; bytes: Uint8Array }[] = [];
  readonly #streams: StreamPair | undefined;
  readonly #limits: Limits;
  readonly frames: number[] = [];
  /** What came in fragments, by the frame that completed it. */
  readonly reassembled = new Map<number, Datagram>();
  #bytes = 0;
  #isCut = false;
  /** Bytes of memory that `reassembled` takes, roughly. */
  #reassembled = 0;

  /** Bytes of memory that it holds, roughly. */
  get cost(): number {
    return this.frames.length === 0 ? 0 : 1024 + this.frames.length * 128 + this.#bytes + this.#reassembled;
  }

  constructor(conversation: Conversation, protocols: readonly Protocol[], limits: Limits) {
    this.#conversation = conversation;
    this.#protocols = protocols;
    this.#limits = limits;
    this.#streams =
      conversation.transport === 'tcp' ? new StreamPair({ gap: (_, buffer) => this.#gap(buffer) }, limits) : undefined;
  }

  /** The protocol, once it is certain; `nothing` when patience has ended without one; undefined while it is open. */
  show(delivery: Delivery, datagram: Datagram | undefined): Protocol | 'nothing' | undefined {
    this.frames.push(delivery.frame);
    if (datagram !== undefined) {
      this.reassembled.set(delivery.frame, datagram);
      this.#reassembled += datagram.bytes.length + datagram.pieces.length * PIECE_COST;
    }
    if (this.#streams !== undefined) this.#streams.deliver(delivery);
    else this.#datagrams.push({ direction: delivery.direction, bytes: delivery.payload.slice() });
    this.#bytes += delivery.payload.length;
    if (delivery.payload.length === 0 && this.#streams !== undefined && this.frames.length < patience.packets) return undefined;
    const { protocol, confidence } = this.#best();
    if (confidence >= certain) return protocol;
    if (this.frames.length < patience.packets && this.#bytes < patience.bytes) return undefined;
    return confidence >= probable ? protocol : 'nothing';
  }

  /** Bytes before the first that were captured are missing: what comes is no beginning, though the connection was seen to open. */
  #gap(buffer: StreamBuffer): void {
    if (buffer.length === 0) this.#isCut = true;
  }

  /** The best that can be said when no more packets come. */
  settle(): Protocol | undefined {
    // What waits for bytes that did not come is all there will be.
    this.#streams?.finish();
    const { protocol, confidence } = this.#best();
    return confidence >= probable ? protocol : undefined;
  }

  /** The protocol that it nearly is, and what keeps it from being that. */
  almost(): NearMiss | undefined {
    const sample = this.#sample();
    for (const { id, almost } of this.#protocols) {
      const but = almost?.(sample);
      if (but !== undefined) return { protocol: id, but };
    }
    return undefined;
  }

  #sample(): ConversationSample {
    const { transport, ports, opened } = this.#conversation;
    const empty = new Uint8Array(0);
    return {
      transport,
      ports,
      opened: opened && !this.#isCut,
      datagrams: this.#datagrams,
      streams: [this.#streams?.buffers[0].bytes ?? empty, this.#streams?.buffers[1].bytes ?? empty],
      limits: this.#limits,
    };
  }

  #best(): { protocol: Protocol | undefined; confidence: number } {
    const sample = this.#sample();
    let protocol: Protocol | undefined;
    let confidence = 0;
    for (const one of this.#protocols) {
      const answer = one.recognise(sample);
      if (answer > confidence) {
        confidence = answer;
        protocol = one;
      }
    }
    return { protocol, confidence };
  }
}
