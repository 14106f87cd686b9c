/** An RSA key with a self-signed X.509 certificate (RFC 5280), which says who a chat's node is. */
import { generateKeyPair, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import {
  bitString,
  context,
  inside,
  oid,
  readDer,
  sequence,
  setOf,
  smallInteger,
  tags,
  unsignedInteger,
  writeDer,
} from './der.ts';

export interface RsaIdentity {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly certificate: X509Certificate;
}

const SERIAL_BYTES = 16;
const VERSION_3 = 2;
export const sha256WithRsa = sequence(oid('1.2.840.113549.1.1.11'), writeDer(tags.null));

export async function createIdentity(name: string, modulusLength = 2048): Promise<RsaIdentity> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  const commonName = sequence(setOf(sequence(oid('2.5.4.3'), writeDer(tags.utf8, Buffer.from(name)))));
  const time = (text: string): Buffer => writeDer(tags.utcTime, Buffer.from(text));
  const signed = sequence(
    writeDer(context(0), smallInteger(VERSION_3)),
    unsignedInteger(randomBytes(SERIAL_BYTES)),
    sha256WithRsa,
    commonName,
    sequence(time('200101000000Z'), time('491231235959Z')),
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const whole = sequence(signed, sha256WithRsa, bitString(sign('sha256', signed, privateKey)));
  return { privateKey, publicKey, certificate: new X509Certificate(whole) };
}

/** What CMS names a signer by: issuer and serial number, each as it stands in the certificate. */
export function issuerAndSerial(certificate: X509Certificate): Buffer {
  const [signed] = inside(readDer(certificate.raw)[0], tags.sequence);
  const fields = inside(signed, tags.sequence).filter(({ tag }) => tag !== context(0));
  const [serial, , issuer] = fields;
  return sequence(issuer!.whole, serial!.whole);
}
