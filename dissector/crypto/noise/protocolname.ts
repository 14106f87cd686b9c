import { type CipherFunction, cipherFunctions } from './cipherfunctions.ts';
import { type DhFunction, dhFunctions } from './dhfunctions.ts';
import { type HashFunction, hashFunctions } from './hashfunctions.ts';
import { type HandshakePattern, readPattern } from './pattern.ts';

/** A Noise protocol: what its name names (The Noise Protocol Framework, section 8). */
export interface NoiseProtocol {
  readonly name: string;
  readonly pattern: HandshakePattern;
  readonly dh: DhFunction;
  readonly cipher: CipherFunction;
  readonly hash: HashFunction;
}

/** Reads a name such as `Noise_XXpsk3_25519_ChaChaPoly_BLAKE2s`; a sentence that says which part of it is not known. */
export function readProtocolName(name: string): NoiseProtocol | string {
  const [head, patternName, dhName, cipherName, hashName, ...rest] = name.split('_');
  if (head !== 'Noise') return 'the name of a Noise protocol starts with Noise_';
  if (hashName === undefined || rest.length > 0) return 'the name of a Noise protocol is Noise_pattern_DH_cipher_hash';
  const pattern = readPattern(patternName!);
  if (typeof pattern === 'string') return pattern;
  const dh = named(dhFunctions, dhName!, 'DH function');
  if (typeof dh === 'string') return dh;
  const cipher = named(cipherFunctions, cipherName!, 'cipher');
  if (typeof cipher === 'string') return cipher;
  const hash = named(hashFunctions, hashName, 'hash function');
  if (typeof hash === 'string') return hash;
  return { name, pattern, dh, cipher, hash };
}

function named<T extends { readonly name: string }>(all: readonly T[], name: string, what: string): T | string {
  const known = all.map((each) => each.name).join(', ');
  return all.find((each) => each.name === name) ?? `there is no ${what} ${JSON.stringify(name)}: ${known} are known`;
}
