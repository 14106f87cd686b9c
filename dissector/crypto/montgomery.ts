import { x448 as curve448 } from '@noble/curves/ed448.js';
import { engine } from './engine.ts';
import { orUndefined } from './orundefined.ts';

/** Diffie-Hellman of RFC 7748. Private keys, public keys and shared secrets have `length` bytes. */
export interface Montgomery {
  readonly length: number;
  /** The public key of a private key; throws for one of another length. */
  publicOf(privateKey: Uint8Array): Uint8Array;
  /** The shared secret (section 6); undefined for a public key of low order, or where a length does not fit. */
  shared(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined;
}

/** 32 bytes. */
export const x25519: Montgomery = {
  length: 32,
  publicOf: (privateKey) => engine.x25519Public(privateKey),
  shared: (privateKey, publicKey) => orUndefined(() => engine.x25519(privateKey, publicKey)),
};
/** 56 bytes. */
export const x448: Montgomery = {
  length: 56,
  publicOf: (privateKey) => curve448.getPublicKey(privateKey),
  shared: (privateKey, publicKey) => orUndefined(() => curve448.getSharedSecret(privateKey, publicKey)),
};
