import type { LimitTable } from '../../bytes/index.ts';

/** What only this protocol has to bound. */
export const ownLimits = {
  sessionTrials: { standard: 1_024, doc: 'Maximum failed decryption attempts of one session.' },
} as const satisfies LimitTable;
