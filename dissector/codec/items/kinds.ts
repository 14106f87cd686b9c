import type { FieldForm } from '../fieldform.ts';
import { freshOf } from '../fresh.ts';
import type { Item } from '../layout.ts';
import { bitsKind } from './bits.ts';
import { bytesKind } from './bytes.ts';
import { caseKind } from './case.ts';
import { checksumKind } from './checksum.ts';
import { flagsKind } from './flags.ts';
import { floatKind } from './float.ts';
import type { Writers } from './frame.ts';
import type { ItemKind } from './kind.ts';
import { listKind } from './list.ts';
import { refuseUnknown } from './members.ts';
import { paddingKind } from './padding.ts';
import type { Place, Scope, Step } from './scope.ts';
import { structKind } from './struct.ts';
import { terminatedKind } from './terminated.ts';
import { timeKind } from './time.ts';
import { uintKind } from './uint.ts';
import { varintKind } from './varint.ts';
import { whenKind } from './when.ts';

/** Every kind of item. A new one has its record here, its data in `layout.ts`, its builder in `builders.ts`. */
const kinds: { readonly [K in Item['kind']]: ItemKind<Extract<Item, { readonly kind: K }>> } = {
  uint: uintKind,
  varint: varintKind,
  float: floatKind,
  bits: bitsKind,
  flags: flagsKind,
  bytes: bytesKind,
  terminated: terminatedKind,
  time: timeKind,
  padding: paddingKind,
  checksum: checksumKind,
  struct: structKind,
  list: listKind,
  case: caseKind,
  when: whenKind,
};

function kindOf(item: Item): ItemKind<Item> {
  if (!Object.hasOwn(kinds, item.kind)) throw new Error(`layout: there is no kind of item "${item.kind}"`);
  return kinds[item.kind] as unknown as ItemKind<Item>;
}

/** The names of its fields, in the struct in which it stands. */
function namesOf(item: Item): readonly string[] {
  return kindOf(item).names?.(item) ?? ('name' in item ? [item.name] : []);
}

export function compileItems(items: readonly Item[], scope: Scope, path: string): Step[] {
  for (const item of items) refuseUnknown(item, path);
  const waiting = items.filter((item) => kindOf(item).after !== undefined);
  if (waiting.length === 0) return items.map((item) => kindOf(item).compile(item, scope, path));
  // Where each item stands is kept only for layouts that ask.
  const steps = items.map((item) => {
    const place = { start: scope.slot(), end: scope.slot() };
    for (const name of namesOf(item)) scope.places.set(name, place);
    return placed(kindOf(item).compile(item, scope, path), place);
  });
  return [...steps, ...waiting.map((item) => kindOf(item).after!(item, scope, path))];
}

function placed(step: Step, { start, end }: Place): Step {
  return (cursor, into, slots) => {
    slots[start] = cursor.at;
    const complete = step(cursor, into, slots);
    slots[end] = cursor.at;
    return complete;
  };
}

export function describeItems(items: readonly Item[]): FieldForm[] {
  return items.flatMap((item) => {
    const forms = kindOf(item).describe(item, describeItems);
    return 'fresh' in item ? forms.map((form) => ({ ...form, ...freshOf(item) })) : forms;
  });
}

export const writers: Writers = {
  write: (item, frame) => kindOf(item).write(item, frame),
  names: namesOf,
  measure: (item, name, frame) => kindOf(item).measure?.(item, name, frame),
  part: (item, name, frame) => kindOf(item).part?.(item, name, frame),
};
