import type { MessageView } from './dissection.ts';
import type { Corruption } from './node.ts';

/**
 * Seals a message of others again: the bytes for the wire of `clear`, which is `whole` of its dissection or an edited copy of it, with
 * the keys, the counter and all else that its sender has used. A sentence where that cannot be done. With what `whole` was, it gives the
 * bytes of the message itself.
 */
export type Seal<Facts = unknown, Session = unknown> = (
  message: MessageView<Facts, Session>,
  clear: Uint8Array,
  spoiling: Corruption,
) => Uint8Array | string;
