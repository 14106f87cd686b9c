/** secp256k1 by Node's own OpenSSL, in the encodings that botd leaves open. */
import { createECDH, createPrivateKey, createPublicKey, ECDH, sign, verify } from 'node:crypto';
import { sequence, unsignedInteger } from './der.ts';

export type PointForm = 'compressed' | 'uncompressed';
export type SignatureForm = 'compact' | 'der';
/** (r, s) and (r, -s) are both signatures: Bitcoin takes the low one alone, plain ECDSA either. */
export type Half = 'low' | 'high';

const CURVE = 'secp256k1';
const FIELD_PRIME = 2n ** 256n - 2n ** 32n - 977n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

export function newSecret(): Buffer {
  const ecdh = createECDH(CURVE);
  ecdh.generateKeys();
  return toBytes(toNumber(ecdh.getPrivateKey()));
}

export function publicPoint(secret: Buffer, form: PointForm): Buffer {
  return ecdhOf(secret).getPublicKey(null, form);
}

export function encodePoint(point: Buffer, form: PointForm): Buffer {
  return ECDH.convertKey(point, CURVE, undefined, undefined, form) as Buffer;
}

export function isSamePoint(a: Buffer, b: Buffer): boolean {
  return encodePoint(a, 'compressed').equals(encodePoint(b, 'compressed'));
}

/** Over the SHA-256 of the bytes. */
export function signBytes(bytes: Buffer, secret: Buffer, form: SignatureForm, half: Half): Buffer {
  const d = secret.toString('base64url');
  const key = createPrivateKey({ format: 'jwk', key: { ...webKey(publicPoint(secret, 'uncompressed')), d } });
  const signature = sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
  const [r, s] = [signature.subarray(0, 32), toNumber(signature.subarray(32))];
  const isHigh = s > ORDER / 2n;
  const wanted = toBytes(isHigh === (half === 'high') ? s : ORDER - s);
  return form === 'compact' ? Buffer.concat([r, wanted]) : sequence(unsignedInteger(r), unsignedInteger(wanted));
}

export function isSignedBy(bytes: Buffer, point: Buffer, signature: Buffer): boolean {
  const key = createPublicKey({ format: 'jwk', key: webKey(encodePoint(point, 'uncompressed')) });
  return verify('sha256', bytes, { key, dsaEncoding: signatureForm(signature) === 'der' ? 'der' : 'ieee-p1363' }, signature);
}

export function signatureForm(signature: Buffer): SignatureForm {
  return signature.length === 64 ? 'compact' : 'der';
}

/** ECDH with the whole point, compressed. */
export function sharedPoint(secret: Buffer, point: Buffer): Buffer {
  // OpenSSL gives x alone. Which of the two y belongs to it shows one addition further: (secret + 1) * point = shared + point.
  const x = toNumber(sharedX(secret, point));
  const next = toNumber(sharedX(toBytes((toNumber(secret) + 1n) % ORDER), point));
  const other = encodePoint(point, 'uncompressed');
  const [otherX, otherY] = [toNumber(other.subarray(1, 33)), toNumber(other.subarray(33))];
  for (const prefix of [2, 3]) {
    const candidate = Buffer.concat([Buffer.of(prefix), toBytes(x)]);
    const y = toNumber(encodePoint(candidate, 'uncompressed').subarray(33));
    const slope = modulo((otherY - y) * inverse(otherX - x));
    if (modulo(slope * slope - x - otherX) === next) return candidate;
  }
  throw new Error('No y belongs to the shared x.');
}

export function sharedX(secret: Buffer, point: Buffer): Buffer {
  return ecdhOf(secret).computeSecret(point);
}

function ecdhOf(secret: Buffer): ReturnType<typeof createECDH> {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(secret);
  return ecdh;
}

function webKey(uncompressed: Buffer): { kty: string; crv: string; x: string; y: string } {
  const [x, y] = [uncompressed.subarray(1, 33), uncompressed.subarray(33)];
  return { kty: 'EC', crv: CURVE, x: x.toString('base64url'), y: y.toString('base64url') };
}

function modulo(value: bigint): bigint {
  return ((value % FIELD_PRIME) + FIELD_PRIME) % FIELD_PRIME;
}

/** By Fermat: value^(p - 2). */
function inverse(value: bigint): bigint {
  let [result, base] = [1n, modulo(value)];
  for (let exponent = FIELD_PRIME - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % FIELD_PRIME;
    base = (base * base) % FIELD_PRIME;
  }
  return result;
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}
