import type { Check } from '../../bytes/index.ts';

/** What ties a packet, or one of its entries, to others: the generated field's name, and the other's frame. */
export type Links = Partial<Record<'answers' | 'answered_in' | 'acknowledged_in' | 'retransmission_of' | 'requested_in', number>>;

export interface EntryFacts extends Links {
  signature?: Check;
}

/** What the first pass learns of a packet beyond its table row. */
export interface Facts extends Links {
  signature?: Check;
  /** By place of the entry in the packet. */
  entries?: EntryFacts[];
  /** The frame in which the same x25519_public was seen first, in another session. */
  sameKeyAs?: number;
  note?: string;
}
