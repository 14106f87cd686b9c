import type { MessageView } from './dissection.ts';
import type { Corruption } from './node.ts';

/**
 * Makes the bytes for the wire of `clear`, which is `whole` of the dissection of a message or an edited copy of it: framed, and sealed
 * with the keys, the counter and all else that its sender has used. A sentence where that cannot be done. Of what `whole` was, it makes
 * the bytes of the message itself.
 */
export type Seal<Facts = unknown, Session = unknown> = (
  message: MessageView<Facts, Session>,
  clear: Uint8Array,
  spoiling: Corruption,
) => Uint8Array | string;
