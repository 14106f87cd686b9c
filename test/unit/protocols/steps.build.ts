/** What the tests of stepping ask of an analysis. */
import { readFileSync } from 'node:fs';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { toHex } from '../../../dissector/bytes/index.ts';
import type { Derivation, Quantity, Step } from '../../../dissector/protocol/index.ts';
import { keysOf } from '../../golden/keys.ts';
import { analyse, goldenPath } from '../../golden/open.ts';

export function opened(file: string, keyLog: string = keysOf(file.replace(/\.pcap(ng)?$/, ''))): Analysis {
  return analyse(new Uint8Array(readFileSync(goldenPath(file))), keyLog);
}

/** The step that each message is; none for one that stands alone. */
export function stepsOf(analysis: Analysis): Map<number, Step> {
  const steps = new Map<number, Step>();
  for (let n = 0; n < analysis.messageCount; n++)
    if (!steps.has(n)) for (const step of analysis.steps(n)?.steps ?? []) steps.set(step.n, step);
  return steps;
}

/** `12 data: resp_hello`, for each message that the machine does not allow. */
export function refused(analysis: Analysis): string[] {
  return [...stepsOf(analysis).values()]
    .filter((step) => !step.allowed)
    .map(({ n, before }) => `${n} ${analysis.message(n).name}: ${before}`);
}

/** The computation of a message whose formula contains a text. */
export function computed(analysis: Analysis, n: number, formula: string): Derivation {
  const found = analysis.compute(n).filter((one) => one.formula.includes(formula));
  if (found.length === 0) throw new Error(`message ${n} has no ${formula}: ${analysis.compute(n).map((one) => one.formula)}`);
  return found[0]!;
}

/** A value by its name, in hex where it is bytes; `undefined` where it is unknown. */
export function valueIn(computation: Derivation, name: string): string | undefined {
  const found = [...computation.results, ...computation.inputs].find((one) => one.name === name);
  if (found === undefined) throw new Error(`${computation.formula} has no ${name}`);
  return found.value instanceof Uint8Array ? toHex(found.value) : found.value;
}

export function bytesOf(computation: Derivation, name: string): Buffer {
  return Buffer.from(valueIn(computation, name)!, 'hex');
}

export function quantities(analysis: Analysis): Quantity[] {
  return Array.from({ length: analysis.messageCount }, (_, n) => analysis.compute(n))
    .flat()
    .flatMap(({ inputs, results }) => [...inputs, ...results]);
}

/** Secrets that are known, in hex. */
export function secretsOf(analysis: Analysis): Set<string> {
  const known = quantities(analysis).flatMap(({ secret, value }) => (secret && value !== undefined ? [text(value)] : []));
  return new Set(known);
}

/** What shows one of the secrets without being marked as one. */
export function leaks(analysis: Analysis, secrets: Iterable<string>): string[] {
  const open = quantities(analysis).filter(({ secret }) => !secret);
  const shown = new Map(open.map((one) => [one.value === undefined ? (one.unknown ?? '') : text(one.value), one.name]));
  const words = Array.from({ length: analysis.messageCount }, (_, n) => analysis.compute(n)).flat();
  for (const { formula, clause, check } of words) shown.set(`${formula} ${clause} ${check?.why}`, formula);
  return [...secrets].flatMap((secret) => [...shown].filter(([value]) => value.includes(secret)).map(([, name]) => name));
}

function text(value: Uint8Array | string): string {
  return typeof value === 'string' ? value : toHex(value);
}
