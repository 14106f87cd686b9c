/**
 * The costly values of the key schedule: each computed once for a capture, with the budget of whoever brought the key. They are undefined
 * where that is spent; what they hold is undefined where there is no such value.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type Budget, type Limits, type Made, operationsOf, toHex } from '../../bytes/index.ts';
import { bitsOf, type DhPublicKey, exponentiationCost, type RsaPrivateKey, rsaPrivateCost } from '../../crypto/index.ts';
import type { Key } from '../../protocol/index.ts';
import { openSharedKey, openTest, publicValue, sharedSecret, type TunnelSecret, type TunnelTest } from './keyschedule.ts';

type Exponent = Pick<Key<bigint>, 'secret' | 'origin'>;
type RsaKey = Pick<Key<RsaPrivateKey>, 'secret' | 'origin'>;

/** The public value that an exponent yields in a group. */
export function publicValueOf(
  { secret: x, origin }: Exponent,
  { g, p }: DhPublicKey,
  budget: Budget,
): Made<bigint | undefined> | undefined {
  const make = (limits: Limits): bigint | undefined => publicValue({ g, p }, x, limits);
  return once(budget, ['g^x', g, x, p], origin, exponentiationCost(bitsOf(p), bitsOf(x)), make, () => bitsOf(p) / 8);
}

/** The shared secret of an exponent and the other side's public key. */
export function sharedSecretOf(
  { secret: x, origin }: Exponent,
  peer: DhPublicKey,
  budget: Budget,
): Made<Uint8Array | undefined> | undefined {
  const make = (limits: Limits): Uint8Array | undefined => sharedSecret(peer, x, limits);
  return once(budget, ['y^x', peer.y, x, peer.p], origin, exponentiationCost(bitsOf(peer.p), bitsOf(x)), make, sizeOf);
}

/** test_encrypted, opened with an RSA key. One of another size costs nothing. */
export function testOf(key: RsaKey, wrapped: Uint8Array, budget: Budget): Made<TunnelTest | undefined> | undefined {
  return unwrapped(key, 'test', wrapped, budget, () => openTest(key.secret, wrapped));
}

/** shared_key, opened with an RSA key. One of another size costs nothing. */
export function tunnelSecretOf(key: RsaKey, wrapped: Uint8Array, budget: Budget): Made<TunnelSecret | undefined> | undefined {
  return unwrapped(key, 'shared', wrapped, budget, () => openSharedKey(key.secret, wrapped));
}

function unwrapped<T>(
  { secret: { modulus, size }, origin }: RsaKey,
  what: string,
  wrapped: Uint8Array,
  budget: Budget,
  make: () => T,
): Made<T | undefined> | undefined {
  if (wrapped.length !== size) return { value: undefined };
  return once(budget, [what, modulus, toHex(wrapped)], origin, rsaPrivateCost(size * 8), make, () => size);
}

function once<T>(
  budget: Budget,
  of: readonly (string | bigint)[],
  origin: Key['origin'],
  cost: number,
  make: (limits: Limits) => T,
  size: (made: T) => number,
): Made<T> | undefined {
  // Not even as an id is a secret kept longer than its key.
  const id = toHex(sha256(utf8ToBytes(of.map((part) => part.toString(16)).join(' '))));
  return budget.once(id, operationsOf(origin), cost, () => make(budget.limits), size);
}

function sizeOf(bytes: Uint8Array | undefined): number {
  return bytes?.length ?? 0;
}
