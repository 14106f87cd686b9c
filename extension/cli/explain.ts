/** `decode --explain N`: why a message is not decrypted, or how it was. */
import { type Explanation, explanation } from '../../dissector/explanation.ts';
import type { Analysis, ExplainedStep } from '../../dissector/session/index.ts';
import { exitStatus, UsageError } from './errors.ts';
import type { Task } from './task.ts';
import { indented, plural, printable } from './text.ts';

/** Throws a UsageError when there is no such message. */
export async function explain(analysis: Analysis, n: number, { command, out }: Task): Promise<number> {
  const { messageCount } = analysis;
  if (n >= messageCount) {
    const there = messageCount === 0 ? 'none' : `${plural(messageCount, 'message')}, 0 to ${messageCount - 1}`;
    throw new UsageError(`There is no message ${n}: ${command.capture} has ${there}.`, false);
  }
  const told = explanation(analysis, n);
  const { protocol, name } = analysis.message(n);
  const lines = command.json ? [JSON.stringify(told)] : readable(told, `${protocol.id} ${name}`);
  for (const line of lines) await out.line(line);
  return exitStatus.read;
}

function readable({ n, state, keys_tried, missing }: Explanation, what: string): string[] {
  const lines = [`message ${n}: ${what}, ${state}`];
  if (keys_tried.length === 0) lines.push('no key was tried');
  for (const { label, fingerprint, steps } of keys_tried) {
    lines.push(fingerprint === '' ? label : `${label} (${fingerprint})`, ...steps.map(stepLine));
  }
  if (missing.length > 0) lines.push('missing:', ...missing.map((sentence) => indented(printable(sentence))));
  return lines;
}

function stepLine({ name, inputs, result, ok }: ExplainedStep): string {
  const from = Object.entries(inputs).map(([input, value]) => `${input} ${value}`);
  const given = from.length === 0 ? '' : ` (${from.join(', ')})`;
  return indented(printable(`${ok ? 'ok    ' : 'failed'}  ${name}${given}: ${result}`));
}
