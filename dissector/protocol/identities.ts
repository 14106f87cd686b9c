/** What several peers need of long-term and session keys. */
import { fromHex, toHex } from '../bytes/index.ts';
import { type Ed25519Key, ed25519Key } from '../crypto/index.ts';

/** Bytes of an Ed25519 seed, what RFC 8032 calls the private key. */
const SEED = 32;

/** An identity of one Ed25519 key as text, `{"ed25519_seed": "64 hex digits"}`. */
export function createSeedIdentity(random: (length: number) => Uint8Array): string {
  return JSON.stringify({ ed25519_seed: toHex(random(SEED)) });
}

/** Its key; a sentence for a text that is none. */
export function readSeedIdentity(protocol: string, text: string): Ed25519Key | string {
  const form = `An identity of ${protocol} is {"ed25519_seed": "64 hex digits"}.`;
  try {
    const { ed25519_seed: hex } = JSON.parse(text) as { ed25519_seed?: unknown };
    const seed = typeof hex === 'string' ? fromHex(hex) : undefined;
    return seed?.length === SEED ? ed25519Key(seed) : form;
  } catch {
    return form;
  }
}

/** A key that is not the one given, for the fault "wrong-key". */
export function wrongKeyOf(key: Uint8Array): Uint8Array {
  return key.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
}
