import type { Field } from '../../bytes/index.ts';
import { freshOf } from '../fresh.ts';
import type { BitsItem } from '../layout.ts';
import type { ItemKind } from './kind.ts';

export const bitsKind: ItemKind<BitsItem> = {
  compile(item, scope, path) {
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
  },

  write(item, frame) {
    let whole = 0n;
    for (const { name, width } of item.bits) {
      const value = frame.values[name] ?? frame.measured(name);
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= 2 ** width)
        throw new RangeError(`${frame.at(name)}: expected an integer of ${width} bits`);
      whole = (whole << BigInt(width)) | BigInt(value);
    }
    for (let i = item.size - 1; i >= 0; i--) frame.out.push(Number((whole >> BigInt(i * 8)) & 0xffn));
  },

  describe: (item) =>
    item.bits.map(({ name, width, doc, names, ...more }) => ({
      name,
      kind: { type: 'integer', bits: width, signed: false, order: 'big' },
      display: `${width} bit${width === 1 ? '' : 's'} of a u${item.size * 8}`,
      doc,
      ...(names === undefined ? {} : { values: names }),
      ...freshOf(more),
    })),

  names: (item) => item.bits.map(({ name }) => name),
};

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
