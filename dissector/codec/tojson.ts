import { type Field, type Json, toHex, type Value } from '../bytes/index.ts';

/** A value as JSON: bytes as lower-case hex, integers beyond 2^53 as decimal text. */
export function valueToJson(value: Value): Json {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') {
    const small = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
    return small ? Number(value) : value.toString();
  }
  return value;
}

/** The tree as nested JSON: structs as objects, lists and repeated fields as arrays; fields with `json: false` left out. */
export function fieldToJson(field: Field): Json {
  if (field.kind === 'value') return valueToJson(field.value ?? null);
  const children = (field.children ?? []).filter((child) => child.json !== false);
  if (field.kind === 'list') return children.map(fieldToJson);
  const out: { [name: string]: Json } = {};
  for (const child of children) {
    const value = fieldToJson(child);
    if (!child.repeated) {
      define(out, child.name, value);
      continue;
    }
    if (!Object.hasOwn(out, child.name)) define(out, child.name, []);
    const list = out[child.name] as Json[];
    // Several values of a repeated field may stand in one record (protobuf, packed).
    if (child.kind !== 'list') list.push(value);
    else for (const each of value as Json[]) list.push(each);
  }
  return out;
}

/** Names come from the wire (JSON keys): "__proto__" must become a property like any other. */
function define(out: { [name: string]: Json }, name: string, value: Json): void {
  Object.defineProperty(out, name, { value, enumerable: true, configurable: true, writable: true });
}
