import type { Encodable, Items } from '../codec/index.ts';
import { bitFlipped } from './spoil.ts';
import type { FieldNode, ValueNode } from './syntax.ts';

/** What a value may refer to; without it, references are an Error. */
export interface Scope {
  /** A field of a message that came before; undefined where there is none. */
  answer(path: readonly string[]): Encodable | undefined;
  /** What the node itself would send at a path of names; undefined where there is nothing. */
  valid(path: readonly string[]): Encodable | undefined;
}

const nowhere: Scope = { answer: () => undefined, valid: () => undefined };

/**
 * The values of fields as an encoder takes them; the last of a name counts, and what could not be read is left out. Throws an Error
 * with a sentence for a reference that leads nowhere.
 */
export function valuesOf(fields: readonly FieldNode[], scope: Scope = nowhere, path: readonly string[] = []): Items {
  const values = fields.flatMap(({ name, value }): [string, Encodable][] =>
    value === undefined ? [] : [[name.text, encodable(value, scope, [...path, name.text])]],
  );
  // From entries: a name from a script may be "__proto__".
  return Object.fromEntries(values);
}

function encodable(node: ValueNode, scope: Scope, path: readonly string[]): Encodable {
  switch (node.kind) {
    case 'record':
      return valuesOf(node.fields, scope, path);
    case 'list':
      return node.values.map((each, index) => encodable(each, scope, [...path, String(index)]));
    case 'reference':
      return scope.answer(node.path) ?? missing(`there is no answer with ${node.path.join('.')}`);
    case 'valid':
      return changed(scope.valid(path) ?? missing(`the node has nothing valid for ${path.join('.')}`), node);
    case 'any':
      return missing('"any" stands in expectations alone');
    default:
      return node.value;
  }
}

function changed(value: Encodable, { flip, truncate }: { readonly flip?: number; readonly truncate?: number }): Encodable {
  if (flip === undefined && truncate === undefined) return value;
  if (!(value instanceof Uint8Array)) return missing('flip and truncate change bytes, and there are none');
  return truncate === undefined ? bitFlipped(value, flip!) : value.slice(0, truncate);
}

function missing(why: string): never {
  throw new Error(why);
}
