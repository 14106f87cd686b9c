import type { LimitTable } from '../../bytes/index.ts';

/** What only this protocol has to bound. */
export const ownLimits = {
  recentSessions: { standard: 32, doc: 'Maximum recent sessions of a channel that are tried to decrypt a message.' },
  askingSessions: { standard: 8, doc: 'Maximum sessions that are tried to decrypt a RespHello.' },
  initHellos: { standard: 8, doc: 'Maximum InitHellos with the same ephemeral key that are tried.' },
  unopenedAnswers: {
    standard: 256,
    doc: 'Maximum RespHellos of a channel that no session decrypts. After that, only the newest session is tried.',
  },
  movedSessions: {
    standard: 16,
    doc: 'Maximum sessions of other conversations that are tried to decrypt a message, in case an address changed (NAT rebinding).',
  },
  movedMessages: {
    standard: 64,
    doc: 'Maximum messages of a channel that sessions of other conversations do not decrypt. After that, sessions of other conversations are not tried.',
  },
} as const satisfies LimitTable;
