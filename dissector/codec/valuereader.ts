import { type Field, type Limits, malformed, overLimit, type Problem } from '../bytes/index.ts';
import type { Decoded } from './cursor.ts';

/** Reads encodings whose values say themselves what they are (bencode, CBOR): where it stands, what it has counted, its first problem. */
export abstract class ValueReader<Type> {
  at: number;
  problem: Problem | undefined;
  protected readonly bytes: Uint8Array;
  protected readonly source: number;
  protected readonly end: number;
  protected readonly limits: Limits;
  /** Values so far. */
  protected counted = 0;

  constructor(bytes: Uint8Array, source: number, start: number, end: number, limits: Limits) {
    this.bytes = bytes;
    this.source = source;
    this.at = start;
    this.end = end;
    this.limits = limits;
  }

  /** The next value; undefined where there is none, and `problem` says why. */
  abstract value(name: string, doc: string, type: Type, depth: number): Field | undefined;

  /** One value and no more. */
  whole(name: string, type: Type): Decoded {
    const start = this.at;
    const field = this.value(name, '', type, 0) ?? { name, kind: 'struct', source: this.source, start, end: start, children: [] };
    if (this.problem === undefined && this.at < this.end)
      this.problem = malformed(`${this.end - this.at} bytes follow the value`, this.at);
    return { field, end: this.at, ...(this.problem === undefined ? {} : { problem: this.problem }) };
  }

  /** Counts a value; false beyond the limits `depth` and `fields`. `encoding`: its name, for the sentence. */
  protected counts(name: string, depth: number, encoding: string): boolean {
    const { depth: most, fields } = this.limits;
    if (depth > most) this.fail(overLimit('depth', most, depth, `nesting of ${encoding}`, this.at, name));
    else if (++this.counted > fields) this.fail(overLimit('fields', fields, this.counted, name, this.at, name));
    else return true;
    return false;
  }

  /** The first problem counts. */
  protected fail(problem: Problem): undefined {
    this.problem ??= problem;
    return undefined;
  }
}
