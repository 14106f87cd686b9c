import { concatBytes } from '@noble/hashes/utils.js';
import { type Check, defaultLimits, equalBytes } from '../bytes/index.ts';
import { engine } from './engine.ts';
import { bitsOf, bytesOfInteger, integer } from './integer.ts';
import { digest, digestLength, mask } from './mgf.ts';
import { type RsaPrivateKey, rsaDecrypt } from './rsa.ts';
import type { HashName, ModulusLimit, PublicKey } from './signature.ts';

const hash = 'SHA-256';
const hashLength = digestLength[hash];

/**
 * RSASSA-PSS (RFC 8017 section 8.1.2) over `message`, hashed with SHA-256 and masked with MGF1 of `mgfHash`. The salt's length
 * is the one that the signature has, whichever that is.
 */
export function verifyPss(
  key: PublicKey,
  mgfHash: HashName,
  message: Uint8Array,
  signature: Uint8Array,
  { modulusBits }: ModulusLimit = defaultLimits,
): Check {
  if (key.kind !== 'RSA') return { state: 'unchecked', why: `the key is ${key.kind}, not RSA` };
  if (key.bits > modulusBits || key.exponent > 0xffff_ffffn) {
    return {
      state: 'unchecked',
      why: `not checked: a modulus of ${key.bits} bits or its exponent is over the limit modulusBits of ${modulusBits}`,
    };
  }
  const salt = saltLength(key, mgfHash, digest(hash, message), signature);
  return salt === undefined
    ? { state: 'invalid', why: `RSA ${key.bits} PSS signature does not verify` }
    : { state: 'valid', why: `RSA ${key.bits} PSS signature with a salt of ${salt} bytes verifies` };
}

/** EMSA-PSS-VERIFY (RFC 8017 section 9.1.2): the salt's length, or undefined when the signature is inconsistent. */
function saltLength(
  key: { modulus: bigint; exponent: bigint; bits: number },
  mgfHash: HashName,
  messageHash: Uint8Array,
  signature: Uint8Array,
): number | undefined {
  const size = Math.ceil(key.bits / 8);
  const s = integer(signature);
  if (signature.length !== size || s >= key.modulus) return undefined;
  // The encoded message has a bit less than the modulus, so it may be a byte shorter.
  const encodedBits = key.bits - 1;
  const whole = bytesOfInteger(engine.rsaPublic(s, key.exponent, key.modulus), size);
  const encoded = whole.subarray(size - Math.ceil(encodedBits / 8));
  if (encoded.length < size && whole[0] !== 0) return undefined;
  if (encoded.length < hashLength + 2 || encoded.at(-1) !== 0xbc) return undefined;
  const masked = encoded.subarray(0, encoded.length - hashLength - 1);
  const h = encoded.subarray(masked.length, -1);
  const used = 0xff >>> (8 * encoded.length - encodedBits);
  if ((masked[0]! & ~used) !== 0) return undefined;
  const block = mask(masked, h, mgfHash);
  block[0]! &= used;
  const one = block.findIndex((byte) => byte !== 0);
  if (block[one] !== 1) return undefined;
  const salt = block.subarray(one + 1);
  return equalBytes(h, digest(hash, concatBytes(new Uint8Array(8), messageHash, salt))) ? salt.length : undefined;
}

/** What `verifyPss` verifies (section 8.1.1), as long as the modulus; the salt is random. undefined for a modulus that is too short. */
export function signPss(key: RsaPrivateKey, mgfHash: HashName, message: Uint8Array, salt: Uint8Array): Uint8Array | undefined {
  const encodedBits = bitsOf(key.modulus) - 1;
  const filled = Math.ceil(encodedBits / 8) - salt.length - hashLength - 2;
  if (filled < 0) return undefined;
  const h = digest(hash, concatBytes(new Uint8Array(8), digest(hash, message), salt));
  const masked = mask(concatBytes(new Uint8Array(filled), Uint8Array.of(1), salt), h, mgfHash);
  masked[0]! &= 0xff >>> (8 * Math.ceil(encodedBits / 8) - encodedBits);
  const encoded = concatBytes(masked, h, Uint8Array.of(0xbc));
  return rsaDecrypt(key, concatBytes(new Uint8Array(key.size - encoded.length), encoded));
}
