/** Hash functions, and what is made of them. Each takes its message in any number of pieces. */
import { blake2b as b2b, blake2s as b2s } from '@noble/hashes/blake2.js';
import { blake3 as b3 } from '@noble/hashes/blake3.js';
import { hkdf as derive } from '@noble/hashes/hkdf.js';
import { hmac as authenticate } from '@noble/hashes/hmac.js';
import { sha256 as s256, sha384 as s384, sha512 as s512 } from '@noble/hashes/sha2.js';
import { sha3_256 as s3_256, sha3_384 as s3_384, sha3_512 as s3_512 } from '@noble/hashes/sha3.js';
import { type CHash, concatBytes } from '@noble/hashes/utils.js';

export interface Hash {
  (...pieces: readonly Uint8Array[]): Uint8Array;
  /** Bytes of the digest. */
  readonly digestLength: number;
}

const made = new WeakMap<Hash, CHash>();

function hash(from: CHash): Hash {
  const run = (...pieces: readonly Uint8Array[]) => pieces.reduce((state, piece) => state.update(piece), from.create()).digest();
  const whole: Hash = Object.assign(run, { digestLength: from.outputLen });
  made.set(whole, from);
  return whole;
}

/** FIPS 180-4: 32, 48 and 64 bytes. */
export const sha256: Hash = hash(s256);
export const sha384: Hash = hash(s384);
export const sha512: Hash = hash(s512);
/** FIPS 202: 32, 48 and 64 bytes. */
export const sha3_256: Hash = hash(s3_256);
export const sha3_384: Hash = hash(s3_384);
export const sha3_512: Hash = hash(s3_512);
/** RFC 7693: 32 and 64 bytes, without a key; `keyed` takes one. */
export const blake2s: Hash = hash(b2s);
export const blake2b: Hash = hash(b2b);
/** The BLAKE3 paper: the first 32 bytes, without a key. */
export const blake3: Hash = hash(b3);

/** HMAC (RFC 2104), as long as the digest. The key has any length. */
export function hmac(of: Hash, key: Uint8Array, ...pieces: readonly Uint8Array[]): Uint8Array {
  return authenticate(made.get(of)!, key, concatBytes(...pieces));
}

/** HKDF (RFC 5869): `length` bytes; undefined for more than 255 digests. An empty salt is one of zeros. */
export function hkdf(of: Hash, secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array | undefined {
  const isPossible = Number.isSafeInteger(length) && length >= 0 && length <= 255 * of.digestLength;
  return isPossible ? derive(made.get(of)!, secret, salt, info, length) : undefined;
}

type Keyed = (message: Uint8Array, options: { readonly key: Uint8Array; readonly dkLen: number }) => Uint8Array;
const keyedOnes: ReadonlyMap<Hash, Keyed> = new Map<Hash, Keyed>([
  [blake2s, b2s],
  [blake2b, b2b],
]);

/**
 * BLAKE2 with a key (RFC 7693 section 2.9): `length` bytes, which is another digest than the first bytes of a longer one. undefined for
 * a hash that takes no key, a key or a length of more bytes than the digest, and for none.
 */
export function keyed(of: Hash, key: Uint8Array, length: number, ...pieces: readonly Uint8Array[]): Uint8Array | undefined {
  const from = keyedOnes.get(of);
  const isPossible = (bytes: number) => Number.isInteger(bytes) && bytes > 0 && bytes <= of.digestLength;
  if (from === undefined || !isPossible(key.length) || !isPossible(length)) return undefined;
  return from(concatBytes(...pieces), { key, dkLen: length });
}
