import { equalBytes } from '../bytes/index.ts';
import { bitsOf, bytesOfInteger, integer, power } from './integer.ts';
import { digest, digestLength, mask } from './mgf.ts';
import type { HashName, PublicKey } from './signature.ts';

/** An RSA private key with the Chinese remainder values of RFC 8017 section 3.2. */
export interface RsaPrivateKey {
  readonly modulus: bigint;
  /** The public exponent; with the modulus it is the public key that this one belongs to. */
  readonly exponent: bigint;
  /** Bytes of the modulus. */
  readonly size: number;
  readonly p: bigint;
  readonly q: bigint;
  readonly dP: bigint;
  readonly dQ: bigint;
  readonly qInv: bigint;
}

/** The public key that a private key belongs to. */
export function rsaPublicOf({ modulus, exponent }: RsaPrivateKey): PublicKey {
  return { kind: 'RSA', modulus, exponent, bits: bitsOf(modulus) };
}

/** RSADP (RFC 8017 section 5.1.2): the padded message, as long as the modulus. Not constant time: the key is the user's own. */
export function rsaDecrypt(key: RsaPrivateKey, ciphertext: Uint8Array): Uint8Array | undefined {
  const c = integer(ciphertext);
  if (ciphertext.length !== key.size || c >= key.modulus) return undefined;
  const m1 = power(c, key.dP, key.p);
  const m2 = power(c, key.dQ, key.q);
  const h = (((key.qInv * (m1 - m2)) % key.p) + key.p) % key.p;
  return bytesOfInteger(m2 + h * key.q, key.size);
}

/**
 * EME-OAEP decoding (RFC 8017 section 7.1.2, step 3) with an empty label, hashed with `hash` and masked with MGF1 of `mgfHash`;
 * undefined when it does not fit.
 */
export function unpadOaep(padded: Uint8Array, hash: HashName, mgfHash: HashName = hash): Uint8Array | undefined {
  const length = digestLength[hash];
  if (padded[0] !== 0 || padded.length < 2 * length + 2) return undefined;
  const seed = mask(padded.subarray(1, 1 + length), padded.subarray(1 + length), mgfHash);
  const block = mask(padded.subarray(1 + length), seed, mgfHash);
  if (!equalBytes(block.subarray(0, length), digest(hash, new Uint8Array(0)))) return undefined;
  const end = block.indexOf(1, length);
  if (end < 0 || block.subarray(length, end).some((byte) => byte !== 0)) return undefined;
  return block.subarray(end + 1);
}

/** EME-PKCS1-v1_5 decoding (RFC 8017 section 7.2.2, step 3). It proves little: one padding in some thousands fits by chance. */
export function unpadPkcs1(padded: Uint8Array): Uint8Array | undefined {
  if (padded[0] !== 0 || padded[1] !== 2) return undefined;
  const end = padded.indexOf(0, 2);
  return end < 10 ? undefined : padded.subarray(end + 1);
}
