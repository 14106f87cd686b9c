/** Functions of the packet language that sign with curves, and agree on a secret. */
import { x25519 } from '@noble/curves/ed25519.js';
import { derOf, ed25519Key, readSigningKey, type SigningKey, secp256k1 } from '../../crypto/index.ts';
import { fail, pure, type ScriptFunction, sized, parameter as takes, tried } from './function.ts';

const privateKey = takes('private_key', 'bytes', 'of 32 bytes');
const curveKey = takes('private_key', 'bytes', 'of P-256, P-384 or P-521 in PKCS #8, PEM or DER: `file("key.pem")`');

export const signingFunctions: readonly ScriptFunction[] = [
  {
    name: 'ed25519_sign',
    doc: 'A signature of Ed25519 (RFC 8032), 64 bytes.',
    parameters: [privateKey, takes('data', 'bytes', 'what is signed')],
    result: 'bytes',
    make: pure((key: Uint8Array, bytes: Uint8Array) => ed25519Key(sized(key, 32, 'private_key')).sign(bytes)),
  },
  {
    name: 'ed25519_public',
    doc: 'The public key of Ed25519 (RFC 8032), 32 bytes.',
    parameters: [privateKey],
    result: 'bytes',
    make: pure((key: Uint8Array) => ed25519Key(sized(key, 32, 'private_key')).publicKey),
  },
  {
    name: 'secp256k1_sign',
    doc: 'A signature of ECDSA over secp256k1 (RFC 6979): r and s of 32 bytes each.',
    parameters: [privateKey, takes('digest', 'bytes', 'of 32 bytes')],
    result: 'bytes',
    make: pure((key: Uint8Array, digest: Uint8Array) =>
      tried('private_key is none', () => secp256k1.sign(sized(key, 32, 'private_key'), sized(digest, 32, 'digest'))),
    ),
  },
  {
    name: 'secp256k1_public',
    doc: 'The compressed public point of secp256k1 (SEC 1), 33 bytes.',
    parameters: [privateKey],
    result: 'bytes',
    make: pure((key: Uint8Array) => secp256k1.publicOf(key) ?? fail('private_key is none')),
  },
  {
    name: 'x25519',
    doc: 'The shared secret of X25519 (RFC 7748), 32 bytes.',
    parameters: [privateKey, takes('public_key', 'bytes', 'of 32 bytes')],
    result: 'bytes',
    make: pure((key: Uint8Array, other: Uint8Array) =>
      tried('the shared secret is zero', () =>
        x25519.getSharedSecret(sized(key, 32, 'private_key'), sized(other, 32, 'public_key')),
      ),
    ),
  },
  {
    name: 'x25519_public',
    doc: 'The public value of X25519 (RFC 7748), 32 bytes.',
    parameters: [privateKey],
    result: 'bytes',
    make: pure((key: Uint8Array) => x25519.getPublicKey(sized(key, 32, 'private_key'))),
  },
  {
    name: 'ecdsa_sign',
    doc: 'A signature of ECDSA over P-256, P-384 or P-521 (RFC 6979): r and s in DER. Of the digest the leftmost bits count.',
    parameters: [curveKey, takes('digest', 'bytes', 'of a hash: `sha256(data)`')],
    result: 'bytes',
    make: pure((key: Uint8Array, digest: Uint8Array) => curveKeyIn(key).sign(digest)),
  },
  {
    name: 'ecdsa_public',
    doc: 'The public key of an ECDSA private key: SubjectPublicKeyInfo (RFC 5280), DER.',
    parameters: [curveKey],
    result: 'bytes',
    make: pure((key: Uint8Array) => curveKeyIn(key).spki),
  },
];

function curveKeyIn(bytes: Uint8Array): SigningKey {
  const der = derOf(bytes, 'PRIVATE KEY');
  const key = der && readSigningKey(der);
  return typeof key === 'object' && key.kind === 'ECDSA'
    ? key
    : fail('private_key is no key of P-256, P-384 or P-521 in PKCS #8');
}
