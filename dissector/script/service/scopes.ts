import type { MessageForm } from '../../codec/index.ts';
import type { Protocol } from '../../protocol/index.ts';
import { scriptLimits, type ValueNode } from '../syntax/tree.ts';

/** What has a name at a place of a script. Undefined stands for what is named there and not known. */
export interface Names {
  readonly nodes: Layered<Protocol>;
  /** Those of the nodes that are relays. */
  readonly relays: Layered<true>;
  /** Messages by the name that an expectation gave them. */
  readonly answers: Layered<MessageForm>;
  /** What was defined, by its name. */
  readonly values: Layered<ValueNode>;
}

/** Names of a section over those that were there before it, which all sections share. */
export class Layered<T> {
  readonly #before: Layered<T> | undefined;
  readonly #own = new Map<string, T | undefined>();

  constructor(before?: Layered<T>) {
    this.#before = before;
  }

  has(name: string): boolean {
    return this.#own.has(name) || this.#before?.has(name) === true;
  }

  get(name: string): T | undefined {
    return this.#own.has(name) ? this.#own.get(name) : this.#before?.get(name);
  }

  set(name: string, value: T | undefined): void {
    this.#own.set(name, value);
  }

  /** Those from before first, each name once. */
  *entries(): Generator<readonly [string, T | undefined]> {
    for (const entry of this.#before?.entries() ?? []) if (!this.#own.has(entry[0])) yield entry;
    yield* this.#own;
  }

  /** Those that a problem may have meant: no more of them than the limit. */
  keys(): string[] {
    const names: string[] = [];
    for (const [name] of this.entries()) {
      if (names.length >= scriptLimits.comparedNames) break;
      names.push(name);
    }
    return names;
  }

  get isEmpty(): boolean {
    return this.#own.size === 0 && (this.#before?.isEmpty ?? true);
  }
}

export function noNames(): Names {
  return over(undefined);
}

/** What is there before the first section is there in each. */
export function over(before: Names | undefined): Names {
  return {
    nodes: new Layered(before?.nodes),
    relays: new Layered(before?.relays),
    answers: new Layered(before?.answers),
    values: new Layered(before?.values),
  };
}

/** Two hexadecimal digits would be a byte, and some words are values. */
export function isName(text: string): boolean {
  return /^[A-Za-z_][\w-]*$/.test(text) && !/^([0-9a-fA-F]{2}|true|false|null|any|valid|none)$/.test(text);
}
