import { defaultLimits, type Field, type Limits, malformed, overLimit, tooShort } from '../bytes/index.ts';
import { type CborEntry, type CborType, cbor } from './cborlayout.ts';
import { ARRAY, BIGNUM, BYTES, isReserved, keyName, MAP, NEGATIVE, NEGATIVE_BIGNUM, TAG, TEXT, UNSIGNED } from './cborwire.ts';
import type { Decoded } from './cursor.ts';
import { fromHalf } from './half.ts';
import { ValueReader } from './valuereader.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const BREAK = 0xff;
/** Bytes of integers that are shown as such: arithmetic on longer ones takes the square of their length. */
const MOST_BIGNUM = 64;

/**
 * The value of `bytes[start, end)`, one data item (RFC 8949). Never throws: what is not well-formed ends it with a Problem, and what was read
 * before stays. Limits `depth` and `fields`.
 */
export function decodeCbor(
  name: string,
  type: CborType,
  bytes: Uint8Array,
  source = 0,
  start = 0,
  end: number = bytes.length,
  limits: Limits = defaultLimits,
): Decoded {
  return new Reader(bytes, source, start, end, limits).whole(name, type);
}

interface Head {
  readonly start: number;
  readonly major: number;
  /** The low five bits: where the argument stands. */
  readonly info: number;
  readonly argument: number | bigint;
}

class Reader extends ValueReader<CborType> {
  value(name: string, doc: string, type: CborType, depth: number): Field | undefined {
    if (!this.counts(name, depth, 'CBOR')) return undefined;
    const head = this.#head(name);
    if (head === undefined) return undefined;
    const field: Field = { name, kind: 'value', doc, source: this.source, start: head.start, end: this.at };
    switch (head.major) {
      case UNSIGNED:
      case NEGATIVE:
        field.value = integerValue(head, type);
        return field;
      case BYTES:
      case TEXT:
        return this.#string(field, head);
      case ARRAY:
        return this.#array(field, head, type.kind === 'list' ? type.element : cbor.any, depth);
      case MAP:
        return this.#map(field, head, type.kind === 'map' ? type.entries : [], depth);
      case TAG:
        return this.#tag(field, head, type, depth);
      default:
        return this.#simple(field, head, type);
    }
  }

  /** The first byte of an item and its argument, of which lengths beyond 2^53 are none that a capture has. */
  #head(name: string): Head | undefined {
    const start = this.at;
    if (start >= this.end) return this.fail(tooShort(name, 1, 0, start, name));
    const first = this.bytes[start]!;
    const [major, info] = [first >> 5, first & 31];
    const isIndefinite = info === 31 && [BYTES, TEXT, ARRAY, MAP].includes(major);
    if (info >= 28 && !isIndefinite)
      return this.fail(malformed(`${name} begins with 0x${first.toString(16)}, which begins no item`, start, name));
    const size = info < 24 || isIndefinite ? 0 : 2 ** (info - 24);
    if (size > this.end - start - 1) return this.fail(tooShort(name, size + 1, this.end - start, start, name));
    let argument: number | bigint = size === 0 ? info : 0;
    for (let i = 1; i <= size; i++)
      argument =
        size === 8 ? (BigInt(argument) << 8n) | BigInt(this.bytes[start + i]!) : Number(argument) * 256 + this.bytes[start + i]!;
    if (argument <= Number.MAX_SAFE_INTEGER) argument = Number(argument);
    this.at = start + 1 + size;
    return { start, major, info, argument };
  }

  /** Takes the content of a string of definite length. */
  #content(name: string, length: number | bigint): Uint8Array | undefined {
    const had = this.end - this.at;
    if (length > had) return this.fail(tooShort(name, Number(length), had, this.at, name));
    const content = this.bytes.subarray(this.at, this.at + Number(length));
    this.at += content.length;
    return content;
  }

  #string(field: Field, { major, info, argument }: Head): Field | undefined {
    const content = info === 31 ? this.#chunks(field.name, major) : this.#content(field.name, argument);
    if (content === undefined) return undefined;
    field.end = this.at;
    field.value = content;
    if (major === BYTES) return field;
    try {
      field.value = utf8.decode(content);
    } catch {
      field.value = lenient.decode(content);
      field.problem = malformed('the text is not UTF-8', field.start, field.name);
    }
    return field;
  }

  /** The chunks of a string of indefinite length: strings of the same kind, each with its length. */
  #chunks(name: string, major: number): Uint8Array | undefined {
    const chunks: Uint8Array[] = [];
    while (this.#isInside(name)) {
      const head = this.#head(name);
      if (head === undefined) return undefined;
      if (head.major !== major || head.info === 31)
        return this.fail(malformed(`a chunk of ${name} is no string of its kind`, head.start, name));
      const { fields } = this.limits;
      if (++this.counted > fields) return this.fail(overLimit('fields', fields, this.counted, name, head.start, name));
      const chunk = this.#content(name, head.argument);
      if (chunk === undefined) return undefined;
      chunks.push(chunk);
    }
    const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return this.problem === undefined ? whole : undefined;
  }

  /** Whether another part of an item of indefinite length follows; takes the break. */
  #isInside(name: string): boolean {
    if (this.problem !== undefined) return false;
    if (this.at >= this.end) {
      this.fail({ ...tooShort(name, 1, 0, this.at, name), text: `${name} ends without its break` });
      return false;
    }
    if (this.bytes[this.at] !== BREAK) return true;
    this.at++;
    return false;
  }

  /** Whether element `index` of a container follows. */
  #has({ info, argument }: Head, index: number, name: string): boolean {
    return info === 31 ? this.#isInside(name) : this.problem === undefined && index < argument;
  }

  #array(field: Field, head: Head, element: CborType, depth: number): Field {
    const children: Field[] = [];
    for (let i = 0; this.#has(head, i, field.name); i++) {
      const child = this.value('item', '', element, depth + 1);
      if (child !== undefined) children.push(child);
    }
    return { ...field, kind: 'list', end: this.at, children, punctuated: true };
  }

  #map(field: Field, head: Head, entries: readonly CborEntry[], depth: number): Field {
    const pairs: { readonly key: Field; readonly value: Field; readonly name: string | undefined }[] = [];
    for (let i = 0; this.#has(head, i, field.name); i++) {
      const key = this.value('key', '', cbor.any, depth + 1);
      if (key === undefined) break;
      const name = key.kind === 'value' && key.problem === undefined ? keyName(key.value, entries) : undefined;
      const entry = entries.find((each) => each.name === name);
      const value = this.value(name ?? 'value', entry?.doc ?? '', entry?.type ?? cbor.any, depth + 1);
      if (value === undefined) break;
      pairs.push({ key, value, name });
    }
    const names = new Set(pairs.map(({ name }) => name));
    const isNamed = names.size === pairs.length && !names.has(undefined) && !isReserved([...names] as string[]);
    const base: Field = { ...field, kind: 'struct', end: this.at, punctuated: true };
    if (isNamed) return { ...base, children: pairs.map(({ value }) => value) };
    const list = pairs.map(({ key, value }): Field => {
      const children = [key, { ...value, name: 'value' }];
      return { name: 'entry', kind: 'struct', source: this.source, start: key.start, end: value.end, children };
    });
    const [start, end] = [list[0]?.start ?? this.at, list.at(-1)?.end ?? this.at];
    return { ...base, children: [{ name: 'entries', kind: 'list', source: this.source, start, end, children: list }] };
  }

  #tag(field: Field, { argument, start }: Head, type: CborType, depth: number): Field | undefined {
    const tag: Field = { name: 'tag', kind: 'value', value: argument, source: this.source, start, end: this.at };
    const value = this.value('value', '', type, depth + 1);
    if (value === undefined) return undefined;
    const end = this.at;
    const isBignum = argument === BIGNUM || argument === NEGATIVE_BIGNUM;
    const bytes = isBignum && value.value instanceof Uint8Array ? value.value : new Uint8Array(0);
    // Fewer than nine bytes, or zeros before them, are an integer that has a shorter form.
    if (bytes.length > 8 && bytes.length <= MOST_BIGNUM && bytes[0] !== 0) {
      const size = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      return { ...field, value: argument === BIGNUM ? size : -1n - size, end };
    }
    return { ...field, kind: 'struct', end, children: [tag, value] };
  }

  /** A float, true, false, null, or another simple value. */
  #simple(field: Field, { info, argument, start }: Head, type: CborType): Field | undefined {
    if (info >= 25) {
      const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + start + 1);
      const value = info === 25 ? fromHalf(view.getUint16(0)) : info === 26 ? view.getFloat32(0) : view.getFloat64(0);
      // Without a layout that says so, nothing would tell it from the integer.
      const isClear = type.kind === 'float' || !Number.isSafeInteger(value) || Object.is(value, -0);
      return isClear ? { ...field, value } : this.#wrapped(field, 'float', value);
    }
    if (info === 24 && argument < 32) return this.fail(malformed(`simple value ${argument} in two bytes`, start, field.name));
    if (argument === 20 || argument === 21) return { ...field, value: argument === 21 };
    return argument === 22 ? { ...field, value: null } : this.#wrapped(field, 'simple', Number(argument));
  }

  #wrapped(field: Field, name: string, value: number): Field {
    const { source, start, end } = field;
    return { ...field, kind: 'struct', children: [{ name, kind: 'value', value, source, start, end }] };
  }
}

function integerValue({ major, argument }: Head, type: CborType): number | bigint {
  const whole = major === NEGATIVE ? -1n - BigInt(argument) : argument;
  const value = typeof whole === 'bigint' && Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  // An integer where a layout has a float stays one.
  return type.kind === 'float' ? BigInt(value) : value;
}
