import { malformed } from '../../bytes/index.ts';
import type { FieldForm } from '../fieldform.ts';
import type { CaseItem, Item } from '../layout.ts';
import type { Frame } from './frame.ts';
import type { ItemKind } from './kind.ts';
import { run } from './scope.ts';

export const caseKind: ItemKind<CaseItem> = {
  compile(item, scope, path) {
    const on = scope.find(item.on, path);
    const cases = new Map(Object.entries(item.cases).map(([value, items]) => [Number(value), scope.branch(items, path)]));
    const otherwise = item.otherwise && scope.branch(item.otherwise, path);
    return (cursor, into, slots) => {
      const steps = cases.get(slots[on]!) ?? otherwise;
      if (steps !== undefined) return run(steps, cursor, into, slots);
      cursor.problem = malformed(`${item.on} ${slots[on]} has no layout`, cursor.at, path);
      return false;
    };
  },

  write(item, frame) {
    frame.write(chosen(item, frame));
  },

  describe: ({ on, cases, otherwise = [] }, inner) => [
    ...Object.entries(cases).flatMap(([value, items]) => there(inner(items), `${on} = ${value}`)),
    ...there(inner(otherwise), `${on} is none of ${Object.keys(cases).join(', ')}`),
  ],

  names: () => [],
  measure: (item, name, frame) => frame.measured(name, chosen(item, frame)),
};

function chosen({ on, cases, otherwise = [] }: CaseItem, frame: Frame): readonly Item[] {
  return cases[frame.number(on)] ?? otherwise;
}

/** Fields with the value that they are there with. */
export function there(forms: readonly FieldForm[], when: string): FieldForm[] {
  return forms.map((form) => ({ ...form, when: form.when === undefined ? when : `${when} and ${form.when}` }));
}
