import type { Field } from '../bytes/index.ts';
import type { FieldCatalog } from './fields.ts';
import type { FilterField } from './filterfield.ts';
import { lowerNames } from './headerfields.ts';
import { textOf } from './values.ts';

/** Bytes of a value that an expression holds; a longer value is asked for by its beginning. */
const longest = 64;

/**
 * The condition that a field of a tree fulfils: `p2p.tunnel_id == 5`, or its presence. `path` are the names from the layer
 * inwards, without items of lists. Undefined where no filter field reads it.
 */
export function expressionOf(
  catalog: FieldCatalog,
  layer: string,
  path: readonly string[],
  field: Pick<Field, 'value'>,
): string | undefined {
  const known = fieldAt(catalog, layer, path);
  if (known === undefined) return undefined;
  const { name, type } = known;
  const { value } = field;
  if (type === 'presence' || value === undefined || value === null) return name;
  if (value instanceof Uint8Array) {
    if (type !== 'bytes' || value.length === 0) return name;
    const hex = Array.from(value.subarray(0, longest), (byte) => byte.toString(16).padStart(2, '0')).join(':');
    return value.length > longest ? `${name}[0:${longest}] == ${hex}` : `${name} == ${hex}`;
  }
  if (type === 'text') return `${name} == ${quoted(textOf(value))}`;
  if (type === 'integer' && typeof value === 'string') return `${name} == 0x${value}`;
  return `${name} == ${String(value)}`;
}

/** The filter field that reads a field of a tree; `path` as in `expressionOf`. */
export function fieldAt(catalog: FieldCatalog, layer: string, path: readonly string[]): FilterField | undefined {
  const own = [layer, ...path].join('.');
  const names = [lowerNames.get(own), own, path.length === 0 ? undefined : `${layer}.${path.at(-1)}`];
  for (const name of names) {
    const found = name === undefined ? undefined : catalog.find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function quoted(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t');
  return `"${escaped.replace(/\0/g, '\\0')}"`;
}
