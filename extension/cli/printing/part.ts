/** Lines of some messages in a row, as one thread makes them. */
import type { Account, BudgetName } from '../../../dissector/bytes/index.ts';
import type { Protocol } from '../../../dissector/protocol/index.ts';
import { failuresOf } from '../../capture/guard.ts';
import type { Counted } from '../counted.ts';
import { LineBuffer } from '../linebuffer.ts';
import type { Notices } from '../notices.ts';
import { type Job, type RowMaker, type RowSource, rowMaker } from './rowmakers.ts';

const BUFFER_BYTES = 1 << 17;
/** A part ends where it has so many bytes. */
const MOST_BYTES = 1 << 20;

/** Plain data, which goes from thread to thread. */
export interface Part {
  /** Behind its last message: it may end before the messages that were asked for do. */
  readonly end: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly counted: Counted;
  /** What modules did wrong in it, a sentence each; and what they failed in, by the ids of their protocols. */
  readonly told: readonly string[];
  readonly failures: readonly (readonly [id: string, sentence: string])[];
  /** What its trees have cost of the capture's budget. */
  readonly costs: readonly (readonly [BudgetName, number])[];
  /** Something was left out of its trees, for it would have cost too much: whether that is so depends on all that was done before. */
  readonly isCut: boolean;
}

export interface PartSource extends RowSource {
  readonly protocols: readonly Protocol[];
  readonly notices: Notices;
}

export class PartMaker {
  readonly #source: PartSource;
  readonly #lines = new LineBuffer(BUFFER_BYTES);
  #rows: RowMaker | undefined;

  constructor(source: PartSource) {
    this.#source = source;
  }

  /** Memory of a part that was printed. */
  reuse(memory: ArrayBuffer): void {
    this.#lines.reuse(memory);
  }

  begin(job: Job): void {
    this.#rows = rowMaker(job, this.#source);
  }

  /** The lines of the messages from `first` on, before `end`; of one at least. */
  make(first: number, end: number): Part {
    const { analysis, protocols, notices } = this.#source;
    const { account } = analysis.budget;
    const before = protocols.map((protocol) => failuresOf(protocol).length);
    let n = first;
    const told = notices.held(() => {
      const rows = this.#rows!;
      rows.goTo(first);
      while (n < end && this.#lines.length < MOST_BYTES) rows.message(n++, this.#lines);
    });
    return {
      ...{ end: n, told, ...since(account, analysis.budget.account) },
      bytes: this.#lines.take(),
      counted: this.#rows!.takeCounted(),
      failures: protocols.flatMap((protocol, at) =>
        failuresOf(protocol)
          .slice(before[at])
          .map((sentence) => [protocol.id, sentence] as const),
      ),
    };
  }
}

function since(before: Account, after: Account): Pick<Part, 'costs' | 'isCut'> {
  const costs = [...after.spent].map(([name, spent]) => [name, spent - (before.spent.get(name) ?? 0)] as const);
  return { costs: costs.filter(([, cost]) => cost !== 0), isCut: after.refused > before.refused };
}
