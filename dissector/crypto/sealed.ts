import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { blake2s } from '@noble/hashes/blake2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { attempt } from './attempt.ts';
import { engine } from './engine.ts';
import { dh } from './noise.ts';

const nonceLength = 12;
const tagLength = 16;

/**
 * The key of 32 bytes between two X25519 keys (RFC 7748): BLAKE2s-256 (RFC 7693) of the shared secret, the initiator's public
 * value and the responder's. `secret` is one side's private key and `peer` the other's public value; undefined when the secret
 * is all zeros, as for a point of low order, or a value is not 32 bytes.
 */
export function sealedKey(
  secret: Uint8Array,
  peer: Uint8Array,
  initiator: Uint8Array,
  responder: Uint8Array,
): Uint8Array | undefined {
  if (initiator.length !== 32 || responder.length !== 32) return undefined;
  const shared = dh(secret, peer);
  return shared === undefined ? undefined : sealedKeyFrom(shared, initiator, responder);
}

/** The same key from the shared secret. */
export function sealedKeyFrom(shared: Uint8Array, initiator: Uint8Array, responder: Uint8Array): Uint8Array {
  return blake2s(concatBytes(shared, initiator, responder));
}

/** The plaintext of ChaCha20-Poly1305 (RFC 8439) `nonce 12, ciphertext, tag 16`; undefined when the tag does not fit. */
export function openSealed(key: Uint8Array, aad: Uint8Array, payload: Uint8Array): Uint8Array | undefined {
  if (payload.length < nonceLength + tagLength) return undefined;
  const nonce = payload.subarray(0, nonceLength);
  return attempt(() => engine.openChaChaPoly(key, nonce, payload.subarray(nonceLength), aad));
}

/** What `openSealed` opens; undefined for a key that is not 32 bytes or a nonce that is not 12. */
export function makeSealed(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array | undefined {
  return attempt(() => concatBytes(nonce, chacha20poly1305(key, nonce, aad).encrypt(plaintext)));
}
