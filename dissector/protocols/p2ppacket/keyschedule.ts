/**
 * The key schedule of sealed data, a convention of this program: the document names the keys and no encryption. Every value of it is made
 * here once: the first pass proves keys with it, explanations and the steps of a packet show it, the node speaks with it. Pure: no
 * session, no key ring.
 */
import { blake2s } from '@noble/hashes/blake2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { x25519 } from '../../crypto/index.ts';

/** The x25519_public of both sides, 32 bytes each. */
export interface Publics {
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
}

export interface ExchangeKeys {
  /** X25519 (RFC 7748) of one side's private key and the other's x25519_public, 32 bytes. */
  readonly z: Uint8Array;
  /** BLAKE2s-256 (RFC 7693) of Z, the initiator's x25519_public and the responder's. */
  readonly key: Uint8Array;
}

/**
 * What the private key of one side gives with the public key of the other; undefined when Z is all zeros, as for a point of low order,
 * or a value is not 32 bytes.
 */
export function exchange(
  side: keyof Publics,
  privateKey: Uint8Array,
  { initiator, responder }: Publics,
): ExchangeKeys | undefined {
  if (initiator.length !== 32 || responder.length !== 32) return undefined;
  const z = x25519.shared(privateKey, side === 'initiator' ? responder : initiator);
  return z && { z, key: blake2s(concatBytes(z, initiator, responder)) };
}
