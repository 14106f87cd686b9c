import { type FieldValues, type Item, type MessageForm, type StructItem, struct, structForm } from '../codec/index.ts';

/**
 * A form for each name that messages of a layer may have. Where an integer decides on the items, the form of a name has those of that name
 * alone, as far as `nameOf` tells it from this integer; else it has all.
 */
export function formsOfNames(
  names: readonly string[],
  layout: StructItem,
  nameOf: ((values: FieldValues) => string) | undefined,
): readonly MessageForm[] {
  const own = names.length > 1 && nameOf !== undefined ? itemsOfNames(layout.items, nameOf) : new Map<string, readonly Item[]>();
  return names.map((name) => {
    const items = own.get(name);
    return structForm(name, items === undefined ? layout : struct(layout.name, layout.doc, items));
  });
}

function itemsOfNames(items: readonly Item[], nameOf: (values: FieldValues) => string): Map<string, readonly Item[]> {
  const found = new Map<string, readonly Item[]>();
  const at = items.findIndex(({ kind }) => kind === 'case');
  const item = items[at];
  if (item?.kind !== 'case') return found;
  for (const [value, inner] of Object.entries(item.cases)) {
    const name = attempted(() => nameOf({ [item.on]: Number(value) }));
    if (name !== undefined) found.set(name, [...items.slice(0, at), ...inner, ...items.slice(at + 1)]);
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
