import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { engine } from './engine.ts';

/**
 * Noise_NN_25519_ChaChaPoly_BLAKE2b (The Noise Protocol Framework, revision 34) as a reader of someone else's handshake
 * needs it: no I/O, no state that a wrong guess could spoil, ciphers opened by counter in any order.
 */
export const noiseName = 'Noise_NN_25519_ChaChaPoly_BLAKE2b';
export const tagLength = 16;

const empty = new Uint8Array(0);

/** X25519 (RFC 7748) of a 32-byte private key and a 32-byte public value; undefined for a point of low order. */
export function dh(privateKey: Uint8Array, publicValue: Uint8Array): Uint8Array | undefined {
  try {
    return x25519.getSharedSecret(privateKey, publicValue);
  } catch {
    return undefined;
  }
}

export function publicOf(privateKey: Uint8Array): Uint8Array {
  return x25519.getPublicKey(privateKey);
}

/** ChaCha20-Poly1305 with Noise's nonce: 4 zero bytes, then the counter as little-endian u64. */
export function nonce(counter: number | bigint): Uint8Array {
  const bytes = new Uint8Array(12);
  if (typeof counter === 'bigint' || counter > 0xffff_ffff) new DataView(bytes.buffer).setBigUint64(4, BigInt(counter), true);
  // By hand: a BigInt and a view for each message of a capture take as long as its keystream.
  else for (let at = 0; at < 4; at++) bytes[4 + at] = counter >>> (8 * at);
  return bytes;
}

/** The plaintext, or undefined when the tag does not fit. */
export function open(key: Uint8Array, counter: number | bigint, ad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
  if (ciphertext.length < tagLength) return undefined;
  try {
    return engine.openChaChaPoly(key, nonce(counter), ciphertext, ad);
  } catch {
    return undefined;
  }
}

export function seal(key: Uint8Array, counter: number | bigint, ad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return chacha20poly1305(key, nonce(counter), ad).encrypt(plaintext);
}

/** HASH(h || data), section 5.2. */
export function mixHash(h: Uint8Array, data: Uint8Array): Uint8Array {
  return blake2b.create().update(h).update(data).digest();
}

/** HKDF with two outputs, section 4.3. */
function hkdf2(chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const pair = expand(blake2b, extract(blake2b, input, chainingKey), empty, 128);
  return [pair.subarray(0, 64), pair.subarray(64)];
}

/** HMAC-BLAKE2b, exported for the tests' plain version of HKDF. */
export function hmacBlake2b(key: Uint8Array, data: Uint8Array): Uint8Array {
  return hmac(blake2b, key, data);
}

/** The handshake hash and chaining key at one point of a handshake. */
export interface Transcript {
  readonly h: Uint8Array;
  readonly ck: Uint8Array;
}

/** InitializeSymmetric, section 5.2: the name is 33 bytes, so it is padded with zeros to HASHLEN (64). */
export function initialize(): Transcript {
  const h = new Uint8Array(64);
  for (let i = 0; i < noiseName.length; i++) h[i] = noiseName.charCodeAt(i);
  return { h, ck: h };
}

/** Protocol name and prologue mixed in. */
export function begin(prologue: Uint8Array = empty): Transcript {
  const { h, ck } = initialize();
  return { h: mixHash(h, prologue), ck };
}

/** Message 1, `-> e`: its payload travels in clear. */
export function readMessage1(before: Transcript, e: Uint8Array, payload: Uint8Array): Transcript {
  return { h: mixHash(mixHash(before.h, e), payload), ck: before.ck };
}

export interface Message2 {
  readonly payload: Uint8Array;
  readonly h: Uint8Array;
  readonly ck: Uint8Array;
  readonly key: Uint8Array;
  /** Transport keys: initiator to responder, responder to initiator. */
  readonly split: readonly [Uint8Array, Uint8Array];
}

/** Message 2, `<- e, ee`, with the shared secret of ee: its payload is sealed with nonce 0; undefined if it does not open. */
export function readMessage2(before: Transcript, e: Uint8Array, ee: Uint8Array, ciphertext: Uint8Array): Message2 | undefined {
  const afterE = mixHash(before.h, e);
  const { ck, key } = mixKey(before.ck, ee);
  const payload = open(key, 0, afterE, ciphertext);
  if (payload === undefined) return undefined;
  return { payload, h: mixHash(afterE, ciphertext), ck, key, split: split(ck) };
}

/** The other side of `readMessage2`: what a responder sends after its `e`. */
export function writeMessage2(
  before: Transcript,
  e: Uint8Array,
  ee: Uint8Array,
  payload: Uint8Array,
): Message2 & { ciphertext: Uint8Array } {
  const afterE = mixHash(before.h, e);
  const { ck, key } = mixKey(before.ck, ee);
  const ciphertext = seal(key, 0, afterE, payload);
  return { payload, ciphertext, h: mixHash(afterE, ciphertext), ck, key, split: split(ck) };
}

/** MixKey, section 5.2: the chaining key after it, and the cipher's key. */
export function mixKey(before: Uint8Array, input: Uint8Array): { readonly ck: Uint8Array; readonly key: Uint8Array } {
  const [ck, wide] = hkdf2(before, input);
  return { ck, key: wide.subarray(0, 32) };
}

/** Split, section 5.2: the transport keys, initiator to responder and responder to initiator. */
export function split(ck: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const [first, second] = hkdf2(ck, empty);
  return [first.subarray(0, 32), second.subarray(0, 32)];
}
