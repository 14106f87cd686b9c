import { type Check, equalBytes, type Field, toHex } from '../../bytes/index.ts';
import { digestOf, isHash, longest, sumOf } from '../checksums.ts';
import type { Fresh } from '../fresh.ts';
import type { ChecksumItem } from '../layout.ts';
import type { Frame } from './frame.ts';
import type { ItemKind } from './kind.ts';
import { hexText, integerBytes } from './uint.ts';

/** What it has to be follows from other bytes. */
const checksum: Fresh = { as: 'checksum' };

export const checksumKind: ItemKind<ChecksumItem> = {
  compile(item, _, above) {
    const { name, doc, size, order } = item;
    const path = `${above}.${name}`;
    const most = longest(item.algorithm);
    if (most === undefined) throw new Error(`layout: there is no checksum "${item.algorithm}" for ${path}`);
    if (!(size >= 1 && size <= most)) throw new Error(`layout: ${path} has ${size} bytes, ${item.algorithm} ${most}`);
    const hash = isHash(item.algorithm);
    return (cursor, into) => {
      if (!cursor.has(size, path) || !cursor.count(path)) return false;
      const { at, source } = cursor;
      const raw = cursor.bytes.subarray(at, at + size);
      const value = hash ? raw : integerOf(raw, order);
      const text = value instanceof Uint8Array ? {} : { text: hexText(value, size) };
      into.push({ name, kind: 'value', value, ...text, doc, source, start: at, end: at + size });
      cursor.at += size;
      return true;
    };
  },

  after(item, scope, above) {
    const { name, over } = item;
    const path = `${above}.${name}`;
    const placeOf = (wanted: string) => {
      const place = scope.places.get(wanted);
      if (place === undefined) throw new Error(`layout: "${path}" covers "${wanted}", which no item beside it is called`);
      return place;
    };
    const own = placeOf(name);
    const from = over.from === undefined ? scope.start() : placeOf(over.from).start;
    const to = over.to === undefined ? own.start : placeOf(over.to).end;
    return (cursor, into, slots) => {
      const at = slots[own.start]!;
      const covered = zeroed(cursor.bytes, slots[from]!, slots[to]!, at, item.size);
      const field = into.findLast((each) => each.name === name && each.start === at) as Field;
      field.check = verdict(item, cursor.bytes.subarray(at, at + item.size), covered);
      return true;
    };
  },

  write(item, frame) {
    const { name, size } = item;
    const value = frame.values[name];
    if (value instanceof Uint8Array && value.length === size) return frame.push(value);
    if (value !== undefined) {
      if (isHash(item.algorithm)) throw new TypeError(`${frame.at(name)}: expected ${size} bytes`);
      return frame.push(integerBytes(value, size, item, frame.at(name)));
    }
    const at = frame.out.length;
    for (let i = 0; i < size; i++) frame.out.push(0);
    frame.last(() => fill(item, frame, at));
  },

  describe({ name, doc, size, order, algorithm }) {
    if (isHash(algorithm))
      return [
        {
          name,
          kind: { type: 'bytes', length: size },
          display: `${algorithm}, first ${size} bytes`,
          doc,
          optional: true,
          fresh: checksum,
        },
      ];
    const kind = { type: 'integer', bits: size * 8, signed: false, order: order ?? 'big' } as const;
    return [{ name, kind, display: `${algorithm}, u${size * 8}`, doc, optional: true, fresh: checksum }];
  },
};

function fill(item: ChecksumItem, frame: Frame, at: number): void {
  const { from, to } = item.over;
  const start = from === undefined ? frame.start : frame.place(from)?.[0];
  const end = to === undefined ? at : frame.place(to)?.[1];
  if (start === undefined || end === undefined) throw new TypeError(`${frame.at(item.name)}: what it covers is not there`);
  const covered = Uint8Array.from(frame.out.slice(start, end));
  computed(item, covered).forEach((byte, i) => {
    frame.out[at + i] = byte;
  });
}

/** What the checksum has to be, as its bytes. */
function computed({ algorithm, size, order }: ChecksumItem, covered: Uint8Array): Uint8Array {
  if (isHash(algorithm)) return digestOf(algorithm, covered).subarray(0, size);
  return Uint8Array.from(integerBytes(sumOf(algorithm, covered), size, order === undefined ? {} : { order }, 'checksum'));
}

function verdict(item: ChecksumItem, had: Uint8Array, covered: Uint8Array): Check {
  const right = computed(item, covered);
  // In one's complement there are two zeros.
  const isZero = item.algorithm === 'internet' && right.every((byte) => byte === 0) && had.every((byte) => byte === 0xff);
  const what = `${item.algorithm} of ${covered.length} byte${covered.length === 1 ? '' : 's'}`;
  if (isZero || equalBytes(right, had)) return { state: 'valid', why: `The ${what} is the same.` };
  return { state: 'invalid', why: `The ${what} is ${toHex(right)}, not ${toHex(had)}.` };
}

/** Bytes in which those of the checksum itself are zeros. */
function zeroed(bytes: Uint8Array, start: number, end: number, at: number, size: number): Uint8Array {
  if (at >= end || at + size <= start) return bytes.subarray(start, end);
  return bytes.slice(start, end).fill(0, at - start, at - start + size);
}

function integerOf(raw: Uint8Array, order: 'little' | undefined): number {
  let sum = 0;
  for (let i = 0; i < raw.length; i++) sum = sum * 256 + raw[order === 'little' ? raw.length - 1 - i : i]!;
  return sum;
}
