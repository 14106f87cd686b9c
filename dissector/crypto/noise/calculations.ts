/**
 * What a handshake calculates (The Noise Protocol Framework, sections 5.1 and 5.2), as functions without state: for those who keep
 * values of many handshakes apart, as a reader of captures does. A hash `h` and a chaining key `ck` have HASHLEN bytes, keys 32.
 */
import type { NoiseProtocol } from './protocolname.ts';

type Hashing = Pick<NoiseProtocol, 'hash'>;

const empty = new Uint8Array(0);
/** The nonce that is never used for a message, 2^64 - 1. */
const maxNonce = 0xffff_ffff_ffff_ffffn;

/** InitializeSymmetric: the name padded with zeros to HASHLEN, or its hash if it is longer. `ck` starts with the same value. */
export function initialize({ name, hash }: Pick<NoiseProtocol, 'name' | 'hash'>): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length > hash.hashLength) return hash.hash(bytes);
  const h = new Uint8Array(hash.hashLength);
  h.set(bytes);
  return h;
}

/** MixHash: HASH(h || data). */
export function mixHash({ hash }: Hashing, h: Uint8Array, data: Uint8Array): Uint8Array {
  return hash.hash(h, data);
}

/** MixKey: the chaining key after it, and the cipher's key. */
export function mixKey(
  { hash }: Hashing,
  before: Uint8Array,
  input: Uint8Array,
): { readonly ck: Uint8Array; readonly k: Uint8Array } {
  const [ck, k] = hash.hkdf(before, input, 2);
  return { ck: ck!, k: k!.subarray(0, 32) };
}

/** MixKeyAndHash: the same, and what is mixed into `h`. */
export function mixKeyAndHash(
  { hash }: Hashing,
  before: Uint8Array,
  input: Uint8Array,
): { readonly ck: Uint8Array; readonly mixed: Uint8Array; readonly k: Uint8Array } {
  const [ck, mixed, k] = hash.hkdf(before, input, 3);
  return { ck: ck!, mixed: mixed!, k: k!.subarray(0, 32) };
}

/** Split: the transport keys, initiator to responder and responder to initiator. */
export function split({ hash }: Hashing, ck: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const [first, second] = hash.hkdf(ck, empty, 2);
  return [first!.subarray(0, 32), second!.subarray(0, 32)];
}

/** REKEY (section 4.2): the key that follows `k`. */
export function rekey({ cipher }: Pick<NoiseProtocol, 'cipher'>, k: Uint8Array): Uint8Array {
  return cipher.encrypt(k, maxNonce, empty, new Uint8Array(32)).subarray(0, 32);
}
