/** What names and holds keys in ASN.1: AlgorithmIdentifier and SubjectPublicKeyInfo (RFC 5280 section 4.1), as they are written. */
import { RSAPublicKey } from '@peculiar/asn1-rsa';
import { AsnConvert } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { bufferOf, derInteger } from './der.ts';
import { type CurveName, curves } from './ecdsa.ts';

export const keyAlgorithms = {
  rsa: '1.2.840.113549.1.1.1',
  ecdsa: '1.2.840.10045.2.1',
  ed25519: '1.3.101.112',
} as const;

/** An RSA public key, with parameters of NULL (RFC 4055 section 1.2). */
export function rsaKeyInfo({ modulus, exponent }: { readonly modulus: bigint; readonly exponent: bigint }): SubjectPublicKeyInfo {
  const key = new RSAPublicKey({ modulus: derInteger(modulus), publicExponent: derInteger(exponent) });
  const algorithm = new AlgorithmIdentifier({ algorithm: keyAlgorithms.rsa, parameters: null });
  return new SubjectPublicKeyInfo({ algorithm, subjectPublicKey: AsnConvert.serialize(key) });
}

/** DER of a point of a curve, in either form of SEC 1 section 2.3.3 (RFC 5480 section 2). */
export function curveSpki(curve: CurveName, point: Uint8Array): Uint8Array {
  return serialized(new SubjectPublicKeyInfo({ algorithm: curveAlgorithm(curve), subjectPublicKey: bufferOf(point) }));
}

/** What names a curve beside its keys. */
export function curveAlgorithm(curve: CurveName): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm: keyAlgorithms.ecdsa, parameters: bufferOf(curves[curve].oid) });
}

export function serialized(value: object): Uint8Array {
  return new Uint8Array(AsnConvert.serialize(value));
}
