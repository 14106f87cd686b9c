/**
 * The whole decode of each capture as text: what a person sees in the tree, field by field with its range. A golden file that
 * is missing fails; `UPDATE_GOLDEN=1` writes them, for a diff that is read before it is committed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../dissector/analysis/index.ts';
import { type Field, toHex } from '../../dissector/bytes/index.ts';
import { keysOf } from './keys.ts';
import { analyseGolden, goldenPath } from './open.ts';

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

function textOf(analysis: Analysis): string {
  const out: string[] = [];
  for (let n = 0; n < analysis.messageCount; n++) {
    const { name, state, frames, findings } = analysis.message(n);
    const { tree, dissection } = analysis.dissect(n);
    out.push(`#${n} ${name} ${state}, frames ${frames.join(' ')}, ${dissection.info}`);
    for (const { rule, severity, text } of findings) out.push(`  ${severity} ${rule}: ${text}`);
    out.push(...lines(dissection.layer, 1));
    out.push(...tree.sources.slice(1).map(({ id, name: source, bytes }) => `  Source ${id} ${source}: ${bytes.length} bytes`));
  }
  return `${out.join('\n')}\n`;
}

describe('the decode of', () => {
  it.each([
    ['botd_a', 'keys'],
    ['botd_a', 'nokeys'],
    ['p2p_a', 'keys'],
    ['p2p_a', 'nokeys'],
    ['p2p_b', 'keys'],
    ['p2pke_a', 'keys'],
    ['p2pke_a', 'nokeys'],
    ['p2pke_b', 'keys'],
    ['p2pke_b', 'nokeys'],
    ['ptpchat_a', 'nokeys'],
    ['ptpchat_d', 'nokeys'],
    ['ptpchat_d', 'keys'],
  ])('%s with %s is the golden text', (capture, keys) => {
    const file = goldenPath(`${capture}.${keys}.txt`);
    const text = textOf(analyseGolden(capture, keys === 'keys' ? keysOf(capture) : ''));
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    expect(existsSync(file), `${file} is missing`).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
});
