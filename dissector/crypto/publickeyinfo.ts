import { RSAPublicKey } from '@peculiar/asn1-rsa';
import { AsnConvert } from '@peculiar/asn1-schema';
import { SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { curveNamed } from './ecdsa.ts';
import { integer } from './integer.ts';
import type { PublicKey } from './signature.ts';

/** `readPublicKey` for keys of every kind. */
export function readPublicKeyInfo(der: Uint8Array): PublicKey | string {
  try {
    const info = AsnConvert.parse(der, SubjectPublicKeyInfo);
    const bytes = new Uint8Array(info.subjectPublicKey);
    switch (info.algorithm.algorithm) {
      case '1.3.101.112':
        return bytes.length === 32 ? { kind: 'Ed25519', bytes } : `an Ed25519 key has 32 bytes, this one ${bytes.length}`;
      case '1.2.840.10045.2.1': {
        const curve = curveNamed(info.algorithm.parameters);
        return curve === undefined ? 'the elliptic curve is not P-256, P-384 or P-521' : { kind: 'ECDSA', curve, point: bytes };
      }
      case '1.2.840.113549.1.1.1': {
        const key = AsnConvert.parse(bytes, RSAPublicKey);
        const modulus = integer(new Uint8Array(key.modulus));
        return { kind: 'RSA', modulus, exponent: integer(new Uint8Array(key.publicExponent)), bits: modulus.toString(2).length };
      }
      default:
        return `the key's algorithm ${info.algorithm.algorithm} is not known`;
    }
  } catch {
    return 'the key is not a DER SubjectPublicKeyInfo';
  }
}
