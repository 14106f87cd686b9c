/**
 * The key schedule: from an exponent to the AES key of a connection (p2p, Handshake; PKCS #3), and from a target's RSA key to the AES key
 * of a tunnel (TUNNEL_REQ; RFC 8017, section 7.1). Every value of it is made here once: the first pass proves keys with it, explanations
 * and the steps of a packet show it, the node speaks with it. Pure: no session, no key ring.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Limits } from '../../bytes/index.ts';
import { type DhPublicKey, dhPublic, dhShared, type RsaPrivateKey, rsaDecrypt, unpadOaep } from '../../crypto/index.ts';
import type { KeyCandidate } from './choices.ts';

/** The public value that an exponent yields in the group of a public key; undefined where the limits do not let it be computed. */
export function publicValue({ g, p }: Pick<DhPublicKey, 'g' | 'p'>, x: bigint, limits: Limits): bigint | undefined {
  return dhPublic(g, x, p, limits);
}

/** shared_secret: the other side's public value to the power of the exponent, big-endian, as long as the modulus; undefined likewise. */
export function sharedSecret({ y, p }: DhPublicKey, x: bigint, limits: Limits): Uint8Array | undefined {
  return dhShared(y, x, p, limits);
}

/** A shared secret as long as the modulus, where that is known: a key log may leave its zeros in front out. */
export function paddedSecret(z: Uint8Array, p: bigint | undefined): Uint8Array {
  const size = p === undefined ? z.length : Math.ceil(p.toString(16).length / 2);
  if (z.length >= size) return z;
  const out = new Uint8Array(size);
  out.set(z, size - z.length);
  return out;
}

/** An AES key of 32 bytes, with the shared secret and the candidate that made it. */
export interface DerivedKey {
  readonly key: Uint8Array;
  readonly z: Uint8Array;
  readonly candidate: string;
}

/** The key that one candidate makes of the shared secret; undefined for a secret that is too short for it. */
export function keyOf(z: Uint8Array, { id, derive }: KeyCandidate): DerivedKey | undefined {
  const key = derive(z);
  return key && { key, z, candidate: id };
}

/** RSA-OAEP with SHA-256 and MGF1-SHA-1; undefined where the key does not fit or the padding does not hold. */
function openOaep(target: RsaPrivateKey, wrapped: Uint8Array): Uint8Array | undefined {
  const padded = rsaDecrypt(target, wrapped);
  return padded && unpadOaep(padded, 'SHA-256', 'SHA-1');
}

/** test_encrypted, opened: the target's key has proven itself where `hash` is the test_hash of the packet. */
export interface TunnelTest {
  readonly test: Uint8Array;
  /** SHA-256 of `test`. */
  readonly hash: Uint8Array;
}

export function openTest(target: RsaPrivateKey, wrapped: Uint8Array): TunnelTest | undefined {
  const test = openOaep(target, wrapped);
  return test && { test, hash: sha256(test) };
}

const keyLength = 32;
const ivLength = 16;

/** shared_key, opened: AES key and iv of the tunnel, where it is as long as both. */
export interface TunnelSecret {
  readonly shared: Uint8Array;
  readonly keys: { readonly key: Uint8Array; readonly iv: Uint8Array } | undefined;
}

export function openSharedKey(target: RsaPrivateKey, wrapped: Uint8Array): TunnelSecret | undefined {
  const shared = openOaep(target, wrapped);
  if (shared === undefined) return undefined;
  const isWhole = shared.length === keyLength + ivLength;
  return { shared, keys: isWhole ? { key: shared.subarray(0, keyLength), iv: shared.subarray(keyLength) } : undefined };
}
