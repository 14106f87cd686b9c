import type { LimitTable } from '../../bytes/index.ts';

/** What only this protocol has to bound. */
export const ownLimits = {
  handshakeLength: {
    standard: 0x1_0000,
    doc: 'Maximum length that a frame may claim before the handshake, in bytes (test nodes).',
  },
} as const satisfies LimitTable;
