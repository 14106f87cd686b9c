/** Private keys as PKCS #8 (RFC 5208) holds them: read, and made. */
import { PrivateKey, PrivateKeyInfo } from '@peculiar/asn1-pkcs8';
import { AsnConvert, AsnProp, AsnPropTypes, AsnType, AsnTypeTypes } from '@peculiar/asn1-schema';
import type { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { defaultLimits } from '../bytes/index.ts';
import { bufferOf } from './der.ts';
import { type CurveName, curveNamed, curves } from './ecdsa.ts';
import { curveAlgorithm, curveSpki, keyAlgorithms, serialized } from './keyinfo.ts';
import type { Random } from './random.ts';
import { readRsaPrivateKey } from './rsaprivatekey.ts';
import { rsaSignDigest } from './rsawrap.ts';
import type { ModulusLimit } from './signature.ts';
import { ed25519Key, type SigningKey } from './signing.ts';
import { rsaSpki } from './spki.ts';

/** ECPrivateKey (RFC 5915 section 3). */
class EcPrivateKey {
  version = 1;
  privateKey = new ArrayBuffer(0);
  parameters?: ArrayBuffer;
  publicKey?: ArrayBuffer;
}
AsnType({ type: AsnTypeTypes.Sequence })(EcPrivateKey);
AsnProp({ type: AsnPropTypes.Integer })(EcPrivateKey.prototype, 'version');
AsnProp({ type: AsnPropTypes.OctetString })(EcPrivateKey.prototype, 'privateKey');
AsnProp({ type: AsnPropTypes.Any, context: 0, optional: true })(EcPrivateKey.prototype, 'parameters');
AsnProp({ type: AsnPropTypes.BitString, context: 1, optional: true })(EcPrivateKey.prototype, 'publicKey');

/** CurvePrivateKey (RFC 8410 section 7). */
class EdwardsPrivateKey {
  value = new ArrayBuffer(0);
}
AsnType({ type: AsnTypeTypes.Choice })(EdwardsPrivateKey);
AsnProp({ type: AsnPropTypes.OctetString })(EdwardsPrivateKey.prototype, 'value');

const SEED = 32;

/** Reads a DER PKCS #8 private key of Ed25519, ECDSA or RSA; a sentence, which says nothing of the key, when it cannot be used. */
export function readSigningKey(der: Uint8Array, limits: ModulusLimit = defaultLimits): SigningKey | string {
  try {
    const { privateKeyAlgorithm, privateKey } = AsnConvert.parse(der, PrivateKeyInfo);
    const { algorithm, parameters } = privateKeyAlgorithm;
    switch (algorithm) {
      case keyAlgorithms.ed25519: {
        const seed = new Uint8Array(AsnConvert.parse(privateKey.buffer, EdwardsPrivateKey).value);
        return seed.length === SEED ? ed25519Key(seed) : `an Ed25519 private key has ${SEED} bytes, this one ${seed.length}`;
      }
      case keyAlgorithms.ecdsa: {
        const curve = curveNamed(parameters);
        if (curve === undefined) return 'the elliptic curve is not P-256, P-384 or P-521';
        return curveKey(curve, new Uint8Array(AsnConvert.parse(privateKey.buffer, EcPrivateKey).privateKey));
      }
      case keyAlgorithms.rsa:
        return rsaKey(der, limits) ?? 'the numbers of the RSA key do not belong together, or are over the limit modulusBits';
      default:
        return `the key's algorithm ${algorithm} is not Ed25519, ECDSA or RSA`;
    }
  } catch {
    return 'it is not a private key in PKCS #8';
  }
}

/** Throws for a secret that is 0, not below the curve's order or of another length. */
function curveKey(curve: CurveName, secret: Uint8Array): SigningKey {
  const spki = curveSpki(curve, curves[curve].publicOf(secret));
  return { kind: 'ECDSA', spki, sign: (digest) => curves[curve].sign(secret, digest) };
}

function rsaKey(der: Uint8Array, limits: ModulusLimit): SigningKey | undefined {
  const key = readRsaPrivateKey(der, limits);
  return key && { kind: 'RSA', spki: rsaSpki(key), sign: (digest) => rsaSignDigest(key, digest) };
}

/** A new private key of a curve, DER PKCS #8 as OpenSSL writes it. */
export function makeCurveKey(curve: CurveName, random: Random): Uint8Array {
  const secret = curves[curve].makeSecret(random);
  const inner = new EcPrivateKey();
  inner.privateKey = bufferOf(secret);
  inner.publicKey = bufferOf(curves[curve].publicOf(secret));
  return pkcs8(curveAlgorithm(curve), inner);
}

/** A new RSA private key with the public exponent 65537, DER PKCS #8. */
export async function makeRsaKey(modulusLength: number): Promise<Uint8Array> {
  const usage = { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' };
  const { privateKey } = await crypto.subtle.generateKey(usage, true, ['sign', 'verify']);
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey));
}

function pkcs8(privateKeyAlgorithm: AlgorithmIdentifier, inner: object): Uint8Array {
  const privateKey = new PrivateKey(AsnConvert.serialize(inner));
  return serialized(new PrivateKeyInfo({ privateKeyAlgorithm, privateKey }));
}
