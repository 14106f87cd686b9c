/** RSA as its senders use it: signatures, and keys encrypted for someone else. */
import { concatBytes } from '@noble/hashes/utils.js';
import { defaultLimits } from '../bytes/index.ts';
import { engine } from './engine.ts';
import { bytesOfInteger, integer } from './integer.ts';
import { digest, digestLength, mask } from './mgf.ts';
import type { Random } from './random.ts';
import { type RsaPrivateKey, rsaDecrypt } from './rsa.ts';
import { digestInfoOf, type HashName, type MessageHash, type ModulusLimit, type PublicKey } from './signature.ts';

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.1), as long as the modulus. Throws an Error when the modulus is too short for it. */
export function rsaSign(key: RsaPrivateKey, hash: MessageHash, message: Uint8Array): Uint8Array {
  return rsaSignDigest(key, digestInfoOf(hash, message));
}

/** The same over `digest` as it stands, which is a DigestInfo where a standard asks for one. */
export function rsaSignDigest(key: RsaPrivateKey, digest: Uint8Array): Uint8Array {
  const filled = key.size - digest.length - 3;
  if (filled < 8) throw new Error(`an RSA key of ${key.size} bytes is too short to sign ${digest.length} bytes`);
  return rsaDecrypt(key, concatBytes(Uint8Array.of(0, 1), new Uint8Array(filled).fill(0xff), Uint8Array.of(0), digest))!;
}

/** Bytes of the modulus of a key that can be encrypted with; undefined for other kinds of keys and for sizes out of bounds. */
export function wrappingSize(key: PublicKey, { modulusBits }: ModulusLimit = defaultLimits): number | undefined {
  const isUsable = key.kind === 'RSA' && key.bits >= 512 && key.bits <= modulusBits && key.exponent <= 0xffff_ffffn;
  return isUsable ? Math.ceil(key.bits / 8) : undefined;
}

/** RSAEP (RFC 8017 section 5.1.1) of a padded message as long as the modulus; undefined for a key that cannot do it. */
export function rsaEncrypt(key: PublicKey, padded: Uint8Array): Uint8Array | undefined {
  const message = integer(padded);
  if (key.kind !== 'RSA' || padded.length !== wrappingSize(key) || message >= key.modulus) return undefined;
  return bytesOfInteger(engine.rsaPublic(message, key.exponent, key.modulus), padded.length);
}

/**
 * EME-OAEP encoding (RFC 8017 section 7.1.1, step 2) with an empty label, hashed with `hash` and masked with MGF1 of `mgfHash`;
 * undefined when the message is too long.
 */
export function padOaep(
  message: Uint8Array,
  size: number,
  hash: HashName,
  random: Random,
  mgfHash: HashName = hash,
): Uint8Array | undefined {
  const length = digestLength[hash];
  const filled = size - message.length - 2 * length - 2;
  if (filled < 0) return undefined;
  const block = concatBytes(digest(hash, new Uint8Array(0)), new Uint8Array(filled), Uint8Array.of(1), message);
  const seed = random(length);
  const masked = mask(block, seed, mgfHash);
  return concatBytes(Uint8Array.of(0), mask(seed, masked, mgfHash), masked);
}

/** EME-PKCS1-v1_5 encoding (RFC 8017 section 7.2.1, step 2); undefined when the message is too long. */
export function padPkcs1(message: Uint8Array, size: number, random: Random): Uint8Array | undefined {
  const filled = size - message.length - 3;
  if (filled < 8) return undefined;
  // The bytes of the padding are not zero.
  const filling = random(filled).map((byte) => byte || 1);
  return concatBytes(Uint8Array.of(0, 2), filling, Uint8Array.of(0), message);
}
