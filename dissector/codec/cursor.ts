import { type Field, type Limits, malformed, overLimit, type Problem, tooShort } from '../bytes/index.ts';

/**
 * The place of one decode: bytes being read, the Source they belong to, and the first problem met. A decoder that meets a
 * problem sets it and stops; every field that was open then ends where reading stopped, so ranges keep no gap.
 */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly source: number;
  at: number;
  /** Where the bytes that may be read end: those of the decode, or of a part that tells its own length. */
  end: number;
  problem: Problem | undefined;
  readonly limits: Limits;
  #fields = 0;

  constructor(bytes: Uint8Array, source: number, at: number, end: number, limits: Limits) {
    this.limits = limits;
    this.bytes = bytes;
    this.source = source;
    this.at = at;
    this.end = end;
  }

  /** True when `length` bytes are left; else sets the problem. */
  has(length: number, path: string, claimedBy?: string): boolean {
    if (length >= 0 && length <= this.end - this.at) return true;
    if (length < 0) {
      const by = claimedBy === undefined ? '' : `, as "${claimedBy}" says`;
      this.problem = malformed(`${path} has ${length} bytes${by}`, this.at, path);
      return false;
    }
    this.problem = tooShort(path, length, this.end - this.at, this.at, path, claimedBy);
    return false;
  }

  /** Counts one more field of this message against the limit `fields`. */
  count(path: string): boolean {
    if (++this.#fields <= this.limits.fields) return true;
    this.problem = overLimit('fields', this.limits.fields, this.#fields, path, this.at, path);
    return false;
  }

  uint(size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.bytes[this.at + i]!;
    return value;
  }
}

/** What a decode gives: the tree, where it stopped, and why, when that was not the end. */
export interface Decoded {
  readonly field: Field;
  readonly end: number;
  readonly problem?: Problem;
}

/** A field for bytes that no layout claims; they stay visible and keep the ranges without gaps. */
export function undecoded(bytes: Uint8Array, source: number, start: number, end: number, doc: string): Field {
  return { name: 'undecoded', kind: 'value', value: bytes.subarray(start, end), source, start, end, doc, json: false };
}
