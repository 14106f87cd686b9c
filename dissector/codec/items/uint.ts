import type { Field } from '../../bytes/index.ts';
import type { FieldForm } from '../fieldform.ts';
import { integerOf } from '../integer.ts';
import type { UintItem } from '../layout.ts';
import type { Encodable } from '../values.ts';
import type { ItemKind } from './kind.ts';
import type { Scope, Step } from './scope.ts';

export const uintKind: ItemKind<UintItem> = {
  compile(item: UintItem, scope: Scope, above: string): Step {
    const { name, doc, size, names, signed, hex } = item;
    const path = `${above}.${name}`;
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
      if (hex === true) field.text = hexText(value, size);
      if (word !== undefined) field.text = `${word} (${field.text ?? value})`;
      into.push(field);
      cursor.at += size;
      return true;
    };
  },

  write(item, frame) {
    const value = frame.values[item.name] ?? frame.measured(item.name);
    frame.push(integerBytes(value, item.size, item, frame.at(item.name)));
  },

  describe({ name, size, signed, order, names, doc }): readonly FieldForm[] {
    const kind = { type: 'integer', bits: size * 8, signed: signed === true, order: order ?? 'big' } as const;
    return [{ name, kind, doc, ...(names === undefined ? {} : { values: names }) }];
  },
};

/** `0x0a`: two digits a byte; of a negative integer its bytes. */
export function hexText(value: number | bigint, size: number): string {
  return `0x${BigInt.asUintN(size * 8, BigInt(value))
    .toString(16)
    .padStart(size * 2, '0')}`;
}

/** An integer in so many bytes. */
export function integerBytes(
  value: Encodable | undefined,
  size: number,
  { order, signed }: Pick<UintItem, 'order' | 'signed'>,
  path: string,
): number[] {
  const bits = BigInt(size * 8);
  const whole = integerOf(value, path);
  const [least, most] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  if (whole < least || whole > most) throw new RangeError(`${path}: ${value} does not fit ${size} bytes`);
  const bytes: number[] = [];
  for (let i = 0n; i < bits; i += 8n) bytes.push(Number((BigInt.asUintN(Number(bits), whole) >> i) & 0xffn));
  return order === 'little' ? bytes : bytes.reverse();
}
