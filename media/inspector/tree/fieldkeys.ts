/** Keys of the fields of a tree: their names from the layer inwards. */
import type { FieldView } from '../../../extension/wire/inspector.ts';

/** Between the names in a key; no name holds it. */
export const STEP = '\u0000';

/** The keys of the fields that stand in one field, or of the layers; those of the same name are numbered. */
export function keysOf(fields: readonly FieldView[], parent: string | undefined): string[] {
  const seen = new Map<string, number>();
  return fields.map(({ name }) => {
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    const own = times === 0 ? name : `${name}#${times}`;
    return parent === undefined ? own : `${parent}${STEP}${own}`;
  });
}
