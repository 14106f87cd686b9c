import type { Field } from '../../bytes/index.ts';
import type { FlagsItem } from '../layout.ts';
import { isFieldValues } from '../values.ts';
import type { Frame } from './frame.ts';
import type { ItemKind } from './kind.ts';
import { integerBytes } from './uint.ts';

/** The bits that have no name. */
const OTHER = 'other';
const otherDoc = 'Bits without a name, in their places.';

export const flagsKind: ItemKind<FlagsItem> = {
  compile(item, scope, above) {
    const { name, doc, size, order, flags } = item;
    const path = `${above}.${name}`;
    const whole = scope.declare(name);
    const known = knownBits(item, path);
    const parts = flags.map(({ name, doc, bit }) => {
      // Bits count from the most significant one of the bytes as they stand.
      const from = order === 'little' ? Math.floor(bit / 8) * 8 + 7 - (bit % 8) : size * 8 - 1 - bit;
      return { name, doc, divisor: 2 ** bit, slot: scope.declare(name), bits: { from, width: 1 } };
    });
    return (cursor, into, slots) => {
      if (!cursor.has(size, path) || !cursor.count(path)) return false;
      const { at: start, source, bytes } = cursor;
      const end = start + size;
      let value = 0;
      for (let i = 0; i < size; i++) value = value * 256 + bytes[order === 'little' ? end - 1 - i : start + i]!;
      slots[whole] = value;
      const children: Field[] = [];
      for (const { name, doc, divisor, slot, bits } of parts) {
        const isSet = Math.floor(value / divisor) % 2 === 1;
        slots[slot] = isSet ? 1 : 0;
        children.push({ name, kind: 'value', value: isSet, doc, source, start, end, bits });
      }
      const other = (value & ~known) >>> 0;
      const bits = { from: 0, width: size * 8 };
      if (other !== 0) children.push({ name: OTHER, kind: 'value', value: other, doc: otherDoc, source, start, end, bits });
      into.push({ name, kind: 'struct', doc, source, start, end, children });
      cursor.at = end;
      return true;
    };
  },

  write(item, frame) {
    const value = wholeOf(item, frame) ?? frame.values[item.name];
    frame.push(integerBytes(value, item.size, item, frame.at(item.name)));
  },

  describe: ({ name, size, doc, flags }) => [
    {
      ...{ name, kind: { type: 'record' }, display: `flags of a u${size * 8}`, doc },
      fields: [
        ...flags.map(({ name, doc, bit }) => ({ name, kind: { type: 'boolean' }, display: `bit ${bit}`, doc }) as const),
        { name: OTHER, kind: { type: 'integer', bits: size * 8, signed: false, order: 'big' }, doc: otherDoc, optional: true },
      ],
    },
  ],

  part(item, name, frame) {
    const flag = item.flags.find((each) => each.name === name);
    if (flag === undefined && name !== item.name) return undefined;
    const whole = Number(wholeOf(item, frame) ?? frame.values[item.name]);
    return flag === undefined ? whole : Math.floor(whole / 2 ** flag.bit) % 2;
  },
};

/** All named bits. Throws for names and places that the layout uses twice. */
function knownBits({ size, flags }: FlagsItem, path: string): number {
  let known = 0;
  for (const { name, bit } of flags) {
    const isFree = Number.isInteger(bit) && bit >= 0 && bit < size * 8 && Math.floor((known >>> 0) / 2 ** bit) % 2 === 0;
    if (!isFree || name === OTHER) throw new Error(`layout: the flag ${path}.${name} cannot be bit ${bit} of ${size * 8}`);
    known |= 1 << bit;
  }
  return known;
}

/** The integer that flags given by name make; undefined where they are not given so. */
function wholeOf({ name, flags }: FlagsItem, frame: Frame): number | undefined {
  const value = frame.values[name];
  if (!isFieldValues(value)) return undefined;
  const path = frame.at(name);
  const { [OTHER]: other = 0 } = value;
  if (typeof other !== 'number' || !Number.isInteger(other) || other < 0)
    throw new TypeError(`${path}.${OTHER}: expected an integer`);
  let whole = other;
  for (const { name, bit } of flags) {
    const isSet = value[name] ?? false;
    if (typeof isSet !== 'boolean') throw new TypeError(`${path}.${name}: expected true or false`);
    const isThere = Math.floor(whole / 2 ** bit) % 2 === 1;
    if (isSet && !isThere) whole += 2 ** bit;
  }
  return whole;
}
