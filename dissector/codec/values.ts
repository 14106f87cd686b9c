import type { Field, Value } from '../bytes/index.ts';
import { UNKNOWN_FIELDS } from './protolayout.ts';

/** What an encoder takes: the values of fields by name. Bytes stay bytes (JSON's hex is for people). */
export type Encodable = Value | Encodable[] | { readonly [name: string]: Encodable };
export type FieldValues = { readonly [name: string]: Encodable };

/** The values of a decoded tree, as its encoder takes them; generated fields and undecoded bytes are left out. */
export function fieldToValues(field: Field): Encodable {
  if (field.kind === 'value') return field.raw ?? field.value ?? null;
  const all = field.children ?? [];
  const children = all.filter((child) => child.generated !== true && child.json !== false);
  if (field.kind === 'list') return children.map(fieldToValues);
  const out: { [name: string]: Encodable } = {};
  for (const child of children) {
    if (child.repeated) append(out, child.name, fieldToValues(child), child.kind === 'list');
    else define(out, child.name, fieldToValues(child));
  }
  for (const { unknown } of all) if (unknown !== undefined) append(out, UNKNOWN_FIELDS, unknown, false);
  return out;
}

/** Adds to the list of a name; a record may hold several values of a repeated field. */
function append(out: { [name: string]: Encodable }, name: string, value: Encodable, isSeveral: boolean): void {
  if (!Object.hasOwn(out, name)) define(out, name, []);
  const list = out[name] as Encodable[];
  if (!isSeveral) list.push(value);
  else for (const each of value as Encodable[]) list.push(each);
}

/** Names come from the wire (bencode, CBOR): "__proto__" must become a property like any other. */
function define(out: { [name: string]: Encodable }, name: string, value: Encodable): void {
  Object.defineProperty(out, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Whether a value is fields by name, and no list, bytes or single value. */
export function isFieldValues(value: Encodable | undefined): value is FieldValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
