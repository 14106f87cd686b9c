import type { Check } from '../../bytes/index.ts';

/** What ties a packet, or one of its entries, to others: the generated field's name, and the other's frame. */
export type Links = Partial<Record<'answers' | 'answered_in' | 'acknowledged_in' | 'retransmission_of' | 'requested_in', number>>;

/** A signature with what it was checked over: names of fields, the first candidate where none verifies. */
export interface Signed {
  signature?: Check;
  covers?: readonly string[];
}

export interface EntryFacts extends Links, Signed {
  /** The requester's ed25519_public, hex. */
  signer?: string;
}

/** What the first pass learns of a packet beyond its table row. */
export interface Facts extends Links, Signed {
  /** Whether a hello carries a cookie that it was given; none where no hello retry was captured. */
  cookie?: Check;
  /** By place of the entry in the packet. */
  entries?: EntryFacts[];
  /** The frame in which the same x25519_public was seen first, in another session. */
  sameKeyAs?: number;
  note?: string;
}
