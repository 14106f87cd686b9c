import { cbc, ctr, ecb, gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';

/**
 * The ciphers that a capture asks for thousands of times. A platform may have them faster than JavaScript; what they give is the
 * same. Keys have 32 bytes, tags 16, at the end. They throw on what does not fit: a key or iv of another length, a tag, a padding.
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
}

/** In JavaScript: everywhere, and what any other engine has to equal. */
export const libraryEngine: Engine = Object.freeze({
  openChaChaPoly: (key, nonce, sealed, aad) => chacha20poly1305(key, nonce, aad).decrypt(sealed),
  openGcm: (key, nonce, sealed, aad) => gcm(key, nonce, aad).decrypt(sealed),
  openCbc: (key, iv, ciphertext) => cbc(key, iv).decrypt(ciphertext),
  openCtr: (key, iv, ciphertext) => ctr(key, iv).decrypt(ciphertext),
  encipherBlocks: (key, blocks) => ecb(key, { disablePadding: true }).encrypt(blocks),
} satisfies Engine);

export let engine: Engine = libraryEngine;

/** From now on the ciphers of the platform are used, where it has them, and those of the library else. */
export function useEngine(own: Partial<Engine>): void {
  engine = { ...libraryEngine, ...own };
}
