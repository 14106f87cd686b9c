import type { Encodable, Items } from '../codec/index.ts';
import type { FieldNode, ValueNode } from './syntax.ts';

/** The values of fields as an encoder takes them; the last of a name counts, and what could not be read is left out. */
export function valuesOf(fields: readonly FieldNode[]): Items {
  const values: [string, Encodable][] = fields.flatMap(({ name, value }) =>
    value === undefined ? [] : [[name.text, encodable(value)] as [string, Encodable]],
  );
  // From entries: a name from a script may be "__proto__".
  return Object.fromEntries(values);
}

function encodable(node: ValueNode): Encodable {
  switch (node.kind) {
    case 'record':
      return valuesOf(node.fields);
    case 'list':
      return node.values.map(encodable);
    default:
      return node.value;
  }
}
