import { PrivateKeyInfo } from '@peculiar/asn1-pkcs8';
import { RSAPrivateKey } from '@peculiar/asn1-rsa';
import { AsnConvert } from '@peculiar/asn1-schema';
import { defaultLimits } from '../bytes/index.ts';
import { bitsOf, integer } from './integer.ts';
import type { RsaPrivateKey } from './rsa.ts';
import type { ModulusLimit } from './signature.ts';

/**
 * Reads a DER PKCS #8 RSA private key; undefined when it is none, when its numbers do not belong together, or when the modulus
 * is longer than the limit `modulusBits`.
 */
export function readRsaPrivateKey(der: Uint8Array, limits: ModulusLimit = defaultLimits): RsaPrivateKey | undefined {
  try {
    const info = AsnConvert.parse(der, PrivateKeyInfo);
    const key = AsnConvert.parse(info.privateKey.buffer, RSAPrivateKey);
    const [modulus, exponent, p, q, dP, dQ, qInv] = [
      key.modulus,
      key.publicExponent,
      key.prime1,
      key.prime2,
      key.exponent1,
      key.exponent2,
      key.coefficient,
    ].map((value) => integer(new Uint8Array(value))) as [bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    const bits = bitsOf(modulus);
    if (bits > limits.modulusBits || p * q !== modulus || p < 3n || q < 3n) return undefined;
    // Larger ones mean the same key, but would be computed with.
    if (dP >= p || dQ >= q || qInv >= p || exponent >= modulus) return undefined;
    const isWhole = (exponent * dP) % (p - 1n) === 1n && (exponent * dQ) % (q - 1n) === 1n && (qInv * q) % p === 1n;
    if (!isWhole) return undefined;
    return { modulus, exponent, size: Math.ceil(bits / 8), p, q, dP, dQ, qInv };
  } catch {
    return undefined;
  }
}
