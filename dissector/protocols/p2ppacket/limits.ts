import type { LimitTable } from '../../bytes/index.ts';

/** What only this protocol has to bound. */
export const ownLimits = {
  sessionTrials: { standard: 1_024, doc: 'Maximum failed decryption attempts of one session.' },
  movedDataSessions: {
    standard: 16,
    doc: 'Maximum sessions of other conversations that are tried to decrypt a data packet, in case an address changed (NAT rebinding).',
  },
  movedDataPackets: {
    standard: 64,
    doc: 'Maximum data packets of a conversation that no session of another conversation decrypts. After that, those sessions are not tried.',
  },
} as const satisfies LimitTable;
