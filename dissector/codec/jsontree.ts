import type { Field } from '../bytes/index.ts';
import type { FieldForm } from './fieldform.ts';
import type { JsonNode } from './json.ts';

/** A JSON value as a tree in Source 0; members that a layout knows carry its words. */
export function jsonTree(name: string, start: number, node: JsonNode, forms: readonly FieldForm[] = [], doc?: string): Field {
  const { end } = node;
  const base = { name, source: 0, start, end, ...(doc === undefined ? {} : { doc }) };
  if (node.type === 'array') {
    const children = node.items!.map((item, index) => jsonTree(`[${index}]`, item.start, item, forms));
    return { ...base, kind: 'list', punctuated: true, children };
  }
  if (node.type !== 'object') return { ...base, kind: 'value', value: node.value ?? null };
  const children = node.members!.map(({ key, start: at, value }) => {
    const form = forms.find((each) => each.name === key);
    return jsonTree(key, at, value, form?.fields, form?.doc);
  });
  return { ...base, kind: 'struct', punctuated: true, children };
}
