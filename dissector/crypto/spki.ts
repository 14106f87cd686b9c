import { rsaKeyInfo, serialized } from './keyinfo.ts';

/** DER SubjectPublicKeyInfo of an RSA key; `readPublicKey` reads it. */
export function rsaSpki(key: { readonly modulus: bigint; readonly exponent: bigint }): Uint8Array {
  return serialized(rsaKeyInfo(key));
}
