/** Which statement of a section comes next: those of `repeat` and `for` run round by round. */
import type { Encodable } from '../../codec/index.ts';
import { type Statement, scriptLimits } from '../syntax/tree.ts';

interface Block {
  /** Where it begins among the statements. */
  readonly first: number;
  readonly rounds: number;
  /** How many rounds there are, or what they are for, is computed from a secret. */
  readonly isSecret: boolean;
  /** The value of each round, and its name; absent where the rounds are alike. */
  readonly of?: { readonly name: string; readonly values: readonly Encodable[] };
  round: number;
}

export class StatementOrder {
  readonly #statements: readonly Statement[];
  readonly #define: (name: string, value: Encodable, isSecret: boolean) => void;
  readonly #blocks: Block[] = [];
  #at = -1;
  #count = 0;

  /** `define` gives a value its name; it may throw an Error with a sentence. */
  constructor(statements: readonly Statement[], define: (name: string, value: Encodable, isSecret: boolean) => void) {
    this.#statements = statements;
    this.#define = define;
  }

  /** How many statements have come. */
  get count(): number {
    return this.#count;
  }

  /** The next one; undefined at the end. Throws an Error beyond the limit, or that `define` threw. */
  next(): Statement | undefined {
    for (;;) {
      const statement = this.#statements[++this.#at];
      if (statement === undefined) return undefined;
      if (++this.#count > scriptLimits.statements)
        throw new Error(`a section runs at most ${scriptLimits.statements} statements (limit statements)`);
      if (statement.kind !== 'end') return statement;
      this.#turn();
    }
  }

  /** The statement that came last begins a block: its count, or its list. Throws an Error with a sentence where it is neither. */
  enter(statement: Statement & { kind: 'repeat' | 'for' }, value: Encodable, isSecret = false): void {
    if (statement.kind === 'repeat') this.#open({ first: this.#at, rounds: countOf(value), isSecret, round: 0 });
    else if (Array.isArray(value))
      this.#open({ first: this.#at, rounds: value.length, isSecret, of: { name: statement.name.text, values: value }, round: 0 });
    else throw new Error('"for" takes a list: [1, 2], range(10)');
  }

  /** How many blocks are open. */
  get depth(): number {
    return this.#blocks.length;
  }

  /** Where the rounds of all open blocks stand, in words; empty outside of blocks. */
  get rounds(): string {
    return this.#blocks
      .map(({ round, rounds, isSecret }) => (isSecret ? 'a round of a secret' : `round ${round + 1} of ${rounds}`))
      .join(', ');
  }

  #open(block: Block): void {
    if (block.rounds === 0) {
      this.#at = this.#endOf(block.first);
      return;
    }
    this.#blocks.push(block);
    this.#begin(block);
  }

  /** The end of the innermost block: another round, or what comes after it. */
  #turn(): void {
    const block = this.#blocks.at(-1);
    if (block === undefined) return;
    if (block.round + 1 === block.rounds) {
      this.#blocks.pop();
      return;
    }
    block.round++;
    this.#at = block.first;
    this.#begin(block);
  }

  #begin({ of, round, isSecret }: Block): void {
    if (of !== undefined) this.#define(of.name, of.values[round]!, isSecret);
  }

  #endOf(first: number): number {
    let depth = 0;
    for (let at = first; at < this.#statements.length; at++) {
      const { kind } = this.#statements[at]!;
      if (kind === 'repeat' || kind === 'for') depth++;
      if (kind === 'end' && --depth === 0) return at;
    }
    return this.#statements.length;
  }
}

function countOf(value: Encodable): number {
  const count = typeof value === 'bigint' ? Number(value) : value;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count;
  throw new Error('a block is repeated a number of times: 0 or more');
}
