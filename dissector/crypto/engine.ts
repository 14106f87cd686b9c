import { cbc, ctr, ecb, gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { power } from './integer.ts';

/** Hash functions by the names that the Noise Protocol Framework has for them (section 12). */
export type HmacHash = 'SHA256' | 'SHA512' | 'BLAKE2s' | 'BLAKE2b';
const hashes = { SHA256: sha256, SHA512: sha512, BLAKE2s: blake2s, BLAKE2b: blake2b } as const satisfies Record<
  HmacHash,
  unknown
>;

/**
 * The cryptography that a capture asks for thousands of times. A platform may have it faster than JavaScript; what it gives is the
 * same. Symmetric keys have 32 bytes, tags 16, at the end. All of it throws on what does not fit: a key or iv of another length, a tag, a
 * padding, a point of low order.
 */
export interface Engine {
  /** ChaCha20-Poly1305 (RFC 8439), nonce of 12 bytes. */
  openChaChaPoly(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array;
  /** AES-256-GCM (NIST SP 800-38D), nonce of 12 bytes. */
  openGcm(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad?: Uint8Array): Uint8Array;
  /** AES-256-CBC (NIST SP 800-38A) with PKCS #7, iv of 16 bytes. */
  openCbc(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array;
  /** AES-256-CTR (NIST SP 800-38A), first counter block of 16 bytes. */
  openCtr(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array;
  /** AES-256 of each block of 16 bytes by itself (FIPS 197). */
  encipherBlocks(key: Uint8Array, blocks: Uint8Array): Uint8Array;
  /** X25519 (RFC 7748, section 5): both keys and the shared secret have 32 bytes. */
  x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  /** The public key of an X25519 private key. */
  x25519Public(privateKey: Uint8Array): Uint8Array;
  /** Ed25519 (RFC 8032, section 5.1.7): points that are not written in the one right way, and public keys of low order, are refused. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** HMAC (RFC 2104), as long as the digest: 32 bytes, 64 for SHA512 and BLAKE2b. The key has any length. */
  hmac(hash: HmacHash, key: Uint8Array, message: Uint8Array): Uint8Array;
  /** `base` to the `exponent` modulo `modulus`, which is at least 1; neither of the others is negative. */
  power(base: bigint, exponent: bigint, modulus: bigint): bigint;
  /** The same where nothing of it is secret: RSAEP and RSAVP1 (RFC 8017, sections 5.1.1 and 5.2.2). */
  rsaPublic(base: bigint, exponent: bigint, modulus: bigint): bigint;
}

/** In JavaScript: everywhere, and what any other engine has to equal. */
export const libraryEngine: Engine = Object.freeze({
  openChaChaPoly: (key, nonce, sealed, aad) => chacha20poly1305(key, nonce, aad).decrypt(sealed),
  openGcm: (key, nonce, sealed, aad) => gcm(key, nonce, aad).decrypt(sealed),
  openCbc: (key, iv, ciphertext) => cbc(key, iv).decrypt(ciphertext),
  openCtr: (key, iv, ciphertext) => ctr(key, iv).decrypt(ciphertext),
  encipherBlocks: (key, blocks) => ecb(key, { disablePadding: true }).encrypt(blocks),
  x25519: (privateKey, publicKey) => x25519.getSharedSecret(privateKey, publicKey),
  x25519Public: (privateKey) => x25519.getPublicKey(privateKey),
  verifyEd25519: (publicKey, message, signature) => ed25519.verify(signature, message, publicKey, { zip215: false }),
  hmac: (hash, key, message) => hmac(hashes[hash], key, message),
  power,
  rsaPublic: power,
} satisfies Engine);

export let engine: Engine = libraryEngine;

/** From now on the cryptography of the platform is used, where it has it, and that of the library else. */
export function useEngine(own: Partial<Engine>): void {
  engine = { ...libraryEngine, ...own };
}
