import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { CHash } from '@noble/hashes/utils.js';

/** Hash functions (The Noise Protocol Framework, sections 4.3 and 12.5 to 12.8). */
export interface HashFunction {
  readonly name: 'SHA256' | 'SHA512' | 'BLAKE2s' | 'BLAKE2b';
  /** HASHLEN, in bytes. */
  readonly hashLength: number;
  hash(...parts: readonly Uint8Array[]): Uint8Array;
  /** HKDF with so many outputs, each of HASHLEN bytes. */
  hkdf(chainingKey: Uint8Array, input: Uint8Array, outputs: 2 | 3): readonly Uint8Array[];
}

const empty = new Uint8Array(0);

function hashFunction(name: HashFunction['name'], hash: CHash): HashFunction {
  const hashLength = hash.outputLen;
  return {
    name,
    hashLength,
    hash: (...parts) => parts.reduce((state, part) => state.update(part), hash.create()).digest(),
    hkdf(chainingKey, input, outputs) {
      const all = expand(hash, extract(hash, input, chainingKey), empty, outputs * hashLength);
      return Array.from({ length: outputs }, (_, at) => all.subarray(at * hashLength, (at + 1) * hashLength));
    },
  };
}

export const hashFunctions: readonly HashFunction[] = [
  hashFunction('SHA256', sha256),
  hashFunction('SHA512', sha512),
  hashFunction('BLAKE2s', blake2s),
  hashFunction('BLAKE2b', blake2b),
];
