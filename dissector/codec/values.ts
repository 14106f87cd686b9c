import type { Field, Value } from '../bytes/index.ts';

/** What an encoder takes: the values of fields by name. Bytes stay bytes (JSON's hex is for people). */
export type Encodable = Value | Encodable[] | { readonly [name: string]: Encodable };
export type FieldValues = { readonly [name: string]: Encodable };

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

/** Whether a value is fields by name, and no list, bytes or single value. */
export function isFieldValues(value: Encodable | undefined): value is FieldValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
