import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { PrivateKeyInfo } from '@peculiar/asn1-pkcs8';
import { RSAPrivateKey } from '@peculiar/asn1-rsa';
import { AsnConvert } from '@peculiar/asn1-schema';
import { defaultLimits, equalBytes } from '../bytes/index.ts';
import { bytesOfInteger, integer, power } from './integer.ts';
import type { HashName } from './signature.ts';

/** An RSA private key with the Chinese remainder values of RFC 8017 section 3.2. */
export interface RsaPrivateKey {
  readonly modulus: bigint;
  /** Bytes of the modulus. */
  readonly size: number;
  readonly p: bigint;
  readonly q: bigint;
  readonly dP: bigint;
  readonly dQ: bigint;
  readonly qInv: bigint;
}

/** Reads a DER PKCS #8 RSA private key; undefined when it is none, or longer than the limit `modulusBits`. */
export function readRsaPrivateKey(der: Uint8Array): RsaPrivateKey | undefined {
  try {
    const info = AsnConvert.parse(der, PrivateKeyInfo);
    const key = AsnConvert.parse(info.privateKey.buffer, RSAPrivateKey);
    const [modulus, p, q, dP, dQ, qInv] = [
      key.modulus,
      key.prime1,
      key.prime2,
      key.exponent1,
      key.exponent2,
      key.coefficient,
    ].map((value) => integer(new Uint8Array(value)));
    const bits = modulus!.toString(2).length;
    if (bits > defaultLimits.modulusBits || p! * q! !== modulus || p! < 3n || q! < 3n) return undefined;
    return { modulus: modulus!, size: Math.ceil(bits / 8), p: p!, q: q!, dP: dP!, dQ: dQ!, qInv: qInv! };
  } catch {
    return undefined;
  }
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

/** EME-OAEP decoding (RFC 8017 section 7.1.2, step 3) with an empty label and MGF1 of the same hash; undefined when it does not fit. */
export function unpadOaep(padded: Uint8Array, hash: HashName): Uint8Array | undefined {
  const digest = hash === 'SHA-256' ? sha256 : sha1;
  const length = digest.outputLen;
  if (padded[0] !== 0 || padded.length < 2 * length + 2) return undefined;
  const seed = mask(padded.subarray(1, 1 + length), padded.subarray(1 + length), digest);
  const block = mask(padded.subarray(1 + length), seed, digest);
  if (!equalBytes(block.subarray(0, length), digest(new Uint8Array(0)))) return undefined;
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

/** `bytes` xor MGF1 (RFC 8017 appendix B.2.1) of `seed`. */
function mask(bytes: Uint8Array, seed: Uint8Array, digest: typeof sha256 | typeof sha1): Uint8Array {
  const out = bytes.slice();
  for (let counter = 0, at = 0; at < out.length; counter++) {
    for (const byte of digest(concatBytes(seed, bytesOfInteger(BigInt(counter), 4)))) {
      if (at === out.length) break;
      out[at++]! ^= byte;
    }
  }
  return out;
}
