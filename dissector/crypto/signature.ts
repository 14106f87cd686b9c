import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { type Check, defaultLimits, fromHex, type Limits, toHex } from '../bytes/index.ts';
import { type CurveName, curves } from './ecdsa.ts';
import { engine } from './engine.ts';
import { integer } from './integer.ts';

export type PublicKey =
  | { readonly kind: 'Ed25519'; readonly bytes: Uint8Array }
  | { readonly kind: 'ECDSA'; readonly curve: CurveName; readonly point: Uint8Array }
  | { readonly kind: 'RSA'; readonly modulus: bigint; readonly exponent: bigint; readonly bits: number };

/** The largest RSA or DH modulus that is computed with, in bits. */
export type ModulusLimit = Pick<Limits, 'modulusBits'>;

/** What a check with a key takes on a common machine, in milliseconds. */
export function verificationCost(key: PublicKey): number {
  if (key.kind === 'Ed25519') return 1;
  if (key.kind === 'ECDSA') return curveCosts[key.curve];
  // A multiplication takes the square of the bits, and there is one for each bit of the exponent.
  return 0.1 + (key.bits / 16_384) ** 2 * (key.exponent.toString(2).length / 32) * 7;
}

const curveCosts = { 'P-256': 2, 'P-384': 4, 'P-521': 8 } as const;

/**
 * Verifies a signature over `digest` as it stands: Ed25519 signs it as its message (RFC 8032), ECDSA takes its leftmost
 * bits up to the curve's order (SEC 1 section 4.1.4), RSA PKCS #1 v1.5 pads it without a DigestInfo (RFC 8017 section 9.2).
 */
export function verifyDigest(
  key: PublicKey,
  digest: Uint8Array,
  signature: Uint8Array,
  limits: ModulusLimit = defaultLimits,
): Check {
  try {
    return verdict(verify(key, digest, signature, limits), key);
  } catch {
    return verdict(false, key);
  }
}

function verify(key: PublicKey, digest: Uint8Array, signature: Uint8Array, { modulusBits }: ModulusLimit): boolean | string {
  switch (key.kind) {
    case 'Ed25519':
      return engine.verifyEd25519(key.bytes, digest, signature);
    case 'ECDSA':
      return curves[key.curve].verify(key.point, digest, signature);
    case 'RSA':
      if (key.bits > modulusBits || key.exponent > 0xffff_ffffn) {
        return `not checked: a modulus of ${key.bits} bits or its exponent is over the limit modulusBits of ${modulusBits}`;
      }
      return verifyRsa(key, digest, signature);
  }
}

/** DigestInfo of RFC 8017 section 9.2, note 1, up to the hash. */
const digestInfo = {
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-1': '3021300906052b0e03021a05000414',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
} as const;
const hashes = { 'SHA-256': sha256, 'SHA-1': sha1, 'SHA-384': sha384, 'SHA-512': sha512 } as const;
export type HashName = 'SHA-256' | 'SHA-1';
/** What a message is hashed with before it is signed. */
export type MessageHash = HashName | 'SHA-384' | 'SHA-512';

export function hashOf(hash: MessageHash, message: Uint8Array): Uint8Array {
  return hashes[hash](message);
}

/** DigestInfo of a message (RFC 8017 section 9.2), which RSASSA-PKCS1-v1_5 pads and signs. */
export function digestInfoOf(hash: MessageHash, message: Uint8Array): Uint8Array {
  return fromHex(digestInfo[hash] + toHex(hashOf(hash, message)))!;
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) over `message`, hashed with `hash`. */
export function verifyRsaMessage(
  key: PublicKey,
  hash: MessageHash,
  message: Uint8Array,
  signature: Uint8Array,
  limits: ModulusLimit = defaultLimits,
): Check {
  if (key.kind !== 'RSA') return { state: 'unchecked', why: `the key is ${key.kind}, not RSA` };
  // A message may have megabytes, and most of what is tried is no signature.
  if (signature.length !== Math.ceil(key.bits / 8) && key.bits <= limits.modulusBits) return verdict(false, key);
  return verifyDigest(key, digestInfoOf(hash, message), signature, limits);
}

/** By the key's kind: RSASSA-PKCS1-v1_5, ECDSA (DER) over the hash, or Ed25519, which hashes by itself. */
export function verifyMessage(
  key: PublicKey,
  hash: MessageHash,
  message: Uint8Array,
  signature: Uint8Array,
  limits: ModulusLimit = defaultLimits,
): Check {
  if (key.kind === 'RSA') return verifyRsaMessage(key, hash, message, signature, limits);
  return verifyDigest(key, key.kind === 'Ed25519' ? message : hashOf(hash, message), signature, limits);
}

function verdict(result: boolean | string, key: PublicKey): Check {
  const name = key.kind === 'ECDSA' ? `ECDSA ${key.curve}` : key.kind === 'RSA' ? `RSA ${key.bits}` : key.kind;
  if (typeof result === 'string') return { state: 'unchecked', why: result };
  return result
    ? { state: 'valid', why: `${name} signature verifies` }
    : { state: 'invalid', why: `${name} signature does not verify` };
}

function verifyRsa(key: { modulus: bigint; exponent: bigint; bits: number }, digest: Uint8Array, signature: Uint8Array): boolean {
  const size = Math.ceil(key.bits / 8);
  const s = integer(signature);
  if (signature.length !== size || size < digest.length + 11 || s >= key.modulus) return false;
  const padded = engine
    .rsaPublic(s, key.exponent, key.modulus)
    .toString(16)
    .padStart(size * 2, '0');
  return padded === `0001${'ff'.repeat(size - digest.length - 3)}00${toHex(digest)}`;
}
