import type { Conversation } from '../protocol/index.ts';
import type { DatagramStage } from './datagramstage.ts';

/**
 * The conversations over UDP that are read now. A flood of datagrams from other ports each begins one: beyond `most`, the one that had no
 * datagram for the longest time is ended, and begins anew where a further one comes. What it knew of sessions is in the table of all.
 */
export class DatagramStages {
  readonly #most: number;
  readonly #begin: (conversation: Conversation) => DatagramStage;
  /** By conversation, the one that had a datagram last at the end. */
  readonly #stages = new Map<number, DatagramStage>();

  constructor(most: number, begin: (conversation: Conversation) => DatagramStage) {
    this.#most = most;
    this.#begin = begin;
  }

  of(conversation: Conversation): DatagramStage {
    const { id } = conversation;
    const stage = this.#stages.get(id) ?? this.#begin(conversation);
    this.#stages.delete(id);
    this.#stages.set(id, stage);
    const [oldest] = this.#stages;
    if (this.#stages.size > this.#most && oldest !== undefined) {
      oldest[1].end();
      this.#stages.delete(oldest[0]);
    }
    return stage;
  }

  /** The capture has ended. */
  end(): void {
    for (const stage of this.#stages.values()) stage.end();
  }
}
