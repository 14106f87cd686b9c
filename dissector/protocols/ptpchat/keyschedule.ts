/**
 * The key schedule: from a node's RSA key and the `key` of a KEY to the key of its channel (ptpchat, KEY; RFC 8017, sections 5.1.2 and 7).
 * Every value of it is made here once: the first pass proves keys with it, explanations and the steps of a message show it, the node
 * opens with it. Pure: no session, no key ring.
 */
import { type RsaPrivateKey, rsaDecrypt } from '../../crypto/index.ts';
import type { Wrapping } from './choices.ts';

/** Bytes of a channel's key. */
export const channelKeyLength = 32;

/** RSADP: the padded key, as long as the modulus; undefined for a number that is not below it, and for other lengths. */
export function paddedKey(own: RsaPrivateKey, wrapped: Uint8Array): Uint8Array | undefined {
  return rsaDecrypt(own, wrapped);
}

/** What one candidate for the padding finds in it. */
export interface UnpaddedKey {
  readonly wrapping: Wrapping;
  /** What the padding holds; undefined where it does not fit. */
  readonly inner: Uint8Array | undefined;
  /** The same where it is as long as a channel's key. */
  readonly key: Uint8Array | undefined;
}

/** The specification names no padding: what each candidate finds, in their order. */
export function unpaddedKeys(padded: Uint8Array, candidates: readonly Wrapping[]): UnpaddedKey[] {
  return candidates.map((wrapping) => {
    const inner = wrapping.unwrap(padded);
    return { wrapping, inner, key: inner?.length === channelKeyLength ? inner : undefined };
  });
}
