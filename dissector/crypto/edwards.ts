import { ed448 as edwards448 } from '@noble/curves/ed448.js';
import { ed25519 as edwards25519 } from '@noble/curves/ed25519.js';
import { engine } from './engine.ts';
import { orUndefined } from './orundefined.ts';

/** Signatures of RFC 8032. Private keys (its seeds) and public keys have `length` bytes, signatures twice as many. */
export interface Edwards {
  readonly length: number;
  /** The public key of a private key; throws for one of another length. */
  publicOf(privateKey: Uint8Array): Uint8Array;
  /** The signature over a message of any length, with an empty context; throws for a private key of another length. */
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** As the RFC says it: points that are not written in the one right way are refused. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

function edwards(length: number, curve: typeof edwards25519): Edwards {
  return {
    length,
    publicOf: (privateKey) => curve.getPublicKey(privateKey),
    sign: (privateKey, message) => curve.sign(message, privateKey),
    verify: (publicKey, message, signature) =>
      orUndefined(() => curve.verify(signature, message, publicKey, { zip215: false })) ?? false,
  };
}

/** 32 bytes. */
export const ed25519: Edwards = {
  ...edwards(32, edwards25519),
  verify: (publicKey, message, signature) => orUndefined(() => engine.verifyEd25519(publicKey, message, signature)) ?? false,
};
/** 57 bytes. */
export const ed448: Edwards = edwards(57, edwards448);
