import { cbc, ctr, gcm } from '@noble/ciphers/aes.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { engine } from './engine.ts';
import { orUndefined } from './orundefined.ts';

/** AES-256 with what it needs in front of the ciphertext. Only GCM proves by itself that the key fits. */
export interface AesMode {
  readonly name: 'AES-256-CBC' | 'AES-256-GCM' | 'AES-256-CTR';
  readonly proves: boolean;
  /** Bytes in front of the ciphertext. */
  readonly ivLength: number;
  /** What is captured, taken apart; only GCM has a tag. Of what is too short, parts are empty. */
  parts(sealed: Uint8Array): { readonly iv: Uint8Array; readonly ciphertext: Uint8Array; readonly tag: Uint8Array | undefined };
  /** The plaintext; undefined when padding or tag do not fit. */
  open(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /** What `open` opens, the iv (GCM: the nonce) in front; undefined for a key that is not 32 bytes or an iv of another length. */
  seal(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array | undefined;
}

type Open = 'openCbc' | 'openGcm' | 'openCtr';
type Cipher = (key: Uint8Array, iv: Uint8Array) => { encrypt(text: Uint8Array): Uint8Array };

function mode(name: AesMode['name'], open: Open, cipher: Cipher, ivLength: number, tagLength: number): AesMode {
  const proves = tagLength > 0;
  return {
    name,
    proves,
    ivLength,
    parts(sealed) {
      const end = Math.max(ivLength, sealed.length - tagLength);
      const [iv, ciphertext] = [sealed.subarray(0, ivLength), sealed.subarray(ivLength, end)];
      return { iv, ciphertext, tag: proves ? sealed.subarray(end) : undefined };
    },
    open: (key, sealed) => orUndefined(() => engine[open](key, sealed.subarray(0, ivLength), sealed.subarray(ivLength))),
    seal: (key, iv, plaintext) =>
      key.length === 32 && iv.length === ivLength
        ? orUndefined(() => concatBytes(iv, cipher(key, iv).encrypt(plaintext)))
        : undefined,
  };
}

/** NIST SP 800-38A and 38D: CBC `iv 16, ciphertext` with PKCS #7, GCM `nonce 12, ciphertext, tag 16`, CTR `iv 16, ciphertext`. */
export const aesModes: readonly AesMode[] = [
  mode('AES-256-CBC', 'openCbc', cbc, 16, 0),
  mode('AES-256-GCM', 'openGcm', gcm, 12, 16),
  mode('AES-256-CTR', 'openCtr', ctr, 16, 0),
];
