import type { State, TriedKey } from '../protocol/index.ts';
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
