import { ed25519 } from '@noble/curves/ed25519.js';
import { fromHex } from '../bytes/index.ts';

/** An Ed25519 key pair (RFC 8032). */
export interface Ed25519Key {
  readonly publicKey: Uint8Array;
  /** DER SubjectPublicKeyInfo (RFC 8410). */
  readonly spki: Uint8Array;
  /** 64 bytes over a message of any length. */
  sign(message: Uint8Array): Uint8Array;
}

/** SubjectPublicKeyInfo of Ed25519 up to the 32 bytes of the key. */
const spkiHead = fromHex('302a300506032b6570032100')!;

/** By its seed of 32 bytes, what RFC 8032 calls the private key. */
export function ed25519Key(seed: Uint8Array): Ed25519Key {
  const publicKey = ed25519.getPublicKey(seed);
  return { publicKey, spki: Uint8Array.from([...spkiHead, ...publicKey]), sign: (message) => ed25519.sign(message, seed) };
}
