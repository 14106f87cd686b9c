import type { DhPublicKey } from '../../crypto/index.ts';
import type { Direction } from '../../protocol/index.ts';
import type { DecryptionCandidate } from './choices.ts';
import type { PeerState } from './machine.ts';

/** One connection: what its handshake said, and how what follows it opens. */
export class Session {
  /** The direction in which outbound sends, once that is known. */
  outbound: Direction | undefined;
  a: DhPublicKey | undefined;
  b: DhPublicKey | undefined;
  /** HELLO_ACK's init_vector. */
  vector: Uint8Array | undefined;
  /** By direction: what opens it, and what proves that. */
  readonly openings: [DecryptionCandidate | undefined, DecryptionCandidate | undefined] = [undefined, undefined];
  proof = '';
  /** The state in which the capture finds the connection, where that is not its first HELLO. */
  found: PeerState | undefined;
  /** Exponents of the ring that yield the public keys of HELLO and HELLO_ACK, and the shared secret that they make. */
  readonly exponents: { a?: bigint; b?: bigint } = {};
  z: Uint8Array | undefined;
}
