import { malformed } from '../../bytes/index.ts';
import {
  encodeJson,
  type FieldForm,
  type Items,
  jsonToValues,
  jsonTree,
  type MessageForm,
  spacingOf,
} from '../../codec/index.ts';
import { type Element, type Verb, verbs } from './messages.ts';
import { parse } from './parse.ts';

const types: Readonly<Record<Element['type'], string>> = {
  id: 'JSON string or number',
  text: 'JSON string',
  base64: 'JSON string, base64 (RFC 4648 section 4)',
  flag: 'JSON boolean',
  socket: 'JSON string, ip:port',
  list: 'JSON array',
};

function fieldOf({ name, type, doc, items, required }: Element): FieldForm {
  return {
    name,
    type: types[type],
    doc,
    ...(items === undefined ? {} : { fields: items.map(fieldOf), repeated: true as const }),
    ...(required === false ? { optional: true as const } : {}),
  };
}

function formOf({ name, doc, elements }: Verb): MessageForm {
  const fields: FieldForm[] = [
    { name: 'msg_type', type: 'JSON string', doc: 'The verb.' },
    { name: 'msg_data', type: 'JSON object', doc: 'What the verb needs.', fields: elements.map(fieldOf) },
  ];
  return {
    ...{ name, doc, fields },
    decode(bytes) {
      const { node, problem, end } = parse(bytes, 0, bytes.length);
      if (problem !== undefined) return { values: {}, problem };
      if (node?.type !== 'object') return { values: {}, problem: malformed('a message is an object', 0) };
      const values = jsonToValues(node, bytes) as Items;
      const spacing = spacingOf(bytes);
      return end === bytes.length ? { values, spacing } : { values, spacing, problem: malformed('bytes follow the object', end) };
    },
    tree(bytes) {
      const { node } = parse(bytes, 0, bytes.length);
      if (node === undefined) return { name: 'ptpchat', kind: 'struct', source: 0, start: 0, end: bytes.length, children: [] };
      return jsonTree('ptpchat', node.start, node, fields, doc);
    },
    encode: (values, spacing) => encodeJson({ msg_type: name, ...values }, spacing),
  };
}

/** The verbs as messages, whole JSON objects. */
export const forms: readonly MessageForm[] = verbs.map(formOf);
