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

/** Of work that was refused so many times for each unit that is left, hardly any would be done: it is not done again. */
const WORTH = 50;

/** What is shared between those who pay: what is done with the user's keys. */
const shared: ReadonlySet<BudgetName> = new Set(['trialBytes', 'privateOperations']);

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

/** What was spent of each kind so far, and how often work was left undone. */
export interface Account {
  readonly spent: ReadonlyMap<BudgetName, number>;
  readonly refused: number;
}

/**
 * What costly work on one capture may cost, in both passes together: each kind of work up to the limit of its name. Work asks before it is
 * done; what is not done says so (`why`), and what was done is kept, so that nothing is done twice.
 */
export class Budget {
  readonly limits: Limits;
  readonly #spent = new Map<BudgetName, number>();
  readonly #refused = new Map<BudgetName, number>();
  /** Of what is shared: what each payer has spent, and whether that was refused for its share alone. */
  readonly #paid = new Map<string, number>();
  /** The most that each payer had spent at once: what was given back was needed before. */
  readonly #peaks = new Map<string, number>();
  readonly #held = new Set<BudgetName>();
  /** What each payer spent of its share before shares were lifted: so much it may spend once more, whatever the others take. */
  #reserved: Map<string, number> | undefined;
  #kept: Kept;
  /** Called before a result is kept. */
  #keeps: () => void = () => {};
  #milliseconds = 0;
  /**
   * Whose work it is from now on, such as a pair of hosts; undefined for work that is nobody's own. One of them takes at most a quarter of
   * what the others have left of the user's budget: handshakes of one stranger leave enough for those that the keys are meant for.
   */
  payer: string | undefined;

  constructor(limits: Limits) {
    this.limits = limits;
    this.#kept = new Kept(limits.keptResults);
  }

  /** A person has acted (other keys, other limits): all may be spent again, and results are forgotten. */
  renew(): void {
    this.#spent.clear();
    this.#refused.clear();
    this.#paid.clear();
    this.#peaks.clear();
    this.#held.clear();
    this.#reserved = undefined;
    this.#kept = new Kept(this.limits.keptResults);
  }

  /**
   * All had their turn: what is left is for whoever wants it. True where somebody was refused more than a share and enough is left: work
   * that is done again gets further now, and nobody's less far than before.
   */
  liftShares(): boolean {
    const isWorth = (name: BudgetName): boolean => (this.#refused.get(name) ?? 0) <= WORTH * this.left(name);
    const names = [...this.#held].filter((name) => this.left(name) > 0 && isWorth(name));
    if (this.#reserved !== undefined || names.length === 0) return false;
    this.#reserved = new Map(this.#peaks);
    for (const name of this.#held) this.#refused.delete(name);
    this.#held.clear();
    return true;
  }

  left(name: BudgetName): number {
    return this.limits[name] - (this.#spent.get(name) ?? 0);
  }

  /** What the payer may spend of it still. */
  #share(name: BudgetName): number {
    const left = this.left(name);
    if (this.payer === undefined || !shared.has(name)) return left;
    const id = `${name} ${this.payer}`;
    if (this.#reserved !== undefined) return left + (this.#reserved.get(id) ?? 0);
    const own = this.#paid.get(id) ?? 0;
    return Math.min(left, (left + own) / 4 - own);
  }

  #count(name: BudgetName, cost: number): void {
    const id = this.payer === undefined || !shared.has(name) ? undefined : `${name} ${this.payer}`;
    let rest = cost;
    if (id !== undefined && this.#reserved !== undefined) {
      const reserved = this.#reserved.get(id) ?? 0;
      rest -= Math.min(reserved, cost);
      this.#reserved.set(id, reserved - cost + rest);
    } else if (id !== undefined) {
      const paid = (this.#paid.get(id) ?? 0) + cost;
      this.#paid.set(id, paid);
      this.#peaks.set(id, Math.max(paid, this.#peaks.get(id) ?? 0));
    }
    this.#spent.set(name, (this.#spent.get(name) ?? 0) + rest);
  }

  /** As it is now: to compare it with a later one. */
  get account(): Account {
    return { spent: new Map(this.#spent), refused: [...this.#refused.values()].reduce((sum, count) => sum + count, 0) };
  }

  /** The function that is given brings it back to where it is now: for work of the second pass that is done again in its turn. */
  savepoint(): () => void {
    const [spent, refused, milliseconds] = [new Map(this.#spent), new Map(this.#refused), this.#milliseconds];
    // There may be many results, and most work brings none.
    let kept: Kept | undefined;
    this.#keeps = () => {
      kept ??= this.#kept.copy();
    };
    return () => {
      for (const [now, before] of [[this.#spent, spent] as const, [this.#refused, refused] as const]) {
        now.clear();
        for (const [name, value] of before) now.set(name, value);
      }
      this.#kept = kept ?? this.#kept;
      this.#milliseconds = milliseconds;
    };
  }

  /** Takes the cost of what is about to be done; false, and nothing is taken, where it is more than is left. */
  spend(name: BudgetName, cost: number): boolean {
    if (cost > this.#share(name)) {
      if (cost <= this.left(name)) this.#held.add(name);
      return this.refuse(name);
    }
    this.#count(name, cost);
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
    this.#count(name, -cost);
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
    return this.#held.has(name)
      ? `the share of one pair of hosts in the limit ${name} of ${this.limits[name]} is passed`
      : `the limit ${name} of ${this.limits[name]} is passed`;
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
    this.#keeps();
    this.#kept.set(id, made, size(value));
    return made;
  }

  /** What was left out, a sentence for each limit that was passed. */
  get sentences(): string[] {
    return [...this.#refused].map(([name, count]) => {
      const times = count === 1 ? 'once' : `${count} times`;
      return `${refusals[name]} (not done ${times}): ${this.why(name)}.`;
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
