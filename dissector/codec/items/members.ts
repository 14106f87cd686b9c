import type { Item, Length } from '../layout.ts';
import { nearest } from '../nearest.ts';

/** What an item of any kind may say. One of another kind is let be: it does nothing, and a slip of the pen is what this is for. */
const members = [
  ...[
    'kind',
    'name',
    'doc',
    'size',
    'order',
    'signed',
    'hex',
    'names',
    'bits',
    'width',
    'flags',
    'bit',
    'length',
    'as',
    'align',
    'algorithm',
  ],
  ...[
    'over',
    'unit',
    'epoch',
    'leapSeconds',
    'item',
    'items',
    'count',
    'on',
    'cases',
    'otherwise',
    'values',
    'zigzag',
    'number',
    'field',
  ],
  ...['optional', 'trailing', 'known', 'tag', 'fresh'],
];
const ofLength = ['ref', 'less', 'plus', 'times'];
const forms = ['utf8', 'nul-padded', 'address', 'little-endian-hex'];

/** Throws an Error that names what an item says and nobody reads. */
export function refuseUnknown(item: Item, path: string): void {
  const where = 'name' in item && item.name !== '' ? `${path}.${item.name}` : path;
  for (const name of Object.keys(item)) if (!members.includes(name)) throw mistake(where, `has no "${name}"`, name, members);
  const { length, as } = item as { readonly length?: Length; readonly as?: string };
  if (typeof length === 'object')
    for (const name of Object.keys(length))
      if (!ofLength.includes(name)) throw mistake(`the length of ${where}`, `has no "${name}"`, name, ofLength);
  if (as !== undefined && !forms.includes(as)) throw mistake(where, `cannot be read as "${as}"`, as, forms);
}

function mistake(where: string, what: string, word: string, known: readonly string[]): Error {
  const meant = nearest(word, known);
  return new Error(`layout: ${where} ${what}${meant === undefined ? `: ${known.join(', ')}` : `: did you mean "${meant}"?`}`);
}
