import type { LimitTable } from '../../bytes/index.ts';

/** What only this protocol has to bound. */
export const ownLimits = {
  channelTrials: { standard: 200_000, doc: 'Maximum decryption attempts with channel keys.' },
  wrappedKeys: {
    standard: 0x4_0000,
    doc: 'Maximum bytes of wrapped channel keys that are kept, so that a relay can open and edit messages.',
  },
  certificateText: {
    standard: 0x10_0000,
    doc: 'Maximum characters of base64 whose certificates are kept, so that one that is sent again is not read again.',
  },
  certificates: { standard: 8, doc: 'Maximum certificates of one node that are kept.' },
} as const satisfies LimitTable;
