import type { Budget } from '../bytes/index.ts';
import { type KeyKind, unknownLabel } from './keykind.ts';
import { type Key, KeyStore } from './keystore.ts';

/** Problems that are told one by one. */
const mostTold = 5;

interface Line {
  readonly fields: readonly string[];
  readonly where: string;
}

/**
 * The keys of a capture's own secrets. Whoever made the capture chose them: a line that comes again is one line, and what costs anything is
 * parsed when a handshake asks for keys of its kind, up to the limit `captureOperations`.
 */
export class CapturedKeys {
  readonly #store = new KeyStore('capture', 'captureKeys');
  #kinds: ReadonlyMap<string, KeyKind>;
  #budget: Budget;
  /** Lines that wait, by label; those that the budget has no room for stay there. */
  readonly #waiting = new Map<string, Line[]>();
  readonly #seen = new Set<string>();
  #wrong = 0;
  readonly #told: string[] = [];

  constructor(kinds: ReadonlyMap<string, KeyKind>, budget: Budget) {
    this.#kinds = kinds;
    this.#budget = budget;
  }

  /** Keys, and lines that may be some. */
  get size(): number {
    return [...this.#waiting.values()].reduce((sum, lines) => sum + lines.length, this.#store.size);
  }

  /** Grows whenever keys come or go. */
  get changes(): number {
    return this.#store.changes;
  }

  /** What is wrong with lines: a few of them, how many more there are, and how many keys were not read. */
  get problems(): readonly string[] {
    const more = this.#wrong - this.#told.length;
    const name = 'captureOperations';
    const unread = this.#budget.isPassed(name) ? [...this.#waiting.values()].reduce((sum, lines) => sum + lines.length, 0) : 0;
    return [
      ...this.#told,
      ...(more === 0 ? [] : [`${more} more lines of the capture's own secrets hold no key that can be used.`]),
      ...(unread === 0 ? [] : [`${unread} keys of the capture's own secrets were not read: ${this.#budget.why(name)}.`]),
    ];
  }

  find(label: string, index: string): readonly Key[] {
    this.#parse(label);
    return this.#store.find(label, index);
  }

  all(label: string): readonly Key[] {
    this.#parse(label);
    return this.#store.all(label);
  }

  add([label = '', ...fields]: readonly string[], where: string): void {
    const line = [label, ...fields].join(' ');
    if (this.#seen.has(line)) return;
    const kind = this.#kinds.get(label);
    const { captureKeys: most } = this.#budget.limits;
    if (kind === undefined) this.refuse(`${where}: ${unknownLabel(label)}`);
    else if (this.#seen.size >= most) this.refuse(`${where}: more keys than the limit captureKeys of ${most}`);
    else {
      this.#seen.add(line);
      if ((kind.operations ?? 0) === 0) this.#keep(kind, { fields, where });
      else this.#wait(label, { fields, where });
    }
  }

  /** Counts a line that holds no key. */
  refuse(problem: string): void {
    if (++this.#wrong <= mostTold) this.#told.push(problem);
  }

  /** The former keys are kept until `wipe`. */
  clear(kinds: ReadonlyMap<string, KeyKind>, budget: Budget): void {
    this.#kinds = kinds;
    this.#budget = budget;
    this.#store.clear();
    this.#waiting.clear();
    this.#seen.clear();
    this.#wrong = this.#told.length = 0;
  }

  wipe(): void {
    this.#store.wipe();
  }

  #wait(label: string, line: Line): void {
    const lines = this.#waiting.get(label);
    if (lines === undefined) this.#waiting.set(label, [line]);
    else lines.push(line);
  }

  #parse(label: string): void {
    const lines = this.#waiting.get(label);
    const kind = this.#kinds.get(label);
    if (lines === undefined || kind === undefined) return;
    const cost = kind.operations ?? 0;
    if (cost > this.#budget.left('captureOperations')) return;
    const refused = lines.findIndex((line) => {
      if (!this.#budget.spend('captureOperations', cost)) return true;
      this.#keep(kind, line);
      return false;
    });
    if (refused < 0) this.#waiting.delete(label);
    else this.#waiting.set(label, lines.slice(refused));
  }

  #keep(kind: KeyKind, { fields, where }: Line): void {
    const problem = this.#store.add(kind, fields, where, this.#budget.limits);
    if (problem !== undefined) this.refuse(`${where}: ${problem}`);
  }
}
