import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { type CHash, concatBytes } from '@noble/hashes/utils.js';
import { engine, type HmacHash } from '../engine.ts';

/** Hash functions (The Noise Protocol Framework, sections 4.3 and 12.5 to 12.8). */
export interface HashFunction {
  readonly name: HmacHash;
  /** HASHLEN, in bytes. */
  readonly hashLength: number;
  hash(...parts: readonly Uint8Array[]): Uint8Array;
  /** HKDF with so many outputs, each of HASHLEN bytes. */
  hkdf(chainingKey: Uint8Array, input: Uint8Array, outputs: 2 | 3): readonly Uint8Array[];
}

function hashFunction(name: HashFunction['name'], hash: CHash): HashFunction {
  const hashLength = hash.outputLen;
  return {
    name,
    hashLength,
    hash: (...parts) => parts.reduce((state, part) => state.update(part), hash.create()).digest(),
    hkdf(chainingKey, input, outputs) {
      const key = engine.hmac(name, chainingKey, input);
      const made: Uint8Array[] = [];
      for (let number = 1; number <= outputs; number++)
        made.push(engine.hmac(name, key, concatBytes(made.at(-1) ?? new Uint8Array(0), Uint8Array.of(number))));
      return made;
    },
  };
}

export const hashFunctions: readonly HashFunction[] = [
  hashFunction('SHA256', sha256),
  hashFunction('SHA512', sha512),
  hashFunction('BLAKE2s', blake2s),
  hashFunction('BLAKE2b', blake2b),
];
