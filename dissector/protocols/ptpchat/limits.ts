import type { LimitTable } from '../../bytes/index.ts';

/** What only this protocol has to bound. */
export const ownLimits = {
  channelTrials: { standard: 200_000, doc: 'Maximum decryption attempts with channel keys.' },
  wrappedKeys: {
    standard: 0x4_0000,
    doc: 'Maximum bytes of wrapped channel keys that are kept, so that a relay can open and edit messages.',
  },
  certificates: { standard: 8, doc: 'Maximum certificates of one node that are kept.' },
} as const satisfies LimitTable;
