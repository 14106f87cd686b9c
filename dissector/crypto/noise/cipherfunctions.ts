import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { engine } from '../engine.ts';
import { orUndefined } from '../orundefined.ts';

/** Bytes of a tag, at the end of every ciphertext. */
export const tagLength = 16;

/** Cipher functions (The Noise Protocol Framework, sections 4.2, 12.3 and 12.4). Keys have 32 bytes. */
export interface CipherFunction {
  readonly name: 'ChaChaPoly' | 'AESGCM';
  /** The 12 bytes that the nonce `n` is for the cipher. */
  nonce(n: number | bigint): Uint8Array;
  encrypt(k: Uint8Array, n: number | bigint, ad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** undefined when the tag does not verify. */
  decrypt(k: Uint8Array, n: number | bigint, ad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
}

/** 4 zero bytes, then `n` as little-endian u64 (section 12.3). */
function littleEndian(n: number | bigint): Uint8Array {
  const bytes = new Uint8Array(12);
  if (typeof n === 'bigint' || n > 0xffff_ffff) new DataView(bytes.buffer).setBigUint64(4, BigInt(n), true);
  // By hand: a BigInt and a view for each message of a capture take as long as its keystream.
  else for (let at = 0; at < 4; at++) bytes[4 + at] = n >>> (8 * at);
  return bytes;
}

/** 4 zero bytes, then `n` as big-endian u64 (section 12.4). */
function bigEndian(n: number | bigint): Uint8Array {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setBigUint64(4, BigInt(n));
  return bytes;
}

type Seal = (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) => { encrypt(plaintext: Uint8Array): Uint8Array };

function cipherFunction(
  name: CipherFunction['name'],
  nonce: CipherFunction['nonce'],
  seal: Seal,
  open: 'openChaChaPoly' | 'openGcm',
): CipherFunction {
  return {
    name,
    nonce,
    encrypt: (k, n, ad, plaintext) => seal(k, nonce(n), ad).encrypt(plaintext),
    decrypt: (k, n, ad, ciphertext) =>
      ciphertext.length < tagLength ? undefined : orUndefined(() => engine[open](k, nonce(n), ciphertext, ad)),
  };
}

export const cipherFunctions: readonly CipherFunction[] = [
  cipherFunction('ChaChaPoly', littleEndian, chacha20poly1305, 'openChaChaPoly'),
  cipherFunction('AESGCM', bigEndian, gcm, 'openGcm'),
];
