/**
 * Ciphers. What does not fit (a length, a tag, a padding) gives undefined, never an exception. They use the platform where the program
 * has given one.
 */
import { cbc, ctr, gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { openCfb8, sealCfb8 } from '../cfb8.ts';
import { engine } from '../engine.ts';
import { noteOpening } from '../openings.ts';
import { orUndefined } from '../orundefined.ts';

/** A cipher that proves what it opens, and `aad` beside it: the ciphertext ends in a tag of 16 bytes. */
export interface Aead {
  /** Lengths of keys that it takes, in bytes. */
  readonly keyLengths: readonly number[];
  readonly nonceLength: number;
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array): Uint8Array | undefined;
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad?: Uint8Array): Uint8Array | undefined;
}

/** A cipher that proves nothing: with a wrong key it gives other bytes. */
export interface Cipher {
  /** Lengths of keys that it takes, in bytes. */
  readonly keyLengths: readonly number[];
  readonly ivLength: number;
  seal(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array | undefined;
  open(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
}

interface Keyed {
  encrypt(bytes: Uint8Array): Uint8Array;
  decrypt(bytes: Uint8Array): Uint8Array;
}
type Open = (key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array, aad: Uint8Array) => Uint8Array;

const empty = new Uint8Array(0);
const tagLength = 16;
const aesKeys: readonly number[] = [16, 24, 32];

function aead(
  keyLengths: readonly number[],
  nonceLength: number,
  keyed: (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) => Keyed,
  open: Open,
): Aead {
  const fits = (key: Uint8Array, nonce: Uint8Array) => keyLengths.includes(key.length) && nonce.length === nonceLength;
  const seal: Aead['seal'] = (key, nonce, plaintext, aad = empty) =>
    fits(key, nonce) ? orUndefined(() => keyed(key, nonce, aad).encrypt(plaintext)) : undefined;
  return {
    ...{ keyLengths, nonceLength, seal },
    open: (key, nonce, sealed, aad = empty) => {
      if (!fits(key, nonce) || sealed.length < tagLength) return undefined;
      const plaintext = orUndefined(() => open(key, nonce, sealed, aad));
      return noteOpening(plaintext, { key, sealed, aad, seal: (used, other, beside) => seal(used, nonce, other, beside) });
    },
  };
}

/** RFC 8439: key of 32 bytes, nonce of 12. */
export const chachaPoly: Aead = aead([32], 12, chacha20poly1305, (...given) => engine.openChaChaPoly(...given));

/** draft-irtf-cfrg-xchacha-03: key of 32 bytes, nonce of 24. */
export const xchachaPoly: Aead = aead([32], 24, xchacha20poly1305, (key, nonce, sealed, aad) =>
  xchacha20poly1305(key, nonce, aad).decrypt(sealed),
);

/** NIST SP 800-38D: AES-128, -192 or -256, nonce of 12 bytes. */
export const aesGcm: Aead = aead(aesKeys, 12, gcm, (key, nonce, sealed, aad) =>
  // An engine has AES-256 alone.
  key.length === 32 ? engine.openGcm(key, nonce, sealed, aad) : gcm(key, nonce, aad).decrypt(sealed),
);

function cipher(
  keyLengths: readonly number[],
  seal: (key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array) => Uint8Array,
  open: (key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array) => Uint8Array,
): Cipher {
  const ivLength = 16;
  const fits = (key: Uint8Array, iv: Uint8Array) => keyLengths.includes(key.length) && iv.length === ivLength;
  const sealed: Cipher['seal'] = (key, iv, plaintext) =>
    fits(key, iv) ? orUndefined(() => seal(key, iv, plaintext)) : undefined;
  return {
    ...{ keyLengths, ivLength, seal: sealed },
    open: (key, iv, ciphertext) => {
      const plaintext = fits(key, iv) ? orUndefined(() => open(key, iv, ciphertext)) : undefined;
      return noteOpening(plaintext, { key, sealed: ciphertext, aad: undefined, seal: (used, other) => sealed(used, iv, other) });
    },
  };
}

/** NIST SP 800-38A: AES-128, -192 or -256; the iv is the first counter block. */
export const aesCtr: Cipher = cipher(
  aesKeys,
  (key, iv, plaintext) => ctr(key, iv).encrypt(plaintext),
  (key, iv, ciphertext) => (key.length === 32 ? engine.openCtr(key, iv, ciphertext) : ctr(key, iv).decrypt(ciphertext)),
);

/** NIST SP 800-38A: AES-128, -192 or -256, with the padding of PKCS #7. */
export const aesCbc: Cipher = cipher(
  aesKeys,
  (key, iv, plaintext) => cbc(key, iv).encrypt(plaintext),
  (key, iv, ciphertext) => (key.length === 32 ? engine.openCbc(key, iv, ciphertext) : cbc(key, iv).decrypt(ciphertext)),
);

/** NIST SP 800-38A section 6.3 with segments of 8 bits: AES-256 alone. */
export const aesCfb8: Cipher = cipher([32], sealCfb8, openCfb8);
