import type { WhenItem } from '../layout.ts';
import { there } from './case.ts';
import type { ItemKind } from './kind.ts';
import { run } from './scope.ts';

export const whenKind: ItemKind<WhenItem> = {
  compile({ on, values, items }, scope, path) {
    const slot = scope.find(on, path);
    const steps = scope.branch(items, path);
    return (cursor, into, slots) => !values.includes(slots[slot]!) || run(steps, cursor, into, slots);
  },

  write({ on, values, items }, frame) {
    if (values.includes(frame.number(on))) frame.write(items);
  },

  describe: ({ on, values, items }, inner) => there(inner(items), `${on} = ${values.join(' or ')}`),
  names: () => [],

  measure({ on, values, items }, name, frame) {
    return values.includes(frame.number(on)) ? frame.measured(name, items) : undefined;
  },
};
