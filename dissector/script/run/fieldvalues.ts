import { equalBytes } from '../../bytes/index.ts';
import { type Encodable, type FieldForm, type FieldValues, isFieldValues, measuredBy } from '../../codec/index.ts';

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

/** What a script says over what a node would send: records field by field, lists part by part. */
export function overlaid(made: FieldValues, said: FieldValues): FieldValues {
  const entries = Object.entries(said).map(([name, value]): [string, Encodable] => [name, over(made[name], value)]);
  return { ...made, ...Object.fromEntries(entries) };
}

function over(own: Encodable | undefined, value: Encodable): Encodable {
  if (isFieldValues(own) && isFieldValues(value)) return overlaid(own, value);
  if (Array.isArray(own) && Array.isArray(value)) return value.map((each, index) => over(own[index], each));
  return value;
}

/** Without the fields at some paths of names. */
export function without(values: FieldValues, paths: readonly (readonly string[])[]): FieldValues {
  const kept = Object.entries(values).filter(([name]) => !paths.some((path) => path.length === 1 && path[0] === name));
  return Object.fromEntries(
    kept.map(([name, value]): [string, Encodable] => {
      const inner = paths.filter((path) => path.length > 1 && path[0] === name).map((path) => path.slice(1));
      return [name, isFieldValues(value) && inner.length > 0 ? without(value, inner) : value];
    }),
  );
}

/** Numbers of a layout may be of either kind. */
export function isSameValue(a: Encodable | undefined, b: Encodable | undefined): boolean {
  if (a instanceof Uint8Array || b instanceof Uint8Array)
    return a instanceof Uint8Array && b instanceof Uint8Array && equalBytes(a, b);
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const [left, right] = [Object.entries(a), Object.entries(b)];
    return left.length === right.length && left.every(([name, value]) => isSameValue(value, (b as FieldValues)[name]));
  }
  return a === b || (isInteger(a) && isInteger(b) && BigInt(a) === BigInt(b));
}

function isInteger(value: Encodable | undefined): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

/** Zeros and nothing, for what is not known: all that a layout asks for but sizes and counts, which are filled in. */
export function blank(fields: readonly FieldForm[]): FieldValues {
  const counts = new Set(fields.map(({ kind }) => measuredBy(kind)));
  const needed = fields.filter(({ name, when, optional }) => when === undefined && !optional && !counts.has(name));
  return Object.fromEntries(needed.map((form) => [form.name, blankValue(form)]));
}

export function blankValue({ kind, fields = [] }: FieldForm): Encodable {
  switch (kind.type) {
    case 'list':
      return [];
    case 'record':
      return blank(fields);
    case 'bytes':
    case 'address':
    case 'time':
      return new Uint8Array(typeof kind.length === 'number' ? kind.length : 0);
    case 'boolean':
      return false;
    case 'integer':
      return kind.digits === undefined ? 0 : '';
    case 'float':
    case 'frame':
      return 0;
    default:
      return '';
  }
}
