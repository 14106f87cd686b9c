import type { LimitTable } from '../../bytes/index.ts';

/** What only this protocol has to bound. */
export const ownLimits = {
  primeBits: {
    standard: 4_096,
    doc: 'Maximum bits of a number that is tested for primality. A test of this size takes a tenth of a second.',
  },
  nodeListSize: { standard: 0x0100_0000, doc: 'Maximum bytes of a node list after bzip2 decompression.' },
} as const satisfies LimitTable;
