import { type Field, tooShort } from '../../bytes/index.ts';
import type { TerminatedItem } from '../layout.ts';
import type { ItemKind } from './kind.ts';
import { readText } from './text.ts';

const text = new TextEncoder();

export const terminatedKind: ItemKind<TerminatedItem> = {
  compile({ name, doc }, _, above) {
    const path = `${above}.${name}`;
    return (cursor, into) => {
      if (!cursor.count(path)) return false;
      const { at, source, bytes, end } = cursor;
      const nul = bytes.subarray(0, end).indexOf(0, at);
      const stop = nul < 0 ? end : nul + 1;
      const field: Field = { name, kind: 'value', value: bytes.subarray(at, stop), doc, source, start: at, end: stop };
      if (nul < 0) {
        cursor.problem = { ...tooShort(path, end - at + 1, end - at, at, path), text: `${path} ends without a NUL byte` };
        field.problem = cursor.problem;
        if (stop === at) return false;
      } else {
        readText(field, bytes.subarray(at, nul));
        // The bytes as they stood have the NUL, as encoders take them.
        if (field.raw !== undefined) field.raw = bytes.subarray(at, stop);
      }
      into.push(field);
      cursor.at = stop;
      return nul >= 0;
    };
  },

  write({ name }, frame) {
    const value = frame.values[name];
    if (value instanceof Uint8Array) return frame.push(value);
    if (typeof value !== 'string') throw new TypeError(`${frame.at(name)}: expected text`);
    if (value.includes('\0')) throw new RangeError(`${frame.at(name)}: text with a NUL in it ends there; give its bytes`);
    frame.push(text.encode(value));
    frame.out.push(0);
  },

  describe: ({ name, doc }) => [{ name, kind: { type: 'text' }, display: 'UTF-8 (up to a NUL)', doc }],
};
