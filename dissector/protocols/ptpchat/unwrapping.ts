import { sha256 } from '@noble/hashes/sha2.js';
import { type Budget, type Made, operationsOf, toHex } from '../../bytes/index.ts';
import { type RsaPrivateKey, rsaPrivateCost } from '../../crypto/index.ts';
import type { Key } from '../../protocol/index.ts';
import { paddedKey } from './keyschedule.ts';

/** The padded key of a KEY under an RSA key, computed once for a capture; undefined where the budget of whoever brought the key is spent. */
export function paddedKeyOf(
  { secret, origin }: Key<RsaPrivateKey>,
  wrapped: Uint8Array,
  budget: Budget,
): Made<Uint8Array | undefined> | undefined {
  const id = `RSADP ${secret.modulus.toString(16)} ${toHex(sha256(wrapped))}`;
  const size = (padded: Uint8Array | undefined): number => id.length + (padded?.length ?? 0);
  return budget.once(id, operationsOf(origin), rsaPrivateCost(secret.size * 8), () => paddedKey(secret, wrapped), size);
}
