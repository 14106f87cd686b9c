import type { MessageForm } from '../codec/index.ts';
import type { Protocol } from '../session/index.ts';
import type { ValueNode } from './syntax.ts';

/** What has a name at a place of a script. Undefined stands for what is named there and not known. */
export interface Names {
  readonly nodes: Map<string, Protocol | undefined>;
  /** Messages by the name that an expectation gave them. */
  readonly answers: Map<string, MessageForm | undefined>;
  /** What was defined, by its name. */
  readonly values: Map<string, ValueNode | undefined>;
}

export function noNames(): Names {
  return { nodes: new Map(), answers: new Map(), values: new Map() };
}

/** What is there before the first section is there in each. */
export function copyOf({ nodes, answers, values }: Names): Names {
  return { nodes: new Map(nodes), answers: new Map(answers), values: new Map(values) };
}

/** Two hexadecimal digits would be a byte, and some words are values. */
export function isName(text: string): boolean {
  return /^[A-Za-z_][\w-]*$/.test(text) && !/^([0-9a-fA-F]{2}|true|false|null|any|valid|none)$/.test(text);
}
