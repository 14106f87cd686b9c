/** Messages as a node reads them: JSON with a verb and all that the verb needs, or a sentence that says what is wrong. */
import { fromBase64 } from '../../../bytes/index.ts';
import { type Encodable, type FieldValues, type JsonNode, jsonToValues } from '../../../codec/index.ts';
import { idKey } from '../digest.ts';
import { isSpace } from '../framing.ts';
import type { Element, Verb } from '../messages.ts';
import { member, parse, textOf } from '../parse.ts';

export interface Said {
  readonly verb: Verb;
  readonly data: JsonNode | undefined;
  /** The whole message as its form encodes it: what is passed on is passed on without a change. */
  readonly values: FieldValues;
}

/** An id as it is compared, and as it is written again: a number stays one. */
export interface Id {
  readonly key: string;
  readonly value: Encodable;
}

/** Characters of an id, a name or another short text: what a node keeps of others is made of them. */
export const longestText = 1024;

/** Reads one JSON object. What the specification asks of every message is checked; what more stands in it is let through. */
export function readMessage(bytes: Uint8Array): Said | string {
  const { node, problem, end, type, verb, data } = parse(bytes, 0, bytes.length);
  if (problem !== undefined) return `A message is no JSON: ${problem.text}.`;
  if (node?.type !== 'object') return `A message is an object, this is ${node?.type ?? 'nothing'}.`;
  if (bytes.subarray(end).some((byte) => !isSpace(byte))) return `${bytes.length - end} bytes follow the object of a message.`;
  if (type?.type !== 'string') return 'A message has no msg_type that is a string.';
  if (verb === undefined) return 'The msg_type of a message is no verb of the specification.';
  const wrong = wrongElement(data, verb.elements, verb.name);
  return wrong ?? { verb, data, values: jsonToValues(node, bytes) as FieldValues };
}

function wrongElement(data: JsonNode | undefined, elements: readonly Element[], path: string): string | undefined {
  for (const { name, type, required, items } of elements) {
    const value = member(data, name)?.value;
    if (value === undefined && required !== false) return `${path} needs "${name}".`;
    if (value === undefined) continue;
    if (type === 'base64' && fromBase64(textOf(value) ?? '-') === undefined) return `"${name}" of ${path} is no base64.`;
    if (type === 'id' && textOf(value) === undefined) return `"${name}" of ${path} is no id.`;
    if ((type === 'id' || type === 'text') && (textOf(value)?.length ?? 0) > longestText)
      return `"${name}" of ${path} has more than ${longestText} characters.`;
    if (type === 'list' && value.type !== 'array') return `"${name}" of ${path} is no list.`;
    for (const item of (items && value.items) ?? []) {
      const wrong = wrongElement(item, items!, `${path}.${name}`);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

export function textIn({ data }: Said, name: string): string | undefined {
  return textOf(member(data, name)?.value);
}

export function idIn({ data }: Said, name: string): Id | undefined {
  return idOf(member(data, name)?.value);
}

/** The node ids of a list of nodes. */
export function nodesIn({ data }: Said, name: string): Id[] {
  return (member(data, name)?.value.items ?? []).flatMap((item) => idOf(member(item, 'node_id')?.value) ?? []);
}

export function ownId(text: string): Id {
  return { key: idKey(text), value: text };
}

function idOf(node: JsonNode | undefined): Id | undefined {
  const text = textOf(node);
  if (text === undefined) return undefined;
  const isWide = node?.type === 'number' && /^-?\d+$/.test(text);
  return { key: idKey(text), value: isWide ? BigInt(text) : (node?.value ?? text) };
}
