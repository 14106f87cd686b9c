import type { JsonNode } from '../../codec/index.ts';

/** Ids longer than this are compared by their digest, so that they cost no more memory than others. */
const longestId = 64;

/** An id as a key of a map. Ids are compared as text: the number 5 and the string "5" are one id. */
export function idKey(id: string): string {
  return id.length > longestId ? `#${digest(id)}` : id;
}

/**
 * What a JSON value says, whatever its white space, the order of its keys and the type of its numbers: two copies of one
 * message have one digest. `without` names members of the value itself to leave out.
 */
export function contentDigest(node: JsonNode, without: ReadonlySet<string>): string {
  return digest(canonical(node, without));
}

const nothing: ReadonlySet<string> = new Set();

function canonical(node: JsonNode, without: ReadonlySet<string>): string {
  if (node.type === 'array') return `[${node.items!.map((item) => canonical(item, nothing)).join(',')}]`;
  if (node.type !== 'object') return JSON.stringify(String(node.value));
  const last = new Map(node.members!.map(({ key, value }) => [key, value]));
  const members = [...last].filter(([key]) => !without.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value, nothing)}`).join(',')}}`;
}

/**
 * 64 bits, twice FNV-1a over UTF-16 units. Whoever makes two messages collide on purpose only hides a finding about
 * messages of their own.
 */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return `${(a >>> 0).toString(16)}${(b >>> 0).toString(16).padStart(8, '0')}`;
}
