import { addressText, defaultLimits, type Field, type Limits, malformed } from '../bytes/index.ts';
import { Cursor, type Decoded } from './cursor.ts';
import type { BitsItem, BytesItem, CaseItem, FloatItem, Item, ListItem, StructItem, UintItem, VarintItem } from './layout.ts';

/** Reads one item into `into`; false when it met a problem (then the cursor holds it). */
type Step = (cursor: Cursor, into: Field[], slots: number[]) => boolean;

/** Names of the integers that later items may refer to, each with its place among the slots of a decode. */
class Scope {
  readonly #names = new Map<string, number>();
  readonly #outer: Scope | undefined;
  readonly #counter: { slots: number };

  constructor(outer?: Scope) {
    this.#outer = outer;
    this.#counter = outer === undefined ? { slots: 0 } : outer.#counter;
  }

  declare(name: string): number {
    const slot = this.#counter.slots++;
    this.#names.set(name, slot);
    return slot;
  }

  /** Throws for a name that no earlier item declares: a mistake in the layout, found when it is built. */
  find(name: string, by: string): number {
    const slot = this.#names.get(name) ?? this.#outer?.findOrNothing(name);
    if (slot === undefined) throw new Error(`layout: "${by}" refers to "${name}", which no earlier integer is called`);
    return slot;
  }

  findOrNothing(name: string): number | undefined {
    return this.#names.get(name) ?? this.#outer?.findOrNothing(name);
  }
}

export type StructDecoder = (bytes: Uint8Array, source?: number, start?: number, end?: number, limits?: Limits) => Decoded;

/**
 * Compiles a layout to a decoder. The decoder never throws: what does not fit ends it with a Problem, and every field
 * that was read before stays in the tree. Bytes after the layout are not touched; `end` tells where it stopped.
 */
export function compileStruct(layout: StructItem): StructDecoder {
  const steps = compileItems(layout.items, new Scope(), layout.name);
  const { name, doc } = layout;
  return (bytes, source = 0, start = 0, end = bytes.length, limits = defaultLimits) => {
    const cursor = new Cursor(bytes, source, start, end, limits);
    const children: Field[] = [];
    run(steps, cursor, children, []);
    const field: Field = { name, kind: 'struct', doc, source, start, end: cursor.at, children };
    return cursor.problem === undefined ? { field, end: cursor.at } : { field, end: cursor.at, problem: cursor.problem };
  };
}

function run(steps: readonly Step[], cursor: Cursor, into: Field[], slots: number[]): boolean {
  for (const step of steps) if (!step(cursor, into, slots)) return false;
  return true;
}

function compileItems(items: readonly Item[], scope: Scope, path: string): Step[] {
  return items.map((item) => compileItem(item, scope, path));
}

function compileItem(item: Item, scope: Scope, path: string): Step {
  switch (item.kind) {
    case 'uint':
      return uintStep(item, scope, `${path}.${item.name}`);
    case 'varint':
      return varintStep(item, scope, `${path}.${item.name}`);
    case 'float':
      return floatStep(item, `${path}.${item.name}`);
    case 'bits':
      return bitsStep(item, scope, path);
    case 'bytes':
      return bytesStep(item, scope, `${path}.${item.name}`);
    case 'struct':
      return structStep(item, scope, `${path}.${item.name}`);
    case 'list':
      return listStep(item, scope, `${path}.${item.name}`);
    case 'case':
      return caseStep(item, scope, path);
  }
}

function uintStep(item: UintItem, scope: Scope, path: string): Step {
  const { name, doc, size, names, signed } = item;
  const slot = scope.declare(name);
  const little = item.order === 'little';
  return (cursor, into, slots) => {
    if (!cursor.has(size, path) || !cursor.count(path)) return false;
    const { bytes, at, source } = cursor;
    let value: number | bigint;
    if (size === 8) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
      value = signed === true ? view.getBigInt64(0, little) : view.getBigUint64(0, little);
    } else {
      let sum = 0;
      for (let i = 0; i < size; i++) sum = sum * 256 + bytes[at + (little ? size - 1 - i : i)]!;
      value = signed === true && sum >= 2 ** (size * 8 - 1) ? sum - 2 ** (size * 8) : sum;
    }
    slots[slot] = Number(value);
    const field: Field = { name, kind: 'value', value, doc, source, start: at, end: at + size };
    const word = names?.[Number(value)];
    if (word !== undefined) field.text = `${word} (${value})`;
    into.push(field);
    cursor.at += size;
    return true;
  };
}

/** Most bytes of a varint. */
const MOST_VARINT = 10;

function varintStep({ name, doc }: VarintItem, scope: Scope, path: string): Step {
  const slot = scope.declare(name);
  return (cursor, into, slots) => {
    const { at: start, source } = cursor;
    let whole = 0n;
    for (let length = 1; length <= MOST_VARINT; length++) {
      if (!cursor.has(length, path)) return false;
      const byte = cursor.bytes[start + length - 1]!;
      whole |= BigInt(byte & 0x7f) << BigInt(7 * (length - 1));
      if (byte >= 0x80) continue;
      if (whole >= 1n << 64n) break;
      if (!cursor.count(path)) return false;
      const value = whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole;
      slots[slot] = Number(whole);
      cursor.at += length;
      into.push({ name, kind: 'value', value, doc, source, start, end: cursor.at });
      return true;
    }
    cursor.problem = malformed('a varint is longer than 64 bits', start, path);
    return false;
  };
}

function floatStep({ name, doc, size, order }: FloatItem, path: string): Step {
  return (cursor, into) => {
    if (!cursor.has(size, path) || !cursor.count(path)) return false;
    const { bytes, at, source } = cursor;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, size);
    const value = size === 4 ? view.getFloat32(0, order === 'little') : view.getFloat64(0, order === 'little');
    into.push({ name, kind: 'value', value, doc, source, start: at, end: at + size });
    cursor.at += size;
    return true;
  };
}

function bitsStep(item: BitsItem, scope: Scope, path: string): Step {
  const slots = item.bits.map((bit) => scope.declare(bit.name));
  const total = item.bits.reduce((sum, bit) => sum + bit.width, 0);
  if (total !== item.size * 8)
    throw new Error(`layout: bits of ${path} have ${total} bits, ${item.size} bytes have ${item.size * 8}`);
  const parts = divided(item, slots, total);
  const first = `${path}.${item.bits[0]!.name}`;
  return (cursor, into, values) => {
    if (!cursor.has(item.size, first)) return false;
    const { source, at: start } = cursor;
    const whole = cursor.uint(item.size);
    const end = start + item.size;
    for (const { slot, name, doc, bits, names, divisor, modulus } of parts) {
      const value = Math.floor(whole / divisor) % modulus;
      values[slot] = value;
      const field: Field = { name, kind: 'value', value, doc, source, start, end, bits };
      const word = names?.[value];
      if (word !== undefined) field.text = `${word} (${value})`;
      into.push(field);
    }
    cursor.at = end;
    return true;
  };
}

/** What each bit field is divided by, and what is left of it. */
function divided(item: BitsItem, slots: readonly number[], total: number) {
  let from = 0;
  return item.bits.map(({ name, doc, width, names }, i) => {
    const divisor = 2 ** (total - from - width);
    const part = { slot: slots[i]!, name, doc, names, bits: { from, width }, divisor, modulus: 2 ** width };
    from += width;
    return part;
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function bytesStep(item: BytesItem, scope: Scope, path: string): Step {
  const { name, doc, length, as } = item;
  const ref = typeof length === 'object' ? scope.find(length.ref, path) : -1;
  const claimedBy = typeof length === 'object' ? length.ref : undefined;
  const slot = as === 'little-endian-hex' ? scope.declare(name) : -1;
  return (cursor, into, slots) => {
    const need = typeof length === 'number' ? length : length === 'rest' ? cursor.end - cursor.at : slots[ref]!;
    const { at, source } = cursor;
    const whole = cursor.has(need, path, claimedBy);
    if (!cursor.count(path)) return false;
    const end = whole ? at + need : cursor.end;
    const raw = cursor.bytes.subarray(at, end);
    // What is there of a field that is cut short stays visible, and keeps the ranges without a gap.
    const field: Field = { name, kind: 'value', value: raw, doc, source, start: at, end };
    if (whole && as === 'utf8') readText(field, raw);
    if (whole && as === 'address') field.value = addressText(raw, 0, raw.length) || raw;
    if (whole && as === 'little-endian-hex') {
      readLittleEndian(field, raw);
      // Beyond 2^53 only the magnitude counts: no capture holds so many bytes.
      slots[slot] = Number(`0x${field.value || 0}`);
    }
    if (!whole) field.problem = cursor.problem!;
    if (whole || raw.length > 0) into.push(field);
    cursor.at = end;
    return whole;
  };
}

function readText(field: Field, raw: Uint8Array): void {
  try {
    field.value = utf8.decode(raw);
  } catch {
    field.value = lenientUtf8.decode(raw);
    field.raw = raw;
    field.problem = malformed('the text is not UTF-8; shown with replacement characters', field.start, field.name);
  }
}

function readLittleEndian(field: Field, raw: Uint8Array): void {
  let hex = '';
  for (let i = raw.length - 1; i >= 0; i--) hex += raw[i]!.toString(16).padStart(2, '0');
  field.value = hex.replace(/^0+(?=.)/, '');
}

function structStep(item: StructItem, scope: Scope, path: string): Step {
  const steps = compileItems(item.items, new Scope(scope), path);
  const { name, doc } = item;
  return (cursor, into, slots) => {
    if (!cursor.count(path)) return false;
    const children: Field[] = [];
    const field: Field = { name, kind: 'struct', doc, source: cursor.source, start: cursor.at, end: cursor.at, children };
    into.push(field);
    const complete = run(steps, cursor, children, slots);
    field.end = cursor.at;
    return complete;
  };
}

function listStep(item: ListItem, scope: Scope, path: string): Step {
  const count = scope.find(item.count.ref, path);
  const steps = [structStep(item.item, scope, path)];
  return (cursor, into, slots) => {
    const children: Field[] = [];
    const field: Field = {
      name: item.name,
      kind: 'list',
      doc: item.doc,
      source: cursor.source,
      start: cursor.at,
      end: cursor.at,
      children,
    };
    into.push(field);
    let complete = true;
    for (let left = slots[count]!; left > 0 && complete; left--) complete = run(steps, cursor, children, slots);
    field.end = cursor.at;
    return complete;
  };
}

function caseStep(item: CaseItem, scope: Scope, path: string): Step {
  const on = scope.find(item.on, path);
  const cases = new Map(
    Object.entries(item.cases).map(([value, items]) => [Number(value), compileItems(items, new Scope(scope), path)]),
  );
  return (cursor, into, slots) => {
    const steps = cases.get(slots[on]!);
    if (steps !== undefined) return run(steps, cursor, into, slots);
    cursor.problem = malformed(`${item.on} ${slots[on]} has no layout`, cursor.at, path);
    return false;
  };
}
