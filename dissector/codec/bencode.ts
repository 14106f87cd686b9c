/**
 * Bencode (BEP 3): integers `i7e`, byte strings `3:abc`, lists `l…e`, dictionaries `d…e` whose keys are byte strings in ascending order.
 * A layout says what the values of known keys are; keys that it does not know are fields, too.
 */
import { defaultLimits, type Field, type Limits, malformed, tooShort } from '../bytes/index.ts';
import { type Decoded, undecoded } from './cursor.ts';
import type { Fresh } from './fresh.ts';
import type { StructItem } from './layout.ts';
import { compileStruct, type StructDecoder } from './struct.ts';
import { ValueReader } from './valuereader.ts';

export type BencodeType =
  | { readonly kind: 'int' | 'text' | 'any' }
  /** `length`: how many bytes there have to be, for whoever reads; more or fewer are decoded as they are. */
  | { readonly kind: 'bytes'; readonly length?: number }
  | { readonly kind: 'list'; readonly element: BencodeType }
  | { readonly kind: 'dict'; readonly entries: readonly BencodeEntry[] }
  /** Structs one after the other in a byte string: `one` of them, or as many as fit. */
  | { readonly kind: 'packed'; readonly item: StructItem; readonly one?: true };

/** A key of a dictionary: its name on the wire and in trees. */
export interface BencodeEntry {
  readonly name: string;
  readonly doc: string;
  readonly type: BencodeType;
  /** What is new in it in each run, by nature (`fresh`). */
  readonly fresh?: Fresh;
}

/** Makes layouts of bencode. */
export const bencode = {
  int: { kind: 'int' },
  text: { kind: 'text' },
  any: { kind: 'any' },
  bytes: (length?: number): BencodeType => (length === undefined ? { kind: 'bytes' } : { kind: 'bytes', length }),
  list: (element: BencodeType): BencodeType => ({ kind: 'list', element }),
  dict: (entries: readonly BencodeEntry[]): BencodeType & { readonly kind: 'dict' } => ({ kind: 'dict', entries }),
  entry: (name: string, doc: string, type: BencodeType): BencodeEntry => ({ name, doc, type }),
  /** Structs one after the other in a byte string. */
  packed: (item: StructItem): BencodeType => ({ kind: 'packed', item }),
  /** One struct in a byte string. */
  packedOne: (item: StructItem): BencodeType => ({ kind: 'packed', item, one: true }),
} as const satisfies Readonly<Record<string, BencodeType | ((...given: never[]) => BencodeType | BencodeEntry)>>;

/** Digits of an integer that are read; longer ones are malformed. */
const MOST_DIGITS = 40;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const decoders = new WeakMap<StructItem, StructDecoder>();

/**
 * The value of `bytes[start, end)`, a dictionary say. Never throws: what is no bencode ends it with a Problem, and what was read before
 * stays. Limits `depth` and `fields`.
 */
export function decodeBencode(
  name: string,
  type: BencodeType,
  bytes: Uint8Array,
  source = 0,
  start = 0,
  end: number = bytes.length,
  limits: Limits = defaultLimits,
): Decoded {
  return new Reader(bytes, source, start, end, limits).whole(name, type);
}

class Reader extends ValueReader<BencodeType> {
  value(name: string, doc: string, type: BencodeType, depth: number): Field | undefined {
    if (!this.counts(name, depth, 'bencode')) return undefined;
    const first = this.bytes[this.at];
    if (this.at >= this.end) return this.fail(tooShort(name, 1, 0, this.at, name));
    if (first === 0x69) return this.#integer(name, doc);
    if (first === 0x6c) return this.#list(name, doc, type.kind === 'list' ? type.element : bencode.any, depth);
    if (first === 0x64) return this.#dict(name, doc, type.kind === 'dict' ? type.entries : [], depth);
    return this.#string(name, doc, type);
  }

  /** Digits up to a byte that ends them, which is taken, too. */
  #until(stop: number, most: number, name: string): string | undefined {
    for (let at = this.at; at < this.end && at - this.at <= most; at++) {
      const byte = this.bytes[at]!;
      const isDigit = (byte >= 0x30 && byte <= 0x39) || byte === 0x2d;
      if (!isDigit && byte !== stop) return this.fail(malformed(`${name} is no bencode`, this.at, name));
      if (byte !== stop) continue;
      const text = String.fromCharCode(...this.bytes.subarray(this.at, at));
      this.at = at + 1;
      return text;
    }
    if (this.end - this.at <= most) return this.fail(tooShort(name, this.end - this.at + 1, this.end - this.at, this.at, name));
    return this.fail(malformed(`${name} is no bencode`, this.at, name));
  }

  #integer(name: string, doc: string): Field | undefined {
    const start = ++this.at;
    const digits = this.#until(0x65, MOST_DIGITS, name);
    if (digits === undefined) return undefined;
    if (!/^-?\d+$/.test(digits)) return this.fail(malformed(`${name} is no integer`, start, name));
    const whole = BigInt(digits);
    const value = Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
    return { name, kind: 'value', value, doc, source: this.source, start, end: this.at - 1 };
  }

  /** The content of a byte string. */
  #content(name: string): { readonly start: number; readonly end: number } | undefined {
    const at = this.at;
    const digits = this.#until(0x3a, 10, name);
    if (digits === undefined) return undefined;
    if (!/^\d+$/.test(digits)) {
      this.at = at;
      return this.fail(malformed(`${name} is no bencode`, at, name));
    }
    const [start, length] = [this.at, Number(digits)];
    if (length > this.end - start) return this.fail(tooShort(name, length, this.end - start, start, name));
    this.at = start + length;
    return { start, end: this.at };
  }

  #string(name: string, doc: string, type: BencodeType): Field | undefined {
    const content = this.#content(name);
    if (content === undefined) return undefined;
    const { start, end } = content;
    const raw = this.bytes.subarray(start, end);
    if (type.kind === 'packed') return this.#packed(name, doc, type.item, type.one === true, start, end);
    const field: Field = { name, kind: 'value', value: raw, doc, source: this.source, start, end };
    if (type.kind !== 'text') return field;
    try {
      return { ...field, value: utf8.decode(raw) };
    } catch {
      return { ...field, value: lenient.decode(raw), raw, problem: malformed('the text is not UTF-8', start, name) };
    }
  }

  #packed(name: string, doc: string, item: StructItem, isOne: boolean, start: number, end: number): Field {
    const decode = decoders.get(item) ?? compileStruct(item);
    decoders.set(item, decode);
    const children: Field[] = [];
    let at = start;
    while (at < end && (!isOne || children.length === 0)) {
      if (++this.counted > this.limits.fields) break;
      const one = decode(this.bytes, this.source, at, end, this.limits);
      if (one.problem !== undefined || one.end === at) break;
      children.push(one.field);
      at = one.end;
    }
    if (isOne && at === end && children.length === 1) return { ...children[0]!, name, doc };
    if (at < end) children.push(undecoded(this.bytes, this.source, at, end, `Bytes that are no ${item.name}.`));
    const field: Field = { name, kind: isOne ? 'struct' : 'list', doc, source: this.source, start, end, children };
    return at < end ? { ...field, problem: malformed(`${end - at} bytes are no ${item.name}`, at, name) } : field;
  }

  #list(name: string, doc: string, element: BencodeType, depth: number): Field {
    const field: Field = {
      ...{ name, kind: 'list', doc, source: this.source, start: this.at, end: this.at },
      ...{ children: [], punctuated: true },
    };
    this.at++;
    while (this.#isInside(name)) {
      const child = this.value('item', '', element, depth + 1);
      if (child === undefined) break;
      field.children!.push(child);
    }
    field.end = this.at;
    return field;
  }

  #dict(name: string, doc: string, entries: readonly BencodeEntry[], depth: number): Field {
    const field: Field = {
      ...{ name, kind: 'struct', doc, source: this.source, start: this.at, end: this.at },
      ...{ children: [], punctuated: true },
    };
    this.at++;
    while (this.#isInside(name)) {
      const key = this.#content(`a key of ${name}`);
      if (key === undefined) break;
      const text = lenient.decode(this.bytes.subarray(key.start, key.end));
      const entry = entries.find((each) => each.name === text);
      const child = this.value(text, entry?.doc ?? '', entry?.type ?? bencode.any, depth + 1);
      if (child === undefined) break;
      field.children!.push(child);
    }
    field.end = this.at;
    return field;
  }

  /** Whether another value follows; takes the end. */
  #isInside(name: string): boolean {
    if (this.problem !== undefined) return false;
    if (this.at >= this.end) {
      this.fail({ ...tooShort(name, 1, 0, this.at, name), text: `${name} ends without its "e"` });
      return false;
    }
    if (this.bytes[this.at] !== 0x65) return true;
    this.at++;
    return false;
  }
}
