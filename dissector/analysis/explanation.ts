import type { State, TriedKey } from '../protocol/index.ts';
import type { Analysis } from './analysis.ts';

/** Why a message is not decrypted, or how it was: what each key did for it, and which key would open it. */
export interface Explanation {
  readonly n: number;
  /** 1-based frame that completed it. */
  readonly frame: number;
  readonly state: State;
  readonly keys_tried: readonly TriedKey[];
  readonly missing: readonly string[];
}

/** Holds public values only, never key material. `n` is that of an existing message. */
export function explanation(analysis: Analysis, n: number): Explanation {
  const { frame, state } = analysis.message(n);
  return { n, frame, state, keys_tried: analysis.explain(n), missing: analysis.dissect(n).dissection.missing };
}
