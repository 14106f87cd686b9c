import { ed25519 } from '@noble/curves/ed25519.js';
import { fromHex } from '../bytes/index.ts';
import { digestInfoOf, hashOf, type MessageHash, type PublicKey } from './signature.ts';

/** A private key of one of the kinds whose signatures `verifyDigest` verifies. */
export interface SigningKey {
  readonly kind: PublicKey['kind'];
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /**
   * What `verifyDigest` verifies over the same bytes. ECDSA is deterministic (RFC 6979) and in DER. Throws an Error when an RSA
   * modulus is too short for them.
   */
  sign(digest: Uint8Array): Uint8Array;
}

/** An Ed25519 key pair (RFC 8032). */
export interface Ed25519Key extends SigningKey {
  readonly kind: 'Ed25519';
  readonly publicKey: Uint8Array;
  /** 64 bytes over a message of any length. */
  sign(message: Uint8Array): Uint8Array;
}

/** SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the 32 bytes of the key. */
const spkiHead = fromHex('302a300506032b6570032100')!;

/** By its seed of 32 bytes, what RFC 8032 calls the private key. */
export function ed25519Key(seed: Uint8Array): Ed25519Key {
  const publicKey = ed25519.getPublicKey(seed);
  const spki = Uint8Array.from([...spkiHead, ...publicKey]);
  return { kind: 'Ed25519', publicKey, spki, sign: (message) => ed25519.sign(message, seed) };
}

/** What `verifyMessage` verifies, by the key's kind. Throws as the key's `sign` does. */
export function signMessage(key: SigningKey, hash: MessageHash, message: Uint8Array): Uint8Array {
  if (key.kind === 'Ed25519') return key.sign(message);
  return key.sign(key.kind === 'RSA' ? digestInfoOf(hash, message) : hashOf(hash, message));
}
