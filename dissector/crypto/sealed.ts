import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { engine } from './engine.ts';
import { orUndefined } from './orundefined.ts';

const nonceLength = 12;
const tagLength = 16;

/** Bytes that are nonce and tag alone. */
export const sealedLength = nonceLength + tagLength;

/** `nonce 12, ciphertext, tag 16`, taken apart; `body` is what follows the nonce. Where it is too short, so are its parts. */
export function sealedParts(payload: Uint8Array): Readonly<Record<'nonce' | 'body' | 'ciphertext' | 'tag', Uint8Array>> {
  const body = payload.subarray(nonceLength);
  return {
    nonce: payload.subarray(0, nonceLength),
    body,
    ciphertext: body.subarray(0, -tagLength),
    tag: body.subarray(-tagLength),
  };
}

/** The plaintext of ChaCha20-Poly1305 (RFC 8439) `nonce 12, ciphertext, tag 16`; undefined when the tag does not fit. */
export function openSealed(key: Uint8Array, aad: Uint8Array, payload: Uint8Array): Uint8Array | undefined {
  if (payload.length < sealedLength) return undefined;
  const { nonce, body } = sealedParts(payload);
  return orUndefined(() => engine.openChaChaPoly(key, nonce, body, aad));
}

/** What `openSealed` opens; undefined for a key that is not 32 bytes or a nonce that is not 12. */
export function makeSealed(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array | undefined {
  return orUndefined(() => concatBytes(nonce, chacha20poly1305(key, nonce, aad).encrypt(plaintext)));
}
