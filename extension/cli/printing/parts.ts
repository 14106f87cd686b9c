/** Parts of what is printed, in order, whichever thread makes them. */
import type { Analysis } from '../../../dissector/analysis/index.ts';
import type { Part, PartMaker } from './part.ts';
import type { Job } from './rowmakers.ts';
import type { LineThreads, Range } from './threads.ts';

/** Parts for each thread that are being made, or wait for one before them: what is made too early takes memory. */
const AHEAD = 3;

/** Messages whose lines are being made. */
export interface Slot extends Range {
  /** `nobody` makes it yet. */
  maker: 'nobody' | 'here' | 'thread';
  part?: Part;
  /** All before it was printed when it was made. */
  isFirst?: boolean;
}

export interface PartsSource {
  readonly analysis: Analysis;
  readonly maker: PartMaker;
  readonly threads: LineThreads<Slot> | undefined;
  /** As long as there are others, this thread makes nothing. */
  readonly isElsewhere: boolean;
  /** Messages of one range. */
  readonly messages: number;
  /** What came of the first pass. */
  readonly outcome: string;
  /** What was told in parts that are not printed. */
  tell(sentence: string): void;
}

export class Parts {
  readonly #source: PartsSource;
  /** In order, from the first that is not given out. */
  #slots: Slot[] = [];
  /** The first message that is in no slot. */
  #next = 0;
  /** Memory of parts that were printed. */
  readonly #spare: ArrayBuffer[] = [];

  constructor(source: PartsSource) {
    this.#source = source;
  }

  /** A part was printed. */
  reuse(memory: ArrayBuffer): void {
    const { threads, maker } = this.#source;
    if (threads === undefined || this.#spare.length >= AHEAD * threads.count) maker.reuse(memory);
    else this.#spare.push(memory);
  }

  /** All of a job. The next parts are made while the one that was given is printed. */
  async *of(job: Job): AsyncGenerator<Part, void, undefined> {
    const { analysis, maker, threads, outcome } = this.#source;
    this.#slots = [];
    this.#next = 0;
    maker.begin(job);
    threads?.begin(job, outcome, {
      part: (slot, part) => {
        slot.part = part;
      },
      lost: (slot) => {
        slot.maker = 'nobody';
      },
    });
    for (let done = 0; done < analysis.messageCount; ) {
      threads?.handOut(
        () => this.#free('thread'),
        () => this.#spare.pop(),
      );
      const [head] = this.#slots;
      if (head?.part !== undefined) {
        const { part } = head;
        if (head.isFirst !== true && isCostly(part)) {
          this.#alone();
          continue;
        }
        this.#slots.shift();
        if (part.end < head.end) this.#slots.unshift({ first: part.end, end: head.end, maker: 'nobody' });
        done = part.end;
        yield part;
        continue;
      }
      const own = this.#free('here');
      if (own !== undefined) {
        own.isFirst = own === this.#slots[0];
        const restore = own.isFirst ? undefined : analysis.budget.savepoint();
        own.part = maker.make(own.first, own.end);
        // It is made again in its turn.
        if (isCostly(own.part)) restore?.();
        if (threads !== undefined) await turn();
      } else await threads?.said();
    }
  }

  /** The first range that nobody makes; undefined where enough is on its way. */
  #free(maker: 'here' | 'thread'): Slot | undefined {
    const { analysis, threads, messages, isElsewhere } = this.#source;
    if (maker === 'here' && isElsewhere && threads !== undefined && threads.count > 0) return undefined;
    const given = this.#slots.find((slot) => slot.maker === 'nobody');
    if (given !== undefined) {
      given.maker = maker;
      return given;
    }
    const most = threads === undefined || threads.count === 0 ? 1 : AHEAD * (threads.count + 1);
    if (this.#next >= analysis.messageCount || this.#slots.length >= most) return undefined;
    const slot: Slot = { first: this.#next, end: Math.min(this.#next + messages, analysis.messageCount), maker };
    this.#next = slot.end;
    this.#slots.push(slot);
    return slot;
  }

  /** Ends the threads, and begins again where the last part ended: what is left of the budget is spent in the order of messages. */
  #alone(): void {
    const { threads, tell } = this.#source;
    threads?.end();
    for (const { maker, part } of this.#slots) if (maker === 'here') part?.told.forEach(tell);
    this.#next = this.#slots[0]!.first;
    this.#slots = [];
  }
}

/**
 * Whether the part may be another one than if one thread had made all before it. Trees cost of one budget, which keeps results: a thread of its
 * own has spent nothing of what the others have, and has none of their results.
 */
function isCostly({ costs, isCut }: Part): boolean {
  return isCut || costs.length > 0;
}

/** Whoever has waited meanwhile, messages of threads among them. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
