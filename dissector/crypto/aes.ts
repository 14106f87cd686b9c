import { cbc, ctr, gcm } from '@noble/ciphers/aes.js';

/** AES-256 with what it needs in front of the ciphertext. Only GCM proves by itself that the key fits. */
export interface AesMode {
  readonly name: 'AES-256-CBC' | 'AES-256-GCM' | 'AES-256-CTR';
  readonly proves: boolean;
  /** The plaintext; undefined when padding or tag do not fit. */
  open(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

function attempt(open: () => Uint8Array): Uint8Array | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}

/** NIST SP 800-38A and 38D: CBC `iv 16, ciphertext` with PKCS #7, GCM `nonce 12, ciphertext, tag 16`, CTR `iv 16, ciphertext`. */
export const aesModes: readonly AesMode[] = [
  {
    name: 'AES-256-CBC',
    proves: false,
    open: (key, sealed) => attempt(() => cbc(key, sealed.subarray(0, 16)).decrypt(sealed.subarray(16))),
  },
  {
    name: 'AES-256-GCM',
    proves: true,
    open: (key, sealed) => attempt(() => gcm(key, sealed.subarray(0, 12)).decrypt(sealed.subarray(12))),
  },
  {
    name: 'AES-256-CTR',
    proves: false,
    open: (key, sealed) => attempt(() => ctr(key, sealed.subarray(0, 16)).decrypt(sealed.subarray(16))),
  },
];
