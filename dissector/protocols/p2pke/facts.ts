import type { Check } from '../../bytes/index.ts';

/** What the first pass learns of a message beyond its table row. Data messages need none: their session says it all. */
export interface Facts {
  /** Frame of the identical message that this one repeats. */
  retransmissionOf?: number;
  /** The verdict on AuthClaim's signature. */
  signature?: Check;
  /** The frame in which the same side claimed the same long-term key in an earlier session. */
  sameKeyAs?: number;
  /** RespHello's payload, opened. */
  payload?: Uint8Array;
  /** Why nothing more can be said. */
  note?: string;
}
