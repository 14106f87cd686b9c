import type { Field } from '../../bytes/index.ts';
import type { FloatItem } from '../layout.ts';
import type { ItemKind } from './kind.ts';

export const floatKind: ItemKind<FloatItem> = {
  compile({ name, doc, size, order }, _, above) {
    const path = `${above}.${name}`;
    if (size !== 4 && size !== 8) throw new Error(`layout: ${path} has ${size} bytes, a float 4 or 8`);
    const little = order === 'little';
    return (cursor, into) => {
      if (!cursor.has(size, path) || !cursor.count(path)) return false;
      const { bytes, at, source } = cursor;
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, size);
      const value = size === 4 ? view.getFloat32(0, little) : view.getFloat64(0, little);
      const field: Field = { name, kind: 'value', value, doc, source, start: at, end: at + size };
      // There are many that are not a number, and only their bytes tell which.
      if (Number.isNaN(value)) field.raw = bytes.subarray(at, at + size);
      into.push(field);
      cursor.at += size;
      return true;
    };
  },

  write({ name, size, order }, frame) {
    const value = frame.values[name];
    if (value instanceof Uint8Array && value.length === size) return frame.push(value);
    if (typeof value !== 'number') throw new TypeError(`${frame.at(name)}: expected a number`);
    const view = new DataView(new ArrayBuffer(size));
    if (size === 4) view.setFloat32(0, value, order === 'little');
    else view.setFloat64(0, value, order === 'little');
    for (let i = 0; i < size; i++) frame.out.push(view.getUint8(i));
  },

  describe: ({ name, size, order, doc }) => [
    { name, kind: { type: 'float', bits: size === 4 ? 32 : 64, order: order ?? 'big' }, doc },
  ],
};
