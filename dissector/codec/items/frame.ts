import { measureOf } from '../fieldkind.ts';
import type { Item, Ref } from '../layout.ts';
import { type Encodable, type FieldValues, isFieldValues } from '../values.ts';

/** What each kind does when it is encoded; given down, since items that hold others cannot know the kinds of all. */
export interface Writers {
  write(item: Item, frame: Frame): void;
  names(item: Item): readonly string[];
  measure(item: Item, name: string, frame: Frame): number | undefined;
  part(item: Item, name: string, frame: Frame): number | undefined;
}

/** One struct that is being encoded: the values that are given for it, and where its items came to stand. */
export class Frame {
  readonly values: FieldValues;
  readonly out: number[];
  readonly path: string;
  /** Where the struct begins in `out`. */
  readonly start: number;
  readonly #items: readonly Item[];
  readonly #writers: Writers;
  readonly #outer: Frame | undefined;
  readonly #places = new Map<string, readonly [start: number, end: number]>();
  readonly #last: (() => void)[] = [];
  readonly #parts = new Map<Item, readonly number[]>();

  constructor(writers: Writers, items: readonly Item[], values: FieldValues, out: number[], path: string, outer?: Frame) {
    this.#writers = writers;
    this.#items = items;
    this.values = values;
    this.out = out;
    this.path = path;
    this.#outer = outer;
    this.start = out.length;
  }

  /** Writes all items, and then what only the whole struct tells. */
  writeAll(): void {
    this.write(this.#items);
    for (const each of this.#last) each();
  }

  /** Items of the struct itself. */
  write(items: readonly Item[]): void {
    for (const item of items) {
      const from = this.out.length;
      this.#writers.write(item, this);
      for (const name of this.#writers.names(item)) this.#places.set(name, [from, this.out.length]);
    }
  }

  /** Items of a struct inside of this one; bytes stand as they are. */
  writeStruct(items: readonly Item[], value: Encodable | undefined, name: string, out = this.out): void {
    const path = this.at(name);
    if (value instanceof Uint8Array) {
      this.push(value, out);
      return;
    }
    if (!isFieldValues(value)) throw new TypeError(`${path}: expected its fields by name`);
    new Frame(this.#writers, items, value, out, path, this).writeAll();
  }

  /** What `name`, an integer of this struct, has to be for an item of a struct inside of it. */
  measuredIn(items: readonly Item[], value: Encodable | undefined, inner: string, name: string): number | undefined {
    const isOwn = items.some((item) => this.#writers.names(item).includes(name));
    if (isOwn || !isFieldValues(value)) return undefined;
    return new Frame(this.#writers, items, value, [], this.at(inner), this).measured(name);
  }

  /** One item with a value of its own: an element of a list. */
  writeElement(item: Item & { readonly name: string }, value: Encodable, name: string): void {
    new Frame(this.#writers, [item], { [item.name]: value }, this.out, this.at(name), this).writeAll();
  }

  /** The bytes of an item, made once: it is measured before it is written. */
  part(item: Item, make: () => readonly number[]): readonly number[] {
    const known = this.#parts.get(item) ?? make();
    this.#parts.set(item, known);
    return known;
  }

  push(bytes: Iterable<number>, out = this.out): void {
    for (const byte of bytes) out.push(byte);
  }

  /** Waits until every item is written. */
  last(run: () => void): void {
    this.#last.push(run);
  }

  /** Where an item of this struct came to stand. */
  place(name: string): readonly [start: number, end: number] | undefined {
    return this.#places.get(name);
  }

  at(name: string): string {
    return `${this.path}.${name}`;
  }

  /** The value of an integer, bit field or flag of this or an enclosing struct; NaN where none is given. */
  number(name: string): number {
    const value = this.values[name];
    // A varint may be given as its bytes, which say more than its value.
    if (value instanceof Uint8Array) return value.reduceRight((sum, byte) => sum * 128 + (byte & 127), 0);
    if (value !== undefined && !isFieldValues(value)) return Number(value);
    for (const item of this.#items) {
      const part = this.#writers.part(item, name, this);
      if (part !== undefined) return part;
    }
    return this.#outer?.number(name) ?? Number.NaN;
  }

  /** The size or count that an integer stands for which was left out. */
  measured(name: string, items = this.#items): number | undefined {
    for (const item of items) {
      const found = this.#writers.measure(item, name, this);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** What an integer is that counts `size`; undefined where a length does not refer to it. */
export function measure(length: unknown, name: string, path: string, size: () => number): number | undefined {
  if (typeof length !== 'object' || length === null || (length as Ref).ref !== name) return undefined;
  const had = size();
  const value = measureOf(length as Ref, had);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${path}: no value of "${name}" stands for ${had}`);
  return value;
}
