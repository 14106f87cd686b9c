/**
 * Bare TCP segments: those that say nothing which their neighbours in the list do not say. They open or acknowledge without a payload, or
 * carry a part of a message whose row is that of its last segment. Only conversations with a message have any: where nothing was decoded,
 * a segment is all there is.
 */
import type { MessageTable } from '../protocol/messagetable.ts';

/** Frames (1-based) of one bitmap: a power of two. */
const CHUNK_BITS = 16;

/** A set of frames, one bit each. */
export class FrameSet {
  readonly #chunks: (Uint8Array | undefined)[] = [];

  add(frame: number): void {
    const at = frame >>> CHUNK_BITS;
    const chunk = this.#chunks[at] ?? new Uint8Array(1 << (CHUNK_BITS - 3));
    this.#chunks[at] = chunk;
    chunk[(frame >>> 3) & (chunk.length - 1)]! |= 1 << (frame & 7);
  }

  has(frame: number): boolean {
    const chunk = this.#chunks[frame >>> CHUNK_BITS];
    return chunk !== undefined && (chunk[(frame >>> 3) & (chunk.length - 1)]! & (1 << (frame & 7))) !== 0;
  }
}

/** What the first pass knows of frames and conversations. */
export interface SegmentFacts {
  /** A TCP segment of a conversation without payload, which neither closes nor resets it. */
  isEmpty(frame: number): boolean;
  /** The lowest frame that was found to be one since the last call; frames may be listed before they are observed. */
  takeFirstEmpty(): number;
  /** It closes or resets its connection. */
  hasEvent(frame: number): boolean;
  /** The conversation of a frame; -1 for none. */
  conversationOf(frame: number): number;
  /** The lowest frame of a TCP conversation; undefined for one of UDP. */
  firstSegment(conversation: number): number | undefined;
  /** The frames that messages of a table were put together from; undefined for a message of one payload. */
  framesOf(messages: SegmentMessages, id: number): readonly number[] | undefined;
}

/** What is told of the messages of one protocol. */
export type SegmentMessages = Pick<MessageTable, 'frame' | 'conversation' | 'pieces'>;

export class BareSegments {
  readonly #facts: SegmentFacts;
  /** Frames that carry a part of a message. */
  #parts = new FrameSet();
  readonly #withMessage = new Set<number>();

  constructor(facts: SegmentFacts) {
    this.#facts = facts;
  }

  /** The lowest frame that was found to be empty since the last call. */
  takeFirstEmpty(): number {
    return this.#facts.takeFirstEmpty();
  }

  /** A message that was found: the first frame (1-based) of which something else may be told from now on. */
  found(messages: SegmentMessages, id: number): number {
    const conversation = messages.conversation(id);
    const first = this.#facts.firstSegment(conversation);
    let from = messages.frame(id);
    if (first === undefined) return from;
    if (!this.#withMessage.has(conversation)) {
      this.#withMessage.add(conversation);
      from = Math.min(from, first);
    }
    const frames = this.#facts.framesOf(messages, id) ?? [];
    for (const frame of frames) {
      this.#parts.add(frame);
      from = Math.min(from, frame);
    }
    return from;
  }

  /** Of a frame that completes no message. */
  isBare(frame: number): boolean {
    if (this.#facts.isEmpty(frame)) return this.#withMessage.has(this.#facts.conversationOf(frame));
    return this.#parts.has(frame) && !this.#facts.hasEvent(frame);
  }

  clear(): void {
    this.#parts = new FrameSet();
    this.#withMessage.clear();
  }
}
