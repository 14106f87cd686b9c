/** RSA (RFC 8017) with keys up to the limit `modulusBits`. Not constant time: for keys of one's own, on one's own machine. */
import type { Random } from '../random.ts';
import { type RsaPrivateKey, rsaDecrypt, unpadOaep, unpadPkcs1 } from '../rsa.ts';
import { padOaep, padPkcs1, rsaEncrypt, wrappingSize } from '../rsawrap.ts';
import type { HashName, PublicKey } from '../signature.ts';

export { signPss, verifyPss } from '../pss.ts';
export { readPublicKey } from '../publickey.ts';
export type { Random } from '../random.ts';
export { type RsaPrivateKey, rsaPublicOf as publicOf } from '../rsa.ts';
export { readRsaPrivateKey as readPrivateKey } from '../rsaprivatekey.ts';
export { rsaSign as signPkcs1 } from '../rsawrap.ts';
export { type HashName, type MessageHash, type PublicKey, verifyRsaMessage as verifyPkcs1 } from '../signature.ts';

/**
 * RSAES-OAEP with an empty label; undefined for a key that is not RSA or out of bounds, and for a message that is too long. `mgfHash` is
 * that of MGF1, if it is another one.
 */
export function encryptOaep(
  key: PublicKey,
  hash: HashName,
  message: Uint8Array,
  random: Random,
  mgfHash: HashName = hash,
): Uint8Array | undefined {
  const size = wrappingSize(key);
  const padded = size === undefined ? undefined : padOaep(message, size, hash, random, mgfHash);
  return padded && rsaEncrypt(key, padded);
}

/** What `encryptOaep` encrypted; undefined when it does not fit. */
export function decryptOaep(
  key: RsaPrivateKey,
  hash: HashName,
  ciphertext: Uint8Array,
  mgfHash: HashName = hash,
): Uint8Array | undefined {
  const padded = rsaDecrypt(key, ciphertext);
  return padded && unpadOaep(padded, hash, mgfHash);
}

/** RSAES-PKCS1-v1_5; undefined as for `encryptOaep`. */
export function encryptPkcs1(key: PublicKey, message: Uint8Array, random: Random): Uint8Array | undefined {
  const size = wrappingSize(key);
  const padded = size === undefined ? undefined : padPkcs1(message, size, random);
  return padded && rsaEncrypt(key, padded);
}

/** What `encryptPkcs1` encrypted; undefined when it does not fit. It proves little: one padding in some thousands fits by chance. */
export function decryptPkcs1(key: RsaPrivateKey, ciphertext: Uint8Array): Uint8Array | undefined {
  const padded = rsaDecrypt(key, ciphertext);
  return padded && unpadPkcs1(padded);
}
