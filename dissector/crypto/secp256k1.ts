import { secp256k1 } from '@noble/curves/secp256k1.js';
import { attempt } from './attempt.ts';

/** The curve secp256k1 (SEC 2 section 2.4.1). Points are compressed, 33 bytes; secrets and digests are 32 bytes, big-endian. */

/** A point of SEC 1 section 2.3.3, compressed (33 bytes) or not (65), in its compressed form; undefined when it is none. */
export function readPoint(bytes: Uint8Array): Uint8Array | undefined {
  return attempt(() => secp256k1.Point.fromBytes(bytes).toBytes(true));
}

/** The public point of a secret; undefined when that is 0, not below the curve's order or not 32 bytes. */
export function publicOf(secret: Uint8Array): Uint8Array | undefined {
  return attempt(() => secp256k1.getPublicKey(secret, true));
}

/** `point` times `secret` (SEC 1 section 3.3.1), the whole point and not only its x; undefined when either is none. */
export function sharedPoint(secret: Uint8Array, point: Uint8Array): Uint8Array | undefined {
  return attempt(() => secp256k1.getSharedSecret(secret, point, true));
}

/**
 * ECDSA (SEC 1 section 4.1.4) over a digest of 32 bytes. The signature is r and s of 32 bytes each, or the DER of both (SEC 1
 * appendix C.8); s may be in either half of the order.
 */
export function verify(point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  if (digest.length !== 32) return false;
  const fits = (format: 'compact' | 'der') =>
    attempt(() => secp256k1.verify(signature, digest, point, { prehash: false, lowS: false, format })) ?? false;
  // DER of 64 bytes is possible, too: it needs an r or s with leading zeros.
  return (signature.length === 64 && fits('compact')) || fits('der');
}

/** ECDSA over a digest of 32 bytes, deterministic (RFC 6979): r and s of 32 bytes each, s in the lower half of the order. */
export function sign(secret: Uint8Array, digest: Uint8Array): Uint8Array {
  return secp256k1.sign(digest, secret, { prehash: false });
}
