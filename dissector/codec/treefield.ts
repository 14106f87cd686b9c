import type { Field, Value } from '../bytes/index.ts';
import type { FieldForm } from './fieldform.ts';

/**
 * A field of a message's tree that no layout of a message has: what dissection computes (a generated field), or what frames a
 * message on the wire. Filters, completion, columns and the reference know it by this declaration alone.
 */
export interface TreeField extends FieldForm {
  /** It is on the wire; any other is generated. */
  readonly wire?: true;
  /** It stands among the `fields` of `decode --json`. */
  readonly json?: true;
  /** It is what an encoded or encrypted field holds: a comparison of two captures looks at it, though it is generated. */
  readonly plaintext?: true;
  /** The messages that may have it; all where left out. */
  readonly messages?: readonly string[];
  /** Path of the field below which it stands (`channels`, `msg_data.key`); the message itself where left out. */
  readonly under?: string;
  /** Its parts are those of the field at this path: a message inside of a message, say. */
  readonly like?: string;
}

/** Where the value comes from; an empty range where it is computed of more than one place. */
export interface Place {
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

/** Makes the generated fields that are declared, and no others. A frame number reads as `frame 7` where no text is given. */
export function generatedFields<const Declared extends readonly TreeField[]>(declared: Declared) {
  const byName = new Map<string, TreeField>(declared.toReversed().map((field) => [field.name, field]));
  return (name: Declared[number]['name'], value: Value, { source, start, end }: Place, text?: string): Field => {
    const form = byName.get(name);
    const field: Field = { name, kind: 'value', value, source, start, end, generated: true };
    if (form?.doc !== undefined) field.doc = form.doc;
    if (form?.json !== true) field.json = false;
    if (text !== undefined) field.text = text;
    else if (form?.kind.type === 'frame') field.text = `frame ${value}`;
    return field;
  };
}

/** The names of the generated fields of a tree that are not among those that are declared. */
export function undeclaredFields(declared: readonly TreeField[], tree: Field): Set<string> {
  const known = new Set(declared.map(({ name }) => name));
  const found = new Set<string>();
  const open = [tree];
  for (let field = open.pop(); field !== undefined; field = open.pop()) {
    if (field.generated === true && !known.has(field.name)) found.add(field.name);
    for (const child of field.children ?? []) open.push(child);
  }
  return found;
}
