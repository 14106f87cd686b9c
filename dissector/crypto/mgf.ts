import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { bytesOfInteger } from './integer.ts';
import type { HashName } from './signature.ts';

export function digest(hash: HashName, message: Uint8Array): Uint8Array {
  return hash === 'SHA-256' ? sha256(message) : sha1(message);
}

/** Bytes of a digest. */
export const digestLength: Readonly<Record<HashName, number>> = { 'SHA-256': 32, 'SHA-1': 20 };

/** `bytes` xor MGF1 (RFC 8017 appendix B.2.1) of `seed`. */
export function mask(bytes: Uint8Array, seed: Uint8Array, hash: HashName): Uint8Array {
  const out = bytes.slice();
  for (let counter = 0, at = 0; at < out.length; counter++) {
    for (const byte of digest(hash, concatBytes(seed, bytesOfInteger(BigInt(counter), 4)))) {
      if (at === out.length) break;
      out[at++]! ^= byte;
    }
  }
  return out;
}
