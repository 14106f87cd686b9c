import { type Check, type Field, type Problem, tooShort, type Value } from '../bytes/index.ts';
import { u16, u32 } from './read.ts';

/** What a header field may carry beside its value. */
export interface Note {
  readonly text?: string;
  readonly check?: Check;
  readonly problem?: Problem;
}

/**
 * Builds the field of one header, child by child: each takes the next bytes, so ranges have neither gaps nor overlaps. When
 * the captured bytes run out, what is left becomes an undecoded field with a Problem and later children are not made.
 */
export class HeaderFields {
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly field: Field;
  /** Offset of the next child. */
  at: number;
  private readonly children: Field[] = [];
  private readonly limit: number;

  /** `limit` is where the bytes end that may belong to the header. */
  constructor(bytes: Uint8Array, source: number, name: string, doc: string, start: number, limit: number) {
    this.bytes = bytes;
    this.source = source;
    this.at = start;
    this.limit = Math.max(start, Math.min(limit, bytes.length));
    this.field = { name, kind: 'struct', source, start, end: start, children: this.children, doc };
  }

  /** No further header byte can be read. */
  get cut(): boolean {
    return this.field.problem !== undefined;
  }

  u8(name: string, doc: string, note?: Note): number {
    return this.has(name, 1) ? (this.add(name, 1, this.bytes[this.at], doc, note) as number) : 0;
  }

  u16(name: string, doc: string, note?: Note): number {
    return this.has(name, 2) ? (this.add(name, 2, u16(this.bytes, this.at), doc, note) as number) : 0;
  }

  u32(name: string, doc: string, note?: Note): number {
    return this.has(name, 4) ? (this.add(name, 4, u32(this.bytes, this.at), doc, note) as number) : 0;
  }

  /** `length` bytes; `text` gets the bytes and their offset, once they are known to be there. */
  take(name: string, length: number, doc: string, text?: (bytes: Uint8Array, at: number) => string): void {
    if (length <= 0 || !this.has(name, length)) return;
    const { at } = this;
    this.add(
      name,
      length,
      this.bytes.slice(at, at + length),
      doc,
      text === undefined ? undefined : { text: text(this.bytes, at) },
    );
  }

  /** An address: its text is its value too, as a filter compares it. */
  address(name: string, length: number, doc: string, text: (bytes: Uint8Array, at: number) => string): void {
    if (this.has(name, length)) this.add(name, length, text(this.bytes, this.at), doc, undefined);
  }

  /** A child that was built elsewhere; it begins at `at`. */
  nest(child: Field): void {
    this.children.push(child);
    this.at = child.end;
    if (child.problem !== undefined && this.field.problem === undefined) this.field.problem = child.problem;
    this.field.end = this.at;
  }

  /** The last child made. */
  get last(): Field {
    return this.children[this.children.length - 1];
  }

  /** Everything up to `end` (or the captured end) that no other child holds. */
  rest(end: number, name = 'undecoded', doc = 'Bytes that are not decoded'): void {
    const stop = Math.min(end, this.limit);
    if (stop > this.at) this.push(name, stop - this.at, this.bytes.slice(this.at, stop), doc, undefined);
  }

  fail(problem: Problem): void {
    this.field.problem ??= problem;
  }

  done(text?: string): Field {
    if (text !== undefined) this.field.text = text;
    this.field.end = this.at;
    return this.field;
  }

  private has(name: string, length: number): boolean {
    if (this.cut) return false;
    const had = this.limit - this.at;
    if (had >= length) return true;
    this.field.problem = tooShort(name.replaceAll('_', ' '), length, had, this.at, `${this.field.name}.${name}`);
    this.rest(this.limit);
    return false;
  }

  private add(name: string, length: number, value: Value, doc: string, note: Note | undefined): Value {
    this.push(name, length, value, doc, note);
    return value;
  }

  private push(name: string, length: number, value: Value, doc: string, note: Note | undefined): void {
    const { source, at } = this;
    const undecoded = name === 'undecoded' ? { json: false as const } : {};
    this.children.push({ name, kind: 'value', value, source, start: at, end: at + length, doc, ...undecoded, ...note });
    this.at += length;
    this.field.end = this.at;
  }
}

/** A root field for bytes that no layer decodes. */
export function undecodedField(
  bytes: Uint8Array,
  source: number,
  start: number,
  end: number,
  name = 'undecoded',
  doc?: string,
): Field {
  const text = `${end - start} byte${end - start === 1 ? '' : 's'}`;
  const value = bytes.slice(start, end);
  return { name, kind: 'value', value, text, source, start, end, doc: doc ?? 'Bytes that are not decoded', json: false };
}
