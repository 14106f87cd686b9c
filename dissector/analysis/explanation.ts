import type { ExplainedStep, State, TriedKey } from '../protocol/index.ts';
import type { Analysis, PinnedChoice } from './analysis.ts';

/** Why a message is not decrypted, or how it was: what each key did for it, and which key would open it. */
export interface Explanation {
  readonly n: number;
  /** 1-based frame that completed it. */
  readonly frame: number;
  readonly state: State;
  readonly keys_tried: readonly TriedKey[];
  readonly missing: readonly string[];
  /** Present where candidates of open choices were not tried, since one is pinned. */
  readonly pinned?: readonly PinnedChoice[];
}

/** Holds public values only, never key material. `n` is that of an existing message. */
export function explanation(analysis: Analysis, n: number): Explanation {
  const { frame, state } = analysis.message(n);
  const pinned = analysis.pins(n);
  return {
    ...{ n, frame, state, keys_tried: analysis.explain(n), missing: analysis.dissect(n).dissection.missing },
    ...(pinned.length === 0 ? {} : { pinned }),
  };
}

/** The same as lines to read; `what` names the message. */
export function explanationLines({ n, frame, state, keys_tried, missing, pinned = [] }: Explanation, what: string): string[] {
  const lines = [`message ${n}, frame ${frame}: ${what}, ${state}`];
  if (keys_tried.length === 0) lines.push('no key was tried');
  for (const { label, fingerprint, steps } of keys_tried)
    lines.push(fingerprint === '' ? label : `${label} (${fingerprint})`, ...steps.map(stepLine));
  for (const { choice, candidate } of pinned) lines.push(`pinned: ${choice}=${candidate}; no other candidate was tried`);
  if (missing.length > 0) lines.push('missing:', ...missing.map((sentence) => `  ${sentence}`));
  return lines;
}

function stepLine({ name, inputs, result, ok }: ExplainedStep): string {
  const from = Object.entries(inputs).map(([input, value]) => `${input} ${value}`);
  const given = from.length === 0 ? '' : ` (${from.join(', ')})`;
  return `  ${ok ? 'ok    ' : 'failed'}  ${name}${given}: ${result}`;
}
