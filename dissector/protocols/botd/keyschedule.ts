/**
 * The key schedule: what Init and Ack sign, the point that both ephemeral keys yield, and the AES keys that it may be made to (BOTD #2,
 * Handshake and Shared Secret Generation). Every value of it is made here once: the first pass proves keys with it, explanations and the
 * steps of a message show it, the node speaks with it. Pure: no session, no key ring.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { secp256k1 } from '../../crypto/index.ts';
import type { KeyCandidate } from './choices.ts';

type Part = Uint8Array | undefined;

/** The keys that a signature covers, one after the other, and their SHA-256. */
export interface SignedKeys {
  readonly covered: Uint8Array;
  readonly digest: Uint8Array;
}

/** Undefined where one of the keys is missing. */
function signedKeys(parts: readonly Part[]): SignedKeys | undefined {
  const whole = parts.filter((part) => part !== undefined);
  if (whole.length < parts.length) return undefined;
  const covered = concatBytes(...whole);
  return { covered, digest: sha256(covered) };
}

/** The sender of an Init signs `sender_pubkey, recipient_pubkey, ephemeral_pubkey`. */
export function signedInInit(sender: Part, recipient: Part, ephemeral: Part): SignedKeys | undefined {
  return signedKeys([sender, recipient, ephemeral]);
}

/** The recipient signs `recipient_pubkey, sender_pubkey` as they stand in the Init, and its own `ephemeral_pubkey`. */
export function signedInAck(init: { readonly recipient: Part; readonly sender: Part }, ephemeral: Part): SignedKeys | undefined {
  return signedKeys([init.recipient, init.sender, ephemeral]);
}

/**
 * S: `d`, the ephemeral private key of one side, times the ephemeral public key of the other (SEC 1, section 3.3.1), compressed, 33
 * bytes; undefined when either is none.
 */
export function sharedPoint(d: Uint8Array, ephemeral: Uint8Array): Uint8Array | undefined {
  return secp256k1.sharedPoint(d, ephemeral);
}

/** An AES key of 32 bytes, the candidate that makes it, and the point that it is made of. */
export interface DerivedKey {
  readonly key: Uint8Array;
  readonly derivation: string;
  readonly point: Uint8Array;
}

/** The specification names no way from S to the key: one by each candidate, in their order. */
export function keysOf(point: Uint8Array, candidates: readonly KeyCandidate[]): DerivedKey[] {
  return candidates.map(({ id, derive }) => ({ key: derive(point), derivation: id, point }));
}
