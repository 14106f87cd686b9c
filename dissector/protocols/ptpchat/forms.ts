import { malformed } from '../../bytes/index.ts';
import {
  encodeJson,
  type FieldForm,
  type FieldKind,
  type FieldValues,
  type Fresh,
  jsonToValues,
  jsonTree,
  type MessageForm,
  spacingOf,
} from '../../codec/index.ts';
import { type Element, type Verb, verbs } from './messages.ts';
import { parse } from './parse.ts';

const text: FieldKind = { type: 'text' };
const kinds: Readonly<Record<Element['type'], Pick<FieldForm, 'kind' | 'display'>>> = {
  id: { kind: text, display: 'JSON string or number' },
  text: { kind: text, display: 'JSON string' },
  base64: { kind: text, display: 'JSON string, base64 (RFC 4648 section 4)' },
  flag: { kind: { type: 'boolean' }, display: 'JSON boolean' },
  socket: { kind: text, display: 'JSON string, ip:port' },
  list: { kind: { type: 'list', element: { type: 'record', open: true } }, display: 'JSON array' },
};

/** Ids are chosen anew in each run, and so are ports: the same one has to stand in the same places. */
const chosen: Readonly<Partial<Record<Element['type'], Fresh>>> = { id: { as: 'id' }, socket: { as: 'id' } };

function fieldOf({ name, type, doc, items, required, fresh = chosen[type] }: Element): FieldForm {
  return {
    ...{ name, ...kinds[type], doc },
    ...(fresh === undefined ? {} : { fresh }),
    ...(items === undefined ? {} : { fields: items.map(fieldOf) }),
    ...(required === false ? { optional: true as const } : {}),
  };
}

function formOf({ name, doc, elements }: Verb): MessageForm {
  const fields: FieldForm[] = [
    { name: 'msg_type', kind: text, display: 'JSON string', doc: 'The verb.' },
    {
      name: 'msg_data',
      kind: { type: 'record', open: true },
      display: 'JSON object',
      doc: 'What the verb needs.',
      fields: elements.map(fieldOf),
    },
  ];
  return {
    ...{ name, doc, fields, open: true },
    decode(bytes, limits) {
      const { node, problem, end } = parse(bytes, 0, bytes.length, limits);
      if (problem !== undefined) return { values: {}, problem };
      if (node?.type !== 'object') return { values: {}, problem: malformed('a message is an object', 0) };
      const values = jsonToValues(node, bytes) as FieldValues;
      const spacing = spacingOf(bytes);
      return end === bytes.length ? { values, spacing } : { values, spacing, problem: malformed('bytes follow the object', end) };
    },
    tree(bytes, limits) {
      const { node } = parse(bytes, 0, bytes.length, limits);
      if (node === undefined) return { name: 'ptpchat', kind: 'struct', source: 0, start: 0, end: bytes.length, children: [] };
      return jsonTree('ptpchat', node.start, node, fields, doc);
    },
    encode: (values, spacing) => encodeJson({ msg_type: name, ...values }, spacing),
  };
}

/** The verbs as messages, whole JSON objects. */
export const forms: readonly MessageForm[] = verbs.map(formOf);
