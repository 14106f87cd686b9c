import { cbc, ctr, gcm } from '@noble/ciphers/aes.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { attempt } from './attempt.ts';
import { engine } from './engine.ts';

/** AES-256 with what it needs in front of the ciphertext. Only GCM proves by itself that the key fits. */
export interface AesMode {
  readonly name: 'AES-256-CBC' | 'AES-256-GCM' | 'AES-256-CTR';
  readonly proves: boolean;
  /** Bytes in front of the ciphertext. */
  readonly ivLength: number;
  /** The plaintext; undefined when padding or tag do not fit. */
  open(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /** What `open` opens, the iv (GCM: the nonce) in front; undefined for a key that is not 32 bytes or an iv of another length. */
  seal(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array | undefined;
}

type Open = 'openCbc' | 'openGcm' | 'openCtr';
type Cipher = (key: Uint8Array, iv: Uint8Array) => { encrypt(text: Uint8Array): Uint8Array };

function mode(name: AesMode['name'], open: Open, cipher: Cipher, ivLength: number, proves: boolean): AesMode {
  return {
    name,
    proves,
    ivLength,
    open: (key, sealed) => attempt(() => engine[open](key, sealed.subarray(0, ivLength), sealed.subarray(ivLength))),
    seal: (key, iv, plaintext) =>
      key.length === 32 && iv.length === ivLength
        ? attempt(() => concatBytes(iv, cipher(key, iv).encrypt(plaintext)))
        : undefined,
  };
}

/** NIST SP 800-38A and 38D: CBC `iv 16, ciphertext` with PKCS #7, GCM `nonce 12, ciphertext, tag 16`, CTR `iv 16, ciphertext`. */
export const aesModes: readonly AesMode[] = [
  mode('AES-256-CBC', 'openCbc', cbc, 16, false),
  mode('AES-256-GCM', 'openGcm', gcm, 12, true),
  mode('AES-256-CTR', 'openCtr', ctr, 16, false),
];
