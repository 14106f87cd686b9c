import type { Field } from '../../bytes/index.ts';
import type { PaddingItem } from '../layout.ts';
import type { ItemKind } from './kind.ts';

export const paddingKind: ItemKind<PaddingItem> = {
  compile(item, scope, above) {
    const { name, doc } = item;
    const path = `${above}.${name}`;
    const start = item.align === undefined ? -1 : scope.start();
    if (!(lengthAt(item, 1) >= 0)) throw new Error(`layout: ${path} has neither a length nor a multiple to align to`);
    return (cursor, into, slots) => {
      const { at, source } = cursor;
      const need = lengthAt(item, start < 0 ? 0 : at - slots[start]!);
      if (need === 0) return true;
      const isWhole = cursor.has(need, path);
      if (!cursor.count(path)) return false;
      const end = isWhole ? at + need : cursor.end;
      const field: Field = { name, kind: 'value', value: cursor.bytes.subarray(at, end), doc, source, start: at, end };
      if (!isWhole) field.problem = cursor.problem!;
      if (end > at) into.push(field);
      cursor.at = end;
      return isWhole;
    };
  },

  write(item, frame) {
    const value = frame.values[item.name];
    if (value instanceof Uint8Array) return frame.push(value);
    if (value !== undefined) throw new TypeError(`${frame.at(item.name)}: expected bytes`);
    for (let left = lengthAt(item, frame.out.length - frame.start); left > 0; left--) frame.out.push(0);
  },

  describe: ({ name, length, align, doc }) => [
    {
      ...{ name, kind: length === undefined ? { type: 'bytes' } : { type: 'bytes', length }, doc, optional: true },
      ...(align === undefined ? {} : { display: `bytes (to a multiple of ${align})` }),
    },
  ],
};

/** How many bytes it has where it begins so far from the start of its struct. */
function lengthAt({ length = 0, align }: PaddingItem, at: number): number {
  return align === undefined ? length : (align - (at % align)) % align;
}
