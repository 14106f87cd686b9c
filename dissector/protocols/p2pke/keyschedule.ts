/**
 * The key schedule: Noise_NN_25519_ChaChaPoly_BLAKE2b with an empty prologue (The Noise Protocol Framework, revision 34, sections 5 and
 * 7.5). Every value of it is made here once and under its name: the first pass proves keys with it, explanations and the steps of a
 * message show it, the node speaks with it. Pure: no session, no key ring. Hashes and chaining keys are 64 bytes, keys 32.
 */
import { noise, x25519 } from '../../crypto/index.ts';
import type { TransportKeys } from './keys.ts';

/** Names, ciphers and curve of the one Noise protocol that p2pke has. */
export const nn = noise.readProtocolName('Noise_NN_25519_ChaChaPoly_BLAKE2b') as noise.NoiseProtocol;

/** `h` and `ck` before message 1: InitializeSymmetric, then MixHash of the prologue. They are the same for every handshake. */
export interface Initial {
  readonly prologue: Uint8Array;
  /** The protocol name, padded: `h` and `ck` alike. */
  readonly named: Uint8Array;
  readonly ck: Uint8Array;
  /** `h` after the prologue. */
  readonly h: Uint8Array;
}

export const initial: Initial = begin(new Uint8Array(0));

function begin(prologue: Uint8Array): Initial {
  const named = noise.initialize(nn);
  return { prologue, named, ck: named, h: noise.mixHash(nn, named, prologue) };
}

/** Message 1, `-> e`: InitHello. Its payload travels in clear. */
export interface Message1 {
  /** `h` after `e`, and after the payload. */
  readonly hE: Uint8Array;
  readonly h: Uint8Array;
}

export function readMessage1(e: Uint8Array, payload: Uint8Array): Message1 {
  const hE = noise.mixHash(nn, initial.h, e);
  return { hE, h: noise.mixHash(nn, hE, payload) };
}

/** All that comes of the exchange of both ephemeral keys; no transcript goes into it. */
export interface ExchangeKeys extends TransportKeys {
  /** DH(e, re). */
  readonly ee: Uint8Array;
  /** MixKey: `ck`, and the key of message 2's payload. */
  readonly ck: Uint8Array;
  readonly k: Uint8Array;
  /** Split: the transport keys. */
  readonly i2r: Uint8Array;
  readonly r2i: Uint8Array;
}

/** Of one side's private key and the other's `e`; undefined for an `e` of low order, which both sides refuse. */
export function exchange(privateKey: Uint8Array, e: Uint8Array): ExchangeKeys | undefined {
  const ee = x25519.shared(privateKey, e);
  return ee && keysOf(ee);
}

/** Of the shared secret. */
export function keysOf(ee: Uint8Array): ExchangeKeys {
  const { ck, k } = noise.mixKey(nn, initial.ck, ee);
  const [i2r, r2i] = noise.split(nn, ck);
  return { ee, ck, k, i2r, r2i };
}

/** Message 2, `<- e, ee`: RespHello. Its payload is sealed under `k` with nonce 0 and `hE` as additional data. */
export interface Message2 {
  /** `h` after `e`, and after the ciphertext. */
  readonly hE: Uint8Array;
  readonly h: Uint8Array;
}

/** The hashes of message 2 after a message 1 whose hash is `h1`: they need no key. */
export function hashMessage2(h1: Uint8Array, e: Uint8Array, ciphertext: Uint8Array): Message2 {
  const hE = noise.mixHash(nn, h1, e);
  return { hE, h: noise.mixHash(nn, hE, ciphertext) };
}

/** The payload of message 2; undefined when the tag does not verify. */
export function openMessage2({ hE }: Message2, ciphertext: Uint8Array, { k }: ExchangeKeys): Uint8Array | undefined {
  return nn.cipher.decrypt(k, 0, hE, ciphertext);
}

/** What a responder sends after its `e`. */
export function sealMessage2(
  h1: Uint8Array,
  e: Uint8Array,
  payload: Uint8Array,
  { k }: ExchangeKeys,
): Message2 & { readonly ciphertext: Uint8Array } {
  const hE = noise.mixHash(nn, h1, e);
  const ciphertext = nn.cipher.encrypt(k, 0, hE, payload);
  return { hE, h: noise.mixHash(nn, hE, ciphertext), ciphertext };
}

/** The transport key of a direction bit, where it is known. */
export function keyOf(keys: TransportKeys, bit: 0 | 1): Uint8Array | undefined {
  return bit === 0 ? keys.i2r : keys.r2i;
}
