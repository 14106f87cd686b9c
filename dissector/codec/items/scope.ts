import type { Field } from '../../bytes/index.ts';
import type { Cursor } from '../cursor.ts';
import type { Item, Length, Ref } from '../layout.ts';
import { nearest } from '../nearest.ts';

/** Reads one item into `into`; false when it met a problem (then the cursor holds it). `slots` has the integers that items refer to. */
export type Step = (cursor: Cursor, into: Field[], slots: number[]) => boolean;

/** Compiles items one after the other; given down, since items that hold others cannot know the kinds of all. */
export type CompileItems = (items: readonly Item[], scope: Scope, path: string) => Step[];

/** The slots that hold where an item began and ended. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Names of the integers that later items may refer to, each with its place among the slots of a decode. */
export class Scope {
  readonly #names = new Map<string, number>();
  readonly #outer: Scope | undefined;
  readonly #counter: { slots: number };
  readonly #compile: CompileItems;
  /** The scope of the whole struct, for items that depend on a value and stand in it all the same. */
  readonly #struct: Scope;
  #start: number | undefined;
  /** Of the items beside a checksum, by name. */
  readonly places = new Map<string, Place>();

  constructor(compile: CompileItems, outer?: Scope, isSameStruct = false) {
    this.#compile = compile;
    this.#outer = outer;
    this.#counter = outer === undefined ? { slots: 0 } : outer.#counter;
    this.#struct = isSameStruct && outer !== undefined ? outer.#struct : this;
  }

  declare(name: string): number {
    const slot = this.slot();
    this.#names.set(name, slot);
    return slot;
  }

  /** A slot without a name. */
  slot(): number {
    return this.#counter.slots++;
  }

  /** Throws for a name that no earlier item declares: a mistake in the layout, found when it is built. */
  find(name: string, by: string): number {
    const slot = this.findOrNothing(name);
    if (slot !== undefined) return slot;
    const meant = nearest(name, this.known());
    const more = meant === undefined ? '' : `: did you mean "${meant}"?`;
    throw new Error(`layout: "${by}" refers to "${name}", which no earlier integer is called${more}`);
  }

  /** What there is to refer to. */
  known(): string[] {
    return [...this.#names.keys(), ...(this.#outer?.known() ?? [])];
  }

  findOrNothing(name: string): number | undefined {
    return this.#names.get(name) ?? this.#outer?.findOrNothing(name);
  }

  /** The slot that holds where the struct begins. */
  start(): number {
    this.#struct.#start ??= this.slot();
    return this.#struct.#start;
  }

  /** The items of a struct inside of this one. */
  struct(items: readonly Item[], path: string): Step[] {
    return new Scope(this.#compile, this).own(items, path);
  }

  /** The items of the struct that this scope is for. */
  own(items: readonly Item[], path: string): Step[] {
    const steps = this.#compile(items, this, path);
    const start = this.#start;
    if (start === undefined) return steps;
    const mark: Step = (cursor, _, slots) => {
      slots[start] = cursor.at;
      return true;
    };
    return [mark, ...steps];
  }

  /** Items that stand in the same struct, where a value has them there. */
  branch(items: readonly Item[], path: string): Step[] {
    return this.#compile(items, new Scope(this.#compile, this, true), path);
  }
}

export function run(steps: readonly Step[], cursor: Cursor, into: Field[], slots: number[]): boolean {
  for (const step of steps) if (!step(cursor, into, slots)) return false;
  return true;
}

/** What a length or count is while bytes are read; below zero where the integer is less than what is taken from it. */
export function counted(length: Length, scope: Scope, path: string): (cursor: Cursor, slots: number[]) => number {
  const { fixed, slot, times, add } = lengthParts(length, scope, path);
  if (fixed !== undefined) return () => fixed;
  if (slot < 0) return (cursor) => cursor.end - cursor.at;
  return (_, slots) => slots[slot]! * times + add;
}

export interface LengthParts {
  readonly fixed: number | undefined;
  /** Below zero for what has all that is left. */
  readonly slot: number;
  readonly times: number;
  readonly add: number;
}

/** What a length is made of. */
export function lengthParts(length: Length, scope: Scope, path: string): LengthParts {
  if (typeof length === 'number') return { fixed: length, slot: -1, times: 1, add: 0 };
  if (length === 'rest') return { fixed: undefined, slot: -1, times: 1, add: 0 };
  return { fixed: undefined, slot: scope.find(length.ref, path), ...factors(length, path) };
}

/** Throws for a factor that no integer can be multiplied by. */
function factors({ times = 1, less = 0, plus = 0 }: Ref, path: string): { readonly times: number; readonly add: number } {
  if (!Number.isSafeInteger(times) || times < 1)
    throw new Error(`layout: "times" of ${path} is ${times}, not an integer from 1 on`);
  return { times, add: plus - less };
}
