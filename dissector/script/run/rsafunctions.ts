/** Functions of the packet language with RSA keys: encryption and signatures (RFC 8017). Errors name a parameter, never its bytes. */
import {
  derOf,
  type HashName,
  type MessageHash,
  padOaep,
  padPkcs1,
  type RsaPrivateKey,
  readPublicKey,
  readRsaPrivateKey,
  rsaDecrypt,
  rsaEncrypt,
  rsaSign,
  rsaSpki,
  signPss,
  unpadOaep,
  unpadPkcs1,
  wrappingSize,
} from '../../crypto/index.ts';
import { fail, pure, type ScriptFunction, parameter as takes, tried } from './function.ts';
import type { Scope } from './scope.ts';

const privateKey = takes('private_key', 'bytes', 'an RSA key in PKCS #8, PEM or DER: `file("key.pem")`');
const publicKey = takes('public_key', 'bytes', 'an RSA key, a SubjectPublicKeyInfo in PEM or DER');
const plaintext = takes('plaintext', 'bytes', 'what is encrypted; shorter than the modulus');
const ciphertext = takes('ciphertext', 'bytes', 'what is decrypted; as long as the modulus');
const signed = takes('data', 'bytes', 'what is signed');
const hash = takes('hash', 'text', '"SHA-256", the default, or "SHA-1"', 'optional');
const mgfHash = takes('mgf_hash', 'text', 'of MGF1; without it the same hash', 'optional');

export const rsaFunctions: readonly ScriptFunction[] = [
  {
    name: 'rsa_public',
    doc: 'The public key of an RSA private key: SubjectPublicKeyInfo (RFC 5280), DER.',
    parameters: [privateKey],
    result: 'bytes',
    make: pure((key: Uint8Array) => rsaSpki(privateKeyIn(key))),
  },
  {
    name: 'rsa_oaep_encrypt',
    doc: 'RSAES-OAEP (RFC 8017 section 7.1) with an empty label. The tunnels of p2p take SHA-256 with an MGF1 of SHA-1.',
    parameters: [publicKey, plaintext, hash, mgfHash],
    result: 'bytes',
    make: (scope: Scope, key: Uint8Array, bytes: Uint8Array, h?: string, mgf?: string) => {
      const [name, mgfName] = oaepHashes(h, mgf);
      return encrypted(key, (size) => padOaep(bytes, size, name, (length) => scope.random(length, undefined), mgfName));
    },
  },
  {
    name: 'rsa_oaep_decrypt',
    doc: 'What rsa_oaep_encrypt has encrypted.',
    parameters: [privateKey, ciphertext, hash, mgfHash],
    result: 'bytes',
    make: (scope: Scope, key: Uint8Array, bytes: Uint8Array, h?: string, mgf?: string) => {
      const [name, mgfName] = oaepHashes(h, mgf);
      return decrypted(scope, key, bytes, (padded) => unpadOaep(padded, name, mgfName));
    },
  },
  {
    name: 'rsa_pkcs1_encrypt',
    doc: 'RSAES-PKCS1-v1_5 (RFC 8017 section 7.2).',
    parameters: [publicKey, plaintext],
    result: 'bytes',
    make: (scope: Scope, key: Uint8Array, bytes: Uint8Array) =>
      encrypted(key, (size) => padPkcs1(bytes, size, (length) => scope.random(length, undefined))),
  },
  {
    name: 'rsa_pkcs1_decrypt',
    doc: 'What rsa_pkcs1_encrypt has encrypted.',
    parameters: [privateKey, ciphertext],
    result: 'bytes',
    make: (scope: Scope, key: Uint8Array, bytes: Uint8Array) => decrypted(scope, key, bytes, unpadPkcs1),
  },
  {
    name: 'rsa_pss_sign',
    doc: 'RSASSA-PSS (RFC 8017 section 8.1) with SHA-256 and a salt of 32 bytes. A TUNNEL_CLOSE of p2p takes an MGF1 of SHA-1.',
    parameters: [privateKey, signed, takes('mgf_hash', 'text', 'of MGF1: "SHA-256", the default, or "SHA-1"', 'optional')],
    result: 'bytes',
    make: (scope: Scope, key: Uint8Array, bytes: Uint8Array, mgf = 'SHA-256') => {
      const name = hashNamed(mgf, shortHashes, 'mgf_hash');
      return signPss(charged(scope, key), name, bytes, scope.random(SALT, undefined)) ?? fail('private_key is too short');
    },
  },
  {
    name: 'rsa_pkcs1_sign',
    doc: 'RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).',
    parameters: [
      privateKey,
      signed,
      takes('hash', 'text', '"SHA-256", the default, "SHA-1", "SHA-384" or "SHA-512"', 'optional'),
    ],
    result: 'bytes',
    make: (scope: Scope, key: Uint8Array, bytes: Uint8Array, h = 'SHA-256') => {
      const name = hashNamed(h, hashes, 'hash');
      const used = charged(scope, key);
      return tried('private_key is too short for this hash', () => rsaSign(used, name, bytes));
    },
  },
];

const SALT = 32;
const shortHashes: readonly HashName[] = ['SHA-256', 'SHA-1'];
const hashes: readonly MessageHash[] = ['SHA-256', 'SHA-1', 'SHA-384', 'SHA-512'];

function oaepHashes(h = 'SHA-256', mgf = h): [HashName, HashName] {
  return [hashNamed(h, shortHashes, 'hash'), hashNamed(mgf, shortHashes, 'mgf_hash')];
}

function hashNamed<Name extends string>(name: string, known: readonly Name[], what: string): Name {
  return known.find((each) => each === name) ?? fail(`${what} is one of ${known.join(', ')}`);
}

function privateKeyIn(bytes: Uint8Array): RsaPrivateKey {
  const der = derOf(bytes, 'PRIVATE KEY');
  return (der && readRsaPrivateKey(der)) ?? fail('private_key is no RSA key in PKCS #8, PEM or DER');
}

/** A key to compute with, which takes the third power of its size: it counts as so many bytes that are hashed in the same time. */
function charged(scope: Scope, bytes: Uint8Array): RsaPrivateKey {
  const key = privateKeyIn(bytes);
  scope.spend(key.size ** 3 / 32);
  return key;
}

function encrypted(bytes: Uint8Array, pad: (size: number) => Uint8Array | undefined): Uint8Array {
  const der = derOf(bytes, 'PUBLIC KEY');
  const key = der && readPublicKey(der);
  const size = typeof key === 'object' ? wrappingSize(key) : undefined;
  if (typeof key !== 'object' || size === undefined)
    return fail('public_key is no RSA key of 512 bits or more, a SubjectPublicKeyInfo in PEM or DER');
  const padded = pad(size) ?? fail('plaintext is too long for public_key');
  return rsaEncrypt(key, padded) ?? fail('public_key cannot encrypt');
}

function decrypted(
  scope: Scope,
  bytes: Uint8Array,
  ciphertext: Uint8Array,
  unpad: (padded: Uint8Array) => Uint8Array | undefined,
): Uint8Array {
  const padded = rsaDecrypt(charged(scope, bytes), ciphertext);
  return (padded && unpad(padded))?.slice() ?? fail('ciphertext does not open with private_key');
}
