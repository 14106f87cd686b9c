/** Reads captures that were made to cost much, to the last tree and explanation: what hangs is ended by the time that a test has. */
import { defaultLimits, type Field, type Limits } from '../../../dissector/bytes/index.ts';
import { openBytes } from '../../../dissector/open.ts';

export interface Read {
  /** `name state` of each message. */
  readonly states: readonly string[];
  /** What findings say and problems in the trees. */
  readonly told: string;
}

/** Reads a capture to the last tree and explanation. */
export function read(file: Uint8Array, keys = '', limits: Limits = defaultLimits): Read {
  const opened = openBytes(file, { keys: [keys], limits });
  if ('problem' in opened) throw new Error(opened.problem.text);
  const states: string[] = [];
  const told = [...opened.problems, ...[...opened.findings()].map(({ text }) => text)];
  const walk = ({ problem, check, name, value, children = [] }: Field): void => {
    if (name === 'note') told.push(String(value));
    if (check !== undefined) told.push(`${check.state}: ${check.why}`);
    if (problem !== undefined) told.push(`${problem.text} [${problem.limit ?? problem.kind}]`);
    for (const child of children) walk(child);
  };
  for (const { n, name, state } of messages(opened)) {
    states.push(`${name} ${state}`);
    for (const layer of opened.tree(n).layers) walk(layer);
    opened.explain(n);
  }
  for (const line of opened.messages({ bytes: true })) JSON.stringify(line);
  return { states, told: told.join('\n') };
}

function messages({ analysis }: Exclude<ReturnType<typeof openBytes>, { problem: unknown }>) {
  return Array.from({ length: analysis.messageCount }, (_, n) => ({ ...analysis.message(n), n }));
}

/** A protobuf record inside a record of the same field, and so on. */
export function nested(field: number, count: number): Uint8Array {
  const heads: number[][] = [];
  let size = 0;
  for (let i = 0; i < count; i++) {
    const head = [(field << 3) | 2, ...varint(size)];
    heads.push(head);
    size += head.length;
  }
  return Uint8Array.from(heads.reverse().flat());
}

export function varint(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) | 0x80);
  }
}
