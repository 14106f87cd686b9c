import type { Limits, Problem } from '../../bytes/index.ts';
import { type JsonMember, type JsonNode, parseJson } from '../../codec/index.ts';
import { type Verb, verbOf } from './messages.ts';

/** A message read as JSON, as far as it goes. */
export interface Parsed {
  /** The top-level value; absent when not even its beginning is one. */
  readonly node: JsonNode | undefined;
  readonly end: number;
  readonly problem: Problem | undefined;
  readonly type: JsonNode | undefined;
  readonly data: JsonNode | undefined;
  readonly verb: Verb | undefined;
}

/** Reads the JSON text in `bytes[start, end)` and finds its head elements; a repeated key counts the last time. */
export function parse(bytes: Uint8Array, start: number, end: number, limits?: Limits): Parsed {
  const result = parseJson(bytes, start, end, limits);
  const node = 'node' in result ? result.node : result.partial;
  const problem = 'problem' in result ? result.problem : undefined;
  const type = member(node, 'msg_type')?.value;
  const verb = type?.type === 'string' ? verbOf(type.value as string) : undefined;
  return { node, end: 'node' in result ? result.end : end, problem, type, data: member(node, 'msg_data')?.value, verb };
}

export function member(node: JsonNode | undefined, name: string): JsonMember | undefined {
  return node?.members?.findLast((one) => one.key === name);
}

/** The text of a string or the digits of a number; ids and timestamps may be either. */
export function textOf(node: JsonNode | undefined): string | undefined {
  return node?.type === 'string' || node?.type === 'number' ? String(node.value) : undefined;
}
