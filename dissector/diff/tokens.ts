import { sha256 } from '@noble/hashes/sha2.js';
import { mapKey } from '../bytes/index.ts';
import { type ComparedValue, isNothing } from './content.ts';
import { nameOf } from './renaming.ts';
import type { Mark, Shape } from './shape.ts';

/** What the marks of messages of one structure are of, in their order. */
export type MarkForms = readonly { readonly path: string; readonly name: string; readonly history: Mark['history'] }[];

/** Of a name its number, undefined for nothing; of a sequence the number itself, undefined for what is none. */
export type MarkValue = number | bigint | undefined;

/** Characters of values, and of structures, that are kept as they are: of longer ones a digest is. */
const SHORT_VALUES = 64;
const SHORT_STRUCTURE = 10_000;
const MOST_STRUCTURES = 10_000;
/** Bytes of a digest that tell texts apart. */
const DIGEST = 16;

const utf8 = new TextEncoder();

interface Structure {
  readonly number: number;
  readonly forms: MarkForms;
}

/** Numbers for what messages are made of, the same for both sides of a comparison. */
export class Tokens {
  readonly #kinds = new Map<string, number>();
  readonly #structures = new Map<string, Structure>();
  readonly #shapes = new Map<string, number>();
  readonly #names = new Map<string, number>();

  kind(name: string): number {
    return numberOf(this.#kinds, name);
  }

  /** `beside`: what else tells messages of one shape apart. */
  shape(beside: string, { structure, values, marks }: Shape): { readonly shape: number; readonly forms: MarkForms } {
    const { key, forms } = this.#structure(`${beside} ${structure}`, marks);
    return { shape: numberOf(this.#shapes, `${key} ${shortened(values)}`), forms };
  }

  /** Of a field in one conversation of its side. */
  mark(history: Mark['history'], value: ComparedValue | undefined, conversation: number): MarkValue {
    if (history === 'sequence') return integer(value);
    return isNothing(value) ? undefined : numberOf(this.#names, nameOf(value, conversation));
  }

  #structure(text: string, marks: readonly Mark[]): { readonly key: number | string; readonly forms: MarkForms } {
    const known = this.#structures.get(text);
    if (known !== undefined) return { key: known.number, forms: known.forms };
    const forms = marks.map(({ content: { path, name }, history }) => ({ path, name, history }));
    // Whoever has a structure of their own in each message would fill the memory.
    if (this.#structures.size >= MOST_STRUCTURES || text.length > SHORT_STRUCTURE) return { key: digestOf(text), forms };
    const made = { number: this.#structures.size, forms };
    this.#structures.set(text, made);
    return { key: made.number, forms };
  }
}

function numberOf(numbers: Map<string, number>, text: string): number {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  numbers.set(text, numbers.size);
  return numbers.size - 1;
}

function shortened(text: string): string {
  return text.length <= SHORT_VALUES ? text : digestOf(text);
}

/** Begins as no short text and no number does. */
function digestOf(text: string): string {
  return `#${mapKey(sha256(utf8.encode(text)).subarray(0, DIGEST))}`;
}

function integer(value: ComparedValue | undefined): bigint | number | undefined {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)) ? value : undefined;
}
