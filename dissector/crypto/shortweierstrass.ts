import { p256 as nistP256 } from '@noble/curves/nist.js';
import { secp256k1 as koblitz256 } from '@noble/curves/secp256k1.js';
import { orUndefined } from './orundefined.ts';

/**
 * A curve of 256 bits (SEC 1). Points are given compressed, 33 bytes, and taken compressed or not, 65 bytes; secrets and digests are 32
 * bytes, big-endian.
 */
export interface ShortWeierstrass {
  /** A point of SEC 1 section 2.3.3 in its compressed form; undefined when it is none. */
  readPoint(bytes: Uint8Array): Uint8Array | undefined;
  /** The public point of a secret; undefined when that is 0, not below the curve's order or not 32 bytes. */
  publicOf(secret: Uint8Array): Uint8Array | undefined;
  /**
   * `point` times `secret` (SEC 1 section 3.3.1), the whole point and not only its x; undefined when either is none. Not constant time:
   * for keys of one's own, on one's own machine.
   */
  sharedPoint(secret: Uint8Array, point: Uint8Array): Uint8Array | undefined;
  /** ECDH as SEC 1 has it: the 32 bytes of the shared point's x; undefined when either is none. */
  shared(secret: Uint8Array, point: Uint8Array): Uint8Array | undefined;
  /**
   * ECDSA (SEC 1 section 4.1.4) over a digest. The signature is r and s of 32 bytes each, or the DER of both (SEC 1 appendix C.8); s
   * may be in either half of the order.
   */
  verify(point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean;
  /** ECDSA over a digest, deterministic (RFC 6979): r and s of 32 bytes each. Throws for a secret that is none. */
  sign(secret: Uint8Array, digest: Uint8Array): Uint8Array;
}

function shortWeierstrass(curve: typeof koblitz256): ShortWeierstrass {
  const { Point } = curve;
  const sharedPoint: ShortWeierstrass['sharedPoint'] = (secret, point) =>
    orUndefined(() => {
      const scalar = Point.Fn.fromBytes(secret);
      // Not constant time, which takes more than three times as long.
      return Point.Fn.isValidNot0(scalar) ? Point.fromBytes(point).multiplyUnsafe(scalar).toBytes(true) : undefined;
    });
  return {
    readPoint: (bytes) => orUndefined(() => Point.fromBytes(bytes).toBytes(true)),
    publicOf: (secret) => orUndefined(() => curve.getPublicKey(secret, true)),
    sharedPoint,
    shared: (secret, point) => sharedPoint(secret, point)?.subarray(1),
    verify(point, digest, signature) {
      if (digest.length !== 32) return false;
      const fits = (format: 'compact' | 'der') =>
        orUndefined(() => curve.verify(signature, digest, point, { prehash: false, lowS: false, format })) ?? false;
      // DER of 64 bytes is possible, too: it needs an r or s with leading zeros.
      return (signature.length === 64 && fits('compact')) || fits('der');
    },
    sign: (secret, digest) => curve.sign(digest, secret, { prehash: false }),
  };
}

/** SEC 2 section 2.4.1. Of signatures, s is in the lower half of the order. */
export const secp256k1: ShortWeierstrass = shortWeierstrass(koblitz256);
/** NIST SP 800-186 section 3.2.1.3. */
export const p256: ShortWeierstrass = shortWeierstrass(nistP256);
