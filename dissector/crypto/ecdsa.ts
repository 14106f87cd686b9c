import { p256, p384, p521 } from '@noble/curves/nist.js';
import { fromHex, toHex } from '../bytes/index.ts';
import type { Random } from './random.ts';

/** A curve of ECDSA (FIPS 186-5). */
export type CurveName = 'P-256' | 'P-384' | 'P-521';

/**
 * ECDSA (SEC 1 section 4.1) over digests as they stand, of which the leftmost bits count. Signatures are the DER of r and s; points are
 * taken in either form of SEC 1 section 2.3.3, and given uncompressed.
 */
export interface Ecdsa {
  /** DER of the curve's OID (RFC 5480 section 2.1.1.1), the parameters of an AlgorithmIdentifier. */
  readonly oid: Uint8Array;
  /** A new secret, as long as the curve's order. */
  makeSecret(random: Random): Uint8Array;
  /** Throws for a secret that is 0, not below the curve's order or of another length. */
  publicOf(secret: Uint8Array): Uint8Array;
  /** Deterministic (RFC 6979); throws as `publicOf`. */
  sign(secret: Uint8Array, digest: Uint8Array): Uint8Array;
  /** Throws for a point or signature that is none. s may be in either half of the order. */
  verify(point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean;
}

const form = { prehash: false, lowS: false, format: 'der' } as const;

function ecdsa(oid: string, curve: typeof p256): Ecdsa {
  return {
    oid: fromHex(oid)!,
    makeSecret: (random) => curve.utils.randomSecretKey(random(curve.lengths.seed!)),
    publicOf: (secret) => curve.getPublicKey(secret, false),
    sign: (secret, digest) => curve.sign(digest, secret, form),
    verify: (point, digest, signature) => curve.verify(signature, digest, point, form),
  };
}

export const curves: Readonly<Record<CurveName, Ecdsa>> = {
  'P-256': ecdsa('06082a8648ce3d030107', p256),
  'P-384': ecdsa('06052b81040022', p384),
  'P-521': ecdsa('06052b81040023', p521),
};

/** The curve that the parameters of an AlgorithmIdentifier name. */
export function curveNamed(parameters: ArrayBuffer | null | undefined): CurveName | undefined {
  const oid = parameters ? toHex(new Uint8Array(parameters)) : undefined;
  return (Object.keys(curves) as CurveName[]).find((name) => toHex(curves[name].oid) === oid);
}
