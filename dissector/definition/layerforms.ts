import { type FieldForm, type FieldValues, type Item, type StructItem, struct, structForm } from '../codec/index.ts';

/**
 * The fields that a message of each name has, where an integer decides on the items and `nameOf` tells the name from this integer. A name
 * that is not in it may have all fields of the layout.
 */
export function fieldsOfNames(
  layout: StructItem,
  nameOf: ((values: FieldValues) => string) | undefined,
): ReadonlyMap<string, readonly FieldForm[]> {
  const found = new Map<string, readonly FieldForm[]>();
  const { items } = layout;
  const at = items.findIndex(({ kind }) => kind === 'case');
  const item = items[at];
  if (item?.kind !== 'case' || nameOf === undefined) return found;
  for (const [value, inner] of Object.entries(item.cases)) {
    const name = attempted(() => nameOf({ [item.on]: Number(value) }));
    const own: readonly Item[] = [...items.slice(0, at), ...inner, ...items.slice(at + 1)];
    if (name !== undefined) found.set(name, structForm(name, struct(layout.name, layout.doc, own)).fields);
  }
  return found;
}

/** Its author may rely on fields that are not given here. */
function attempted(name: () => string): string | undefined {
  try {
    return name();
  } catch {
    return undefined;
  }
}
