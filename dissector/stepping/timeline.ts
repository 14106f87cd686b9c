import type { Analysis } from '../analysis/index.ts';
import { type Filter, FilterRow } from '../filter/index.ts';
import { steppingLimits } from './limits.ts';

const none = new Uint32Array(0);

/** The messages that are stepped through, of the whole capture and of each conversation: their `n` in ascending order. */
export class Timeline {
  /** Of all conversations. */
  readonly all: Uint32Array;
  /** Ids of the conversations, in the order in which they begin. */
  readonly conversations: readonly number[];
  readonly #members: ReadonlyMap<number, Uint32Array>;

  private constructor(all: Uint32Array, members: ReadonlyMap<number, Uint32Array>) {
    this.all = all;
    this.#members = members;
    this.conversations = [...members.keys()];
  }

  /** Those that a filter leaves, or all. A generator, so that others have their turn meanwhile. */
  static *of(analysis: Analysis, filter?: Filter): Generator<void, Timeline> {
    const row = new FilterRow(analysis);
    const all: number[] = [];
    const members = new Map<number, number[]>();
    for (let n = 0; n < analysis.messageCount; n++) {
      if (n % steppingLimits.slice === 0) yield;
      const { frame, conversation } = analysis.message(n);
      if (filter !== undefined && !filter.matches(row.at(frame, n))) continue;
      all.push(n);
      const own = members.get(conversation.id);
      if (own === undefined) members.set(conversation.id, [n]);
      else own.push(n);
    }
    return new Timeline(Uint32Array.from(all), new Map([...members].map(([id, list]) => [id, Uint32Array.from(list)])));
  }

  of(conversation: number): Uint32Array {
    return this.#members.get(conversation) ?? none;
  }

  /** The place of the first message at or after `n` in a list of them. */
  static placeFrom(list: Uint32Array, n: number): number {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle]! < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The message of a conversation after `n`; undefined behind its last. */
  after(conversation: number, n: number): number | undefined {
    const list = this.of(conversation);
    return list[Timeline.placeFrom(list, n + 1)];
  }

  before(conversation: number, n: number): number | undefined {
    const list = this.of(conversation);
    return list[Timeline.placeFrom(list, n) - 1];
  }

  /** The message of a conversation at `n`, or the last one before it; undefined where the conversation has not begun. */
  reached(conversation: number, n: number): number | undefined {
    return this.before(conversation, n + 1);
  }
}
