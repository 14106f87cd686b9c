/**
 * The values of two fields of one message against each other, in a time that grows with their number and not with that of the
 * pairs, of which a message of a stranger can make a hundred million.
 */
import { addressBytes, type Value } from '../bytes/index.ts';
import { order, orderBytes } from './values.ts';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

type Comparable = number | bigint | string | Uint8Array | boolean | null;
type Kind = 'number' | 'bytes' | 'address' | 'text' | 'other';

/** Values of one kind, which alone can be told to be less than another: their ends, and each once. */
interface Group {
  low: Comparable;
  high: Comparable;
  readonly keys: Set<string>;
}

type Groups = ReadonlyMap<Kind, Group>;

/** Some pair of values of the left and the right side is as the comparison says; `every`: there is one, and each is. */
export function compares(left: readonly Value[], comparison: Comparison, right: readonly Value[], every: boolean): boolean {
  if (left.length === 0 || right.length === 0) return false;
  const [a, b] = [grouped(left), grouped(right)];
  switch (comparison) {
    case '==':
      return every ? isOneValue(a, b) : haveCommon(a, b);
    case '!=':
      return every ? !haveCommon(a, b) : !isOneValue(a, b);
    case '<':
    case '<=':
      return every ? allBelow(a, b, comparison === '<=') : someBelow(a, b, comparison === '<=');
    case '>':
    case '>=':
      return every ? allBelow(b, a, comparison === '>=') : someBelow(b, a, comparison === '>=');
  }
}

/** The largest of some values, or the smallest: of those of one kind, which alone can be told to be less than another. */
export function extreme(values: readonly Value[], which: 'max' | 'min'): readonly Value[] {
  const [group] = grouped(values).values();
  return group === undefined ? [] : [which === 'max' ? group.high : group.low];
}

function someBelow(a: Groups, b: Groups, orEqual: boolean): boolean {
  for (const [kind, { low, keys }] of a) {
    const other = b.get(kind);
    if (other === undefined) continue;
    if (kind !== 'other' ? isBelow(low, other.high, orEqual) : orEqual && haveCommonKeys(keys, other.keys)) return true;
  }
  return false;
}

function allBelow(a: Groups, b: Groups, orEqual: boolean): boolean {
  const [[kind, { high }]] = [...a] as [[Kind, Group]];
  const other = b.get(kind);
  if (a.size > 1 || b.size > 1 || other === undefined) return false;
  return kind === 'other' ? orEqual && isOneValue(a, b) : isBelow(high, other.low, orEqual);
}

function isBelow(a: Comparable, b: Comparable, orEqual: boolean): boolean {
  const ordered = compare(a, b);
  return ordered < 0 || (orEqual && ordered === 0);
}

/** Of both sides together. */
function isOneValue(a: Groups, b: Groups): boolean {
  const [[kind, { keys }]] = [...a] as [[Kind, Group]];
  if (a.size > 1 || b.size > 1 || keys.size > 1) return false;
  const others = b.get(kind)?.keys;
  return others?.size === 1 && haveCommonKeys(keys, others);
}

function haveCommon(a: Groups, b: Groups): boolean {
  return [...a].some(([kind, { keys }]) => haveCommonKeys(keys, b.get(kind)?.keys ?? new Set()));
}

function haveCommonKeys(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const key of a) if (b.has(key)) return true;
  return false;
}

function grouped(values: readonly Value[]): Groups {
  const groups = new Map<Kind, Group>();
  for (const value of values) {
    const [kind, comparable] = kindOf(value);
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, { low: comparable, high: comparable, keys: new Set([keyOf(comparable)]) });
    else {
      group.keys.add(keyOf(comparable));
      if (kind === 'other') continue;
      if (compare(comparable, group.low) < 0) group.low = comparable;
      if (compare(comparable, group.high) > 0) group.high = comparable;
    }
  }
  return groups;
}

/** Texts that are addresses compare as such, however they are written. */
function kindOf(value: Value): [Kind, Comparable] {
  if (value instanceof Uint8Array) return ['bytes', value];
  if (typeof value === 'number' || typeof value === 'bigint') return ['number', value];
  if (typeof value !== 'string') return ['other', value];
  const address = addressBytes(value);
  return address === undefined ? ['text', value] : ['address', address];
}

function keyOf(value: Comparable): string {
  if (value instanceof Uint8Array) return value.join();
  return typeof value === 'number' && Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

/** Two of one kind. */
function compare(a: Comparable, b: Comparable): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return orderBytes(a, b);
  if (typeof a === 'string' && typeof b === 'string') return order(a, b);
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}
