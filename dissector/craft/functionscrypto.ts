/** Functions of the packet language that hash, sign, agree on keys and encrypt. */
import { cbc, ctr, gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { ed25519Key, sealCfb8, secp256k1 } from '../crypto/index.ts';
import { pure, type ScriptFunction, parameter as takes } from './function.ts';

const data = takes('data', 'bytes', 'what is hashed');

/** A hash of bytes. */
const hash = (name: string, doc: string, make: (bytes: Uint8Array) => Uint8Array): ScriptFunction => ({
  ...{ name, doc, parameters: [data], result: 'bytes' },
  make: pure((bytes: Uint8Array) => make(bytes)),
});

const hashing: readonly ScriptFunction[] = [
  hash('sha1', 'SHA-1 (FIPS 180-4), 20 bytes.', sha1),
  hash('sha256', 'SHA-256 (FIPS 180-4), 32 bytes.', sha256),
  hash('sha512', 'SHA-512 (FIPS 180-4), 64 bytes.', sha512),
  hash('blake2b', 'BLAKE2b-512 (RFC 7693), 64 bytes.', (bytes) => blake2b(bytes)),
  hash('blake2s', 'BLAKE2s-256 (RFC 7693), 32 bytes.', (bytes) => blake2s(bytes)),
  {
    name: 'hmac_sha256',
    doc: 'HMAC (RFC 2104) with SHA-256, 32 bytes.',
    parameters: [takes('key', 'bytes', 'of any length'), data],
    result: 'bytes',
    make: pure((key: Uint8Array, bytes: Uint8Array) => hmac(sha256, key, bytes)),
  },
];

const privateKey = takes('private_key', 'bytes', 'of 32 bytes');

const signing: readonly ScriptFunction[] = [
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
];

const key = takes('key', 'bytes', 'of 32 bytes');
const plaintext = takes('plaintext', 'bytes', 'what is encrypted');
const iv = takes('iv', 'bytes', 'of 16 bytes');
const nonce = takes('nonce', 'bytes', 'of 12 bytes');
const aad = takes('aad', 'bytes', 'what is authenticated beside it', 'optional');
const none = new Uint8Array(0);

type Sealing = readonly [key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array];
type Enciphering = readonly [key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array];

/** A cipher that proves nothing: the ciphertext alone comes out. */
const cipher = (name: string, doc: string, make: (...given: Enciphering) => Uint8Array): ScriptFunction => ({
  ...{ name, doc, parameters: [key, iv, plaintext], result: 'bytes' },
  make: pure((...[k, v, bytes]: Enciphering) => make(sized(k, 32, 'key'), sized(v, 16, 'iv'), bytes)),
});

const sealing = (name: string, doc: string, seal: typeof gcm | typeof chacha20poly1305): ScriptFunction => ({
  ...{ name, doc, parameters: [key, nonce, plaintext, aad], result: 'bytes' },
  make: pure((...[k, n, bytes, more = none]: Sealing) => seal(sized(k, 32, 'key'), sized(n, 12, 'nonce'), more).encrypt(bytes)),
});

const encrypting: readonly ScriptFunction[] = [
  sealing('chacha20_poly1305', 'ChaCha20-Poly1305 (RFC 8439): the ciphertext and its tag of 16 bytes.', chacha20poly1305),
  sealing('aes_256_gcm', 'AES-256-GCM (SP 800-38D): the ciphertext and its tag of 16 bytes.', gcm),
  cipher('aes_256_ctr', 'AES-256 in CTR mode (SP 800-38A).', (k, v, bytes) => ctr(k, v).encrypt(bytes)),
  cipher('aes_256_cbc', 'AES-256 in CBC mode (SP 800-38A), padded by PKCS #7.', (k, v, bytes) => cbc(k, v).encrypt(bytes)),
  cipher('aes_256_cfb8', 'AES-256 in CFB8 mode (SP 800-38A).', sealCfb8),
];

export const cryptoFunctions: readonly ScriptFunction[] = [...hashing, ...signing, ...encrypting];

function fail(why: string): never {
  throw new Error(why);
}

/** Errors name the parameter and its length, never its bytes. */
function sized(bytes: Uint8Array, length: number, name: string): Uint8Array {
  return bytes.length === length ? bytes : fail(`${name} has ${length} bytes, not ${bytes.length}`);
}

function tried<T>(why: string, make: () => T): T {
  try {
    return make();
  } catch {
    return fail(why);
  }
}
