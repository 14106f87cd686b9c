import type { LimitTable } from '../../bytes/index.ts';

/** What only this protocol has to bound. */
export const ownLimits = {
  channelTrials: { standard: 200_000, doc: 'Maximum decryption attempts with channel keys.' },
  wrappedKeys: {
    standard: 0x4_0000,
    doc: 'Maximum bytes of wrapped channel keys that are kept. A relay opens and edits messages with them.',
  },
  certificateText: {
    standard: 0x10_0000,
    doc: 'Maximum base64 characters of the certificates that are kept. A kept certificate is parsed once.',
  },
  certificates: { standard: 8, doc: 'Maximum certificates of one node that are kept.' },
} as const satisfies LimitTable;
