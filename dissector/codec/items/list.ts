import { type Field, malformed, tooShort } from '../../bytes/index.ts';
import type { Cursor } from '../cursor.ts';
import { lengthText } from '../fieldkind.ts';
import { freshOf } from '../fresh.ts';
import type { ListItem } from '../layout.ts';
import type { Encodable } from '../values.ts';
import { type Frame, measure } from './frame.ts';
import type { ItemKind } from './kind.ts';
import { counted, type Scope, type Step } from './scope.ts';

type Elements = (step: Step, cursor: Cursor, into: Field[], slots: number[]) => boolean;

export const listKind: ItemKind<ListItem> = {
  compile(item, scope, above) {
    const { name, doc } = item;
    const path = `${above}.${name}`;
    const isItem = typeof item.item === 'object' && item.item !== null;
    if (!isItem)
      throw new Error(`layout: the element of ${path} is no item: its name, count, words and element stand in this order`);
    if (!('name' in item.item)) throw new Error(`layout: the elements of ${path} have no name`);
    const elements = elementsOf(item, scope, path);
    const [step] = scope.branch([item.item], path) as [Step];
    const isEnded = untilOf(item) !== undefined;
    return (cursor, into, slots) => {
      const children: Field[] = [];
      const field: Field = { name, kind: 'list', doc, source: cursor.source, start: cursor.at, end: cursor.at, children };
      // The bytes that end it are its own.
      if (isEnded) field.punctuated = true;
      into.push(field);
      const complete = elements(step, cursor, children, slots);
      field.end = cursor.at;
      return complete;
    };
  },

  write(item, frame) {
    const value = frame.values[item.name];
    if (value instanceof Uint8Array) return frame.push(value);
    const entries = entriesOf(item, frame);
    if (typeof item.count === 'number' && entries.length !== item.count)
      throw new RangeError(`${frame.at(item.name)}: expected ${item.count} elements, got ${entries.length}`);
    for (const one of entries) frame.writeElement(item.item, one, item.name);
    frame.push(untilOf(item) ?? []);
  },

  describe({ name, count, item, doc }, inner) {
    const [element] = inner([item]);
    const isRef = typeof count === 'object' && 'ref' in count;
    const kind = { type: 'list', element: element!.kind, ...(isRef ? { count } : {}) } as const;
    const many = typeof count === 'object' && 'until' in count ? `up to ${count.until.join(' ')}` : lengthText(count);
    return [
      {
        ...{ name, kind, display: `list (${many})`, doc, ...freshOf(element!) },
        ...(element!.fields === undefined ? {} : { fields: element!.fields }),
      },
    ];
  },

  measure: (item, name, frame) => measure(item.count, name, frame.at(item.name), () => entriesOf(item, frame).length),
};

function untilOf({ count }: ListItem): readonly number[] | undefined {
  return typeof count === 'object' && 'until' in count ? count.until : undefined;
}

function entriesOf(item: ListItem, frame: Frame): readonly Encodable[] {
  const value = frame.values[item.name] ?? [];
  if (!Array.isArray(value)) throw new TypeError(`${frame.at(item.name)}: expected a list`);
  return value;
}

function elementsOf(item: ListItem, scope: Scope, path: string): Elements {
  const { count } = item;
  if (count === 'rest')
    return (step, cursor, into, slots) => {
      while (cursor.at < cursor.end) if (!one(step, cursor, into, slots, path)) return false;
      return true;
    };
  if (typeof count === 'object' && 'until' in count) return upTo(count.until, path);
  const many = counted(count, scope, path);
  return (step, cursor, into, slots) => {
    const least = many(cursor, slots);
    if (least < 0) {
      cursor.problem = malformed(`${path} has ${least} elements`, cursor.at, path);
      return false;
    }
    for (let left = least; left > 0; left--) if (!step(cursor, into, slots)) return false;
    return true;
  };
}

/** One element of as many as there are bytes for: without bytes there would be no end of them. */
function one(step: Step, cursor: Cursor, into: Field[], slots: number[], path: string): boolean {
  const before = cursor.at;
  if (!step(cursor, into, slots)) return false;
  if (cursor.at > before) return true;
  cursor.problem = malformed(`an element of ${path} has no bytes`, before, path);
  return false;
}

function upTo(until: readonly number[], path: string): Elements {
  if (until.length === 0) throw new Error(`layout: "until" of ${path} has no bytes`);
  return (step, cursor, into, slots) => {
    while (!until.every((byte, i) => cursor.at + i < cursor.end && cursor.bytes[cursor.at + i] === byte)) {
      if (cursor.at >= cursor.end) {
        const problem = tooShort(path, until.length, 0, cursor.at, path);
        cursor.problem = { ...problem, text: `${path} ends without the bytes that end it` };
        return false;
      }
      if (!one(step, cursor, into, slots, path)) return false;
    }
    cursor.at += until.length;
    return true;
  };
}
