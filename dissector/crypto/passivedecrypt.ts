import { ChaCha20Poly1305, newInstance } from '@chainsafe/as-chacha20poly1305';
import { engine } from './engine.ts';
import { orUndefined } from './orundefined.ts';

/** Bytes with the tag up to which the WebAssembly is faster than a cipher of the platform, whose calls cost more than their work. */
const short = 512;
/** Bytes of associated data that it has room for. */
const mostAad = 32;

/** Made with the first message that asks for it; null where WebAssembly may not be compiled, as in some pages. */
let instance: ChaCha20Poly1305 | null | undefined;

/**
 * ChaCha20-Poly1305 (RFC 8439) of a message that was recorded: the plaintext of ciphertext and tag (16 bytes) under a key of 32 bytes
 * and a nonce of 12, or undefined. How long a wrong tag takes is not the same for each: whoever sent the message must not be told
 * the outcome.
 */
export function passiveDecrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined {
  if (sealed.length < 16) return undefined;
  if (sealed.length > short || aad.length > mostAad) return orUndefined(() => engine.openChaChaPoly(key, nonce, sealed, aad));
  if (instance === undefined) instance = orUndefined(() => new ChaCha20Poly1305(newInstance())) ?? null;
  const cipher = instance;
  if (cipher === null) return orUndefined(() => engine.openChaChaPoly(key, nonce, sealed, aad));
  return orUndefined(() => cipher.open(key, nonce, sealed, aad)) ?? undefined;
}

/** Overwrites the key that the WebAssembly was given last. */
export function forgetPassiveKeys(): void {
  instance?.seal(new Uint8Array(32), new Uint8Array(12), new Uint8Array(0));
}
