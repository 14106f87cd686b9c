/** The whole decode of a capture as text. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import { type Field, toHex } from '../../dissector/bytes/index.ts';

function valueText({ kind, value, text }: Field): string {
  if (text !== undefined) return text;
  if (kind !== 'value') return '';
  if (value instanceof Uint8Array)
    return value.length > 24 ? `${toHex(value.subarray(0, 24))}… (${value.length} bytes)` : toHex(value);
  return typeof value === 'string' ? JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value) : String(value);
}

function lines(field: Field, depth: number): string[] {
  const { name, source, start, end, generated, check, problem, children } = field;
  const label = generated ? `[${name}: ${valueText(field)}]` : `${name}: ${valueText(field)}`;
  const marks = [check && `<${check.state}: ${check.why}>`, problem && `!! ${problem.text}`].filter(Boolean).join(' ');
  return [
    `${'  '.repeat(depth)}${label} @${source}:${start}-${end} ${marks}`.trimEnd(),
    ...(children ?? []).flatMap((child) => lines(child, depth + 1)),
  ];
}

/** What a person sees of all messages: the list, findings, the tree field by field with its range, and the Sources. */
export function textOf(analysis: Analysis): string {
  const out: string[] = [];
  for (let n = 0; n < analysis.messageCount; n++) {
    const { name, state, frames, findings } = analysis.message(n);
    const { tree, dissection } = analysis.dissect(n);
    out.push(`#${n} ${name} ${state}, frames ${frames.join(' ')}, ${dissection.info}`);
    for (const { rule, severity, text } of findings) out.push(`  ${severity} ${rule}: ${text}`);
    for (const layer of [dissection.layer, ...(dissection.inside ?? [])]) out.push(...lines(layer, 1));
    out.push(...tree.sources.slice(1).map(({ id, name: source, bytes }) => `  Source ${id} ${source}: ${bytes.length} bytes`));
  }
  return `${out.join('\n')}\n`;
}
