/** The faults of a node or a relay by numbers: as they were written, whether they have happened, and until somebody takes them away. */
import type { FaultState } from '../wire/node.ts';

export interface Faulty<F> {
  addFault(fault: F): void;
  removeFault(fault: F): void;
  isSpent(fault: F): boolean;
}

interface Listed<F> {
  readonly id: number;
  /** As nodes read it. */
  readonly spec: string;
  readonly fault: F;
}

export class FaultList<F> {
  readonly #words: (fault: F) => string;
  #faults: readonly Listed<F>[] = [];
  #nextId = 1;

  /** `words`: a fault as a packet script says it. */
  constructor(words: (fault: F) => string) {
    this.#words = words;
  }

  add(spec: string, fault: F): void {
    this.#faults = [...this.#faults, { id: this.#nextId++, spec, fault }];
  }

  /** Takes it away, and gives its words; undefined where there is none of this number. */
  remove(id: number, of: Faulty<F>): string | undefined {
    const found = this.#faults.find((each) => each.id === id);
    if (found === undefined) return undefined;
    this.#faults = this.#faults.filter((each) => each !== found);
    of.removeFault(found.fault);
    return this.#words(found.fault);
  }

  /** As a wish has them. */
  get specs(): readonly string[] {
    return this.#faults.map(({ spec }) => spec);
  }

  states(of: Faulty<F> | undefined): readonly FaultState[] {
    return this.#faults.map(({ id, fault }) => ({ id, text: this.#words(fault), isSpent: of?.isSpent(fault) === true }));
  }
}
