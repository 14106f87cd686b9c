/** The long-term values of a node: its id, its RSA key and the certificate of that. */
import { fromBase64, toBase64 } from '../../../bytes/index.ts';
import {
  makeRsaKey,
  type PublicKey,
  type Random,
  type RsaPrivateKey,
  readCertificate,
  readRsaPrivateKey,
  rsaPublicOf,
  selfSigned,
} from '../../../crypto/index.ts';
import { isSameKey } from '../session.ts';
import { uuid } from './parts.ts';
import { longestText } from './read.ts';

export interface Identity {
  readonly nodeId: string;
  readonly key: RsaPrivateKey;
  readonly publicKey: PublicKey;
  /** Base64 PKCS #8 of the key. */
  readonly secret: string;
  /** DER X.509. */
  readonly certificate: Uint8Array;
}

const MODULUS_BITS = 2048;
/** Fixed, for an identity is made without a clock: from the year of the specification to the last one of a UTCTime. */
const validity = { notBefore: '2016-01-01T00:00:00Z', notAfter: '2049-12-31T23:59:59Z' };
const SERIAL = 16;

/** An id, a new RSA key and a certificate that it signs for itself, as JSON. */
export async function createIdentity(random: Random): Promise<string> {
  const pkcs8 = await makeRsaKey(MODULUS_BITS);
  const node_id = uuid(random);
  const certificate = selfSigned(readRsaPrivateKey(pkcs8)!, { name: node_id, serial: random(SERIAL), ...validity });
  return JSON.stringify({ node_id, rsa_private: toBase64(pkcs8), certificate: toBase64(certificate) });
}

/** A sentence when the text is no identity. */
export function readIdentity(text: string): Identity | string {
  const form = 'An identity of ptpchat is {"node_id": "text", "rsa_private": "base64 PKCS #8", "certificate": "base64 X.509"}.';
  try {
    const { node_id: nodeId, rsa_private: secret, certificate } = JSON.parse(text) as Record<string, unknown>;
    if (![nodeId, secret, certificate].every((value) => typeof value === 'string')) return form;
    const [pkcs8, der] = [fromBase64(secret as string), fromBase64(certificate as string)];
    const key = pkcs8 && readRsaPrivateKey(pkcs8);
    const isId = nodeId !== '' && (nodeId as string).length <= longestText;
    if (key === undefined || der === undefined || !isId) return form;
    const read = readCertificate(der);
    const publicKey = rsaPublicOf(key);
    if (typeof read === 'string' || typeof read.key === 'string' || !isSameKey(read.key, publicKey))
      return 'The certificate of an identity of ptpchat is an X.509 certificate of its own key.';
    return { nodeId: nodeId as string, key, publicKey, secret: secret as string, certificate: der };
  } catch {
    return form;
  }
}
