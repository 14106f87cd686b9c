import { Kept } from './kept.ts';
import type { Limits } from './limits.ts';

/** Who brought a key, and so whose budget pays for what is done with it: the keys of a capture's own secrets never spend the user's. */
export type KeyOrigin = 'user' | 'capture';

/** What a budget is counted in, each under a limit of its own for the user's keys and for all else. */
const names = {
  /** Bytes put through a cipher to try a key. */
  trials: { user: 'trialBytes', capture: 'captureTrialBytes' },
  /** Operations with public or private keys, of the size of one with 2048 bits. */
  operations: { user: 'privateOperations', capture: 'captureOperations' },
} as const;

export type BudgetName = (typeof names)[keyof typeof names][KeyOrigin] | 'unpackedBytes';

/** Bytes that a trial counts beside those of its message: what is done with each takes its time, too. */
const trialOverhead = 4096;

/** About how much of each is done in a millisecond: it tells when others have waited long enough. */
const perMillisecond: Readonly<Record<BudgetName, number>> = {
  trialBytes: 0x4_0000,
  captureTrialBytes: 0x4_0000,
  privateOperations: 0.1,
  captureOperations: 0.1,
  unpackedBytes: 0x1_0000,
};

export function trialBytesOf(origin: KeyOrigin): BudgetName {
  return names.trials[origin];
}

export function operationsOf(origin: KeyOrigin): BudgetName {
  return names.operations[origin];
}

/**
 * What costly work on one capture may cost, in both passes together: each kind of work up to the limit of its name. Work asks before it is
 * done; what is not done says so (`why`), and what was done is kept, so that nothing is done twice.
 */
export class Budget {
  readonly limits: Limits;
  readonly #spent = new Map<BudgetName, number>();
  readonly #refused = new Map<BudgetName, number>();
  #kept: Kept;
  #milliseconds = 0;

  constructor(limits: Limits) {
    this.limits = limits;
    this.#kept = new Kept(limits.keptResults);
  }

  /** A person has acted (other keys, other limits): all may be spent again, and results are forgotten. */
  renew(): void {
    this.#spent.clear();
    this.#refused.clear();
    this.#kept = new Kept(this.limits.keptResults);
  }

  left(name: BudgetName): number {
    return this.limits[name] - (this.#spent.get(name) ?? 0);
  }

  /** Takes the cost of what is about to be done; false, and nothing is taken, where it is more than is left. */
  spend(name: BudgetName, cost: number): boolean {
    if (cost > this.left(name)) return this.refuse(name);
    this.#spent.set(name, (this.#spent.get(name) ?? 0) + cost);
    this.#milliseconds += cost / perMillisecond[name];
    return true;
  }

  /** Counts something that is left undone. */
  refuse(name: BudgetName): false {
    this.#refused.set(name, (this.#refused.get(name) ?? 0) + 1);
    return false;
  }

  /** What turned out to be of use is no burden: it is as large as the capture makes it. */
  giveBack(name: BudgetName, cost: number): void {
    this.#spent.set(name, (this.#spent.get(name) ?? 0) - cost);
  }

  /** Takes what trying a key on so many bytes costs; false where that is more than is left. */
  mayTry(origin: KeyOrigin, bytes: number): boolean {
    return this.spend(names.trials[origin], bytes + trialOverhead);
  }

  /** The key has opened them: what it costs to open a message once is no burden. */
  opened(origin: KeyOrigin, bytes: number): void {
    this.giveBack(names.trials[origin], bytes + trialOverhead);
  }

  /** Something was left undone. */
  isPassed(name: BudgetName): boolean {
    return this.#refused.has(name);
  }

  /** Why something was left undone, as the end of a sentence. */
  why(name: BudgetName): string {
    return `the limit ${name} of ${this.limits[name]} is passed`;
  }

  /** About how long the work so far took. It never shrinks. */
  get milliseconds(): number {
    return this.#milliseconds;
  }

  /**
   * A result that is made once as long as it is kept; undefined where its cost is over the limit. `id` tells it from all others; `size`
   * is about the bytes of memory that it takes.
   */
  once<T>(id: string | object, name: BudgetName, cost: number, make: () => T, size: (made: T) => number): Made<T> | undefined {
    const known = this.#kept.get(id) as Made<T> | undefined;
    if (known !== undefined) return known;
    if (!this.spend(name, cost)) return undefined;
    return this.keep(id, make(), size);
  }

  /** A result that was made before, where it is kept still. */
  known<T>(id: string | object): Made<T> | undefined {
    return this.#kept.get(id) as Made<T> | undefined;
  }

  keep<T>(id: string | object, value: T, size: (made: T) => number): Made<T> {
    const made = { value };
    this.#kept.set(id, made, size(value));
    return made;
  }

  /** What was left out, a sentence for each limit that was passed. */
  get sentences(): string[] {
    return [...this.#refused].map(([name, count]) => {
      const times = count === 1 ? 'once' : `${count} times`;
      return `${refusals[name]} (not done ${times}): the limit ${name} of ${this.limits[name]} is passed.`;
    });
  }
}

/** A result, which may be undefined itself. */
export interface Made<T> {
  readonly value: T;
}

const refusals: Readonly<Record<BudgetName, string>> = {
  trialBytes: 'Not every key was tried on every message',
  captureTrialBytes: "Not every key of the capture's own secrets was tried on every message",
  privateOperations: 'Not everything was computed with the private keys',
  captureOperations: "Not everything was computed with the capture's own keys and numbers",
  unpackedBytes: 'Not everything that is compressed in messages was unpacked',
};
