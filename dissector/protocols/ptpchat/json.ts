import type { Json } from '../../bytes/index.ts';
import type { JsonNode } from '../../codec/index.ts';

/** The value as JSON again; integers beyond 2^53 as decimal text, the last of repeated keys. */
export function nodeToJson(node: JsonNode): Json {
  if (node.type === 'array') return node.items!.map(nodeToJson);
  if (node.type !== 'object') return node.value ?? null;
  const out: { [name: string]: Json } = {};
  for (const { key, value } of node.members!) {
    // A key "__proto__" is one like any other.
    Object.defineProperty(out, key, { value: nodeToJson(value), enumerable: true, configurable: true, writable: true });
  }
  return out;
}
