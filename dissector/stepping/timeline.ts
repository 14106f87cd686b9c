import type { Analysis } from '../analysis/index.ts';
import { type Filter, FilterRow } from '../filter/index.ts';
import { steppingLimits } from './limits.ts';

const none = new Uint32Array(0);

/** The messages that are stepped through, of the whole capture and of each conversation: their `n` in ascending order. */
export class Timeline {
  readonly #analysis: Analysis;
  readonly #filter: Filter | undefined;
  #all: Uint32Array = none;
  #members: ReadonlyMap<number, Uint32Array> = new Map();

  private constructor(analysis: Analysis, filter: Filter | undefined) {
    this.#analysis = analysis;
    this.#filter = filter;
  }

  /** Those that a filter leaves, or all. A generator, so that others have their turn meanwhile. */
  static *of(analysis: Analysis, filter?: Filter): Generator<void, Timeline> {
    const timeline = new Timeline(analysis, filter);
    yield* timeline.renew();
    return timeline;
  }

  /** Of all conversations. */
  get all(): Uint32Array {
    return this.#all;
  }

  /** Ids of the conversations, in the order in which they begin. */
  get conversations(): readonly number[] {
    return [...this.#members.keys()];
  }

  /** The messages of the capture are others now: keys came. Until it ends, those from before are here. */
  *renew(): Generator<void, void> {
    const row = new FilterRow(this.#analysis);
    const all: number[] = [];
    const members = new Map<number, number[]>();
    for (let n = 0; n < this.#analysis.messageCount; n++) {
      if (n % steppingLimits.slice === 0) yield;
      const { frame, conversation } = this.#analysis.message(n);
      if (this.#filter?.matches(row.at(frame, n)) === false) continue;
      all.push(n);
      const own = members.get(conversation.id);
      if (own === undefined) members.set(conversation.id, [n]);
      else own.push(n);
    }
    this.#all = Uint32Array.from(all);
    this.#members = new Map([...members].map(([id, list]) => [id, Uint32Array.from(list)]));
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
