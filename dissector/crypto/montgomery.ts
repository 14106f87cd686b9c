import { x448 as curve448 } from '@noble/curves/ed448.js';
import { x25519 as curve25519 } from '@noble/curves/ed25519.js';
import { orUndefined } from './orundefined.ts';

/** Diffie-Hellman of RFC 7748. Private keys, public keys and shared secrets have `length` bytes. */
export interface Montgomery {
  readonly length: number;
  /** The public key of a private key; throws for one of another length. */
  publicOf(privateKey: Uint8Array): Uint8Array;
  /** The shared secret (section 6); undefined for a public key of low order, or where a length does not fit. */
  shared(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined;
}

function montgomery(length: number, curve: typeof curve25519): Montgomery {
  return {
    length,
    publicOf: (privateKey) => curve.getPublicKey(privateKey),
    shared: (privateKey, publicKey) => orUndefined(() => curve.getSharedSecret(privateKey, publicKey)),
  };
}

/** 32 bytes. */
export const x25519: Montgomery = montgomery(32, curve25519);
/** 56 bytes. */
export const x448: Montgomery = montgomery(56, curve448);
