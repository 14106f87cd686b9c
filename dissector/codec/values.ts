import type { Field, Value } from '../bytes/index.ts';

/** What an encoder takes: a struct's items by name. Bytes stay bytes (JSON's hex is for people). */
export type Encodable = Value | Encodable[] | { readonly [name: string]: Encodable };
export type Items = { readonly [name: string]: Encodable };

/** The values of a decoded tree, as its encoder takes them; generated fields and undecoded bytes are left out. */
export function fieldToValues(field: Field): Encodable {
  if (field.kind === 'value') return field.raw ?? field.value ?? null;
  const children = (field.children ?? []).filter((child) => child.generated !== true && child.json !== false);
  if (field.kind === 'list') return children.map(fieldToValues);
  const out: { [name: string]: Encodable } = {};
  for (const child of children) {
    const value = fieldToValues(child);
    if (!child.repeated) out[child.name] = value;
    else out[child.name] = [...((out[child.name] as Encodable[] | undefined) ?? []), value];
  }
  return out;
}
