import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate, type Name } from '@peculiar/asn1-x509';
import { toHex } from '../bytes/index.ts';
import { orUndefined } from './orundefined.ts';
import { derOf } from './pem.ts';
import { readPublicKey } from './publickey.ts';
import type { PublicKey } from './signature.ts';

/** An X.509 certificate (RFC 5280) as far as a person reads it. Nothing here says that it is to be trusted. */
export interface CertificateInfo {
  readonly subject: string;
  readonly issuer: string;
  /** Hex, big-endian. */
  readonly serial: string;
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: PublicKey | string;
}

const attributes: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
};

/** Reads DER, or PEM text that holds it; a sentence when it is neither. */
export function readCertificate(bytes: Uint8Array): CertificateInfo | string {
  const der = derOf(bytes, 'CERTIFICATE');
  const read = der && orUndefined(() => describe(AsnConvert.parse(der, Certificate)));
  return read ?? 'it is not an X.509 certificate';
}

function describe(certificate: Certificate): CertificateInfo {
  const { subject, issuer, serialNumber, validity, subjectPublicKeyInfo } = certificate.tbsCertificate;
  return {
    subject: nameText(subject),
    issuer: nameText(issuer),
    serial: toHex(new Uint8Array(serialNumber)),
    notBefore: validity.notBefore.getTime().toISOString(),
    notAfter: validity.notAfter.getTime().toISOString(),
    key: readPublicKey(new Uint8Array(AsnConvert.serialize(subjectPublicKeyInfo))),
  };
}

/** A distinguished name as `CN=…, O=…`. */
function nameText(name: Name): string {
  return name
    .flatMap((part) => [...part])
    .map(({ type, value }) => `${attributes[type] ?? type}=${value.toString()}`)
    .join(', ');
}
