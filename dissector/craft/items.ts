import type { Encodable, FieldForm, Items } from '../codec/index.ts';

/** The value at a path of names and places in lists; undefined where there is none. */
export function valueAt(value: Encodable | undefined, path: readonly string[]): Encodable | undefined {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || found instanceof Uint8Array || !Object.hasOwn(found, name))
      return undefined;
    found = (found as { readonly [name: string]: Encodable })[name];
  }
  return found;
}

/** What a script says over what a node would send, record by record. */
export function overlaid(made: Items, said: Items): Items {
  const isRecord = (value: Encodable | undefined): value is Items =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
  const entries = Object.entries(said).map(([name, value]): [string, Encodable] => {
    const own = made[name];
    return [name, isRecord(own) && isRecord(value) ? overlaid(own, value) : value];
  });
  return { ...made, ...Object.fromEntries(entries) };
}

/** Zeros and nothing, for what is not known: all that a layout asks for but sizes and counts, which are filled in. */
export function blank(fields: readonly FieldForm[]): Items {
  const counts = new Set(fields.map(({ type }) => /\((\w+)\)$/.exec(type)?.[1]));
  const needed = fields.filter(({ name, when, optional }) => when === undefined && !optional && !counts.has(name));
  return Object.fromEntries(needed.map((form) => [form.name, blankValue(form)]));
}

export function blankValue({ type, integer, length, fields, repeated }: FieldForm): Encodable {
  if (repeated) return [];
  if (integer !== undefined) return 0;
  if (fields !== undefined) return blank(fields);
  if (/^(proto3 )?bytes\b/.test(type)) return new Uint8Array(length ?? 0);
  if (/boolean|bool/.test(type)) return false;
  return /int|f32|f64|number/.test(type) && !/string|integer/.test(type) ? 0 : '';
}
