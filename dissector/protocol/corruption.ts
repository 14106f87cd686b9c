import type { FieldValues } from '../codec/index.ts';

/** How a message is spoiled where that has to happen while it is made. */
export interface Corruption {
  /** Encrypts or seals with a key that is not the session's. */
  readonly wrongKey?: boolean;
  /** The values as they were before a fault changed them: a retransmission carries these. */
  readonly meant?: FieldValues;
}
