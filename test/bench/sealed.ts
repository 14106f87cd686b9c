/**
 * The same small packets, sealed with ChaCha20-Poly1305 by two protocols: p2pke for us, WireGuard for tshark, whose Lua cannot
 * decrypt. Each is one session with its handshake, and both directions in turn.
 */
import { writeFileSync } from 'node:fs';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { blake2s } from '@noble/hashes/blake2.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { type Endpoint, udpFrame } from '../../dissector/link/index.ts';
import { nn } from '../../dissector/protocols/p2pke/keyschedule.ts';
import { MESSAGE_PORT, writeFrames } from './capture.ts';

/** Port of what is inside. */
export const INNER_PORT = 20_009;
export const WIREGUARD_PORT = 51_820;
const INNER = 64;
/** Ethernet, which is not sealed. */
const LINK = 14;
const FIRST_COUNTER = 16;
const CLOCK = 12;
const none = new Uint8Array(0);
const secretOf = (seed: number): Uint8Array => new Uint8Array(32).fill(seed);

function datagram(port: number, back: number, payload: Uint8Array): Uint8Array {
  const sides: readonly Endpoint[] = [0, 1].map((side) => ({ ip: `10.0.0.${side + 1}`, port }));
  return udpFrame(sides[back]!, sides[1 - back]!, payload);
}

function inner(n: number): Uint8Array {
  const [from, to] = [
    { ip: '10.1.0.1', port: INNER_PORT },
    { ip: '10.1.0.2', port: INNER_PORT },
  ];
  const payload = new Uint8Array(INNER - 28);
  new DataView(payload.buffer).setUint32(0, n);
  return udpFrame(from, to, payload).subarray(LINK);
}

/** InitHello and InitDone without payloads, then data. The key log lies beside, with `.keys` after the name. */
export function writeSealed(path: string, messages: number): void {
  const [e, ...keys] = [secretOf(1), secretOf(2), secretOf(3)] as const;
  const message = (bit: number, counter: number): Uint8Array => {
    const header = new Uint8Array(4);
    new DataView(header.buffer).setUint32(0, ((bit << 31) | counter) >>> 0);
    if (counter === 0) return concatBytes(header, e);
    return concatBytes(header, nn.cipher.encrypt(keys[bit]!, counter, header, counter < FIRST_COUNTER ? none : inner(counter)));
  };
  writeFrames(path, messages + 2, (n) => {
    const data = n - 2;
    if (data < 0) return datagram(MESSAGE_PORT, 0, message(0, n === 0 ? 0 : 2));
    return datagram(MESSAGE_PORT, data & 1, message(data & 1, FIRST_COUNTER + (data >>> 1)));
  });
  writeFileSync(
    `${path}.keys`,
    `P2PKE_TRANSPORT_KEYS ${[e, ...keys].map((key) => Buffer.from(key).toString('hex')).join(' ')}\n`,
  );
}

/** HKDF of BLAKE2s with a chaining key for its salt: so many keys of 32 bytes. */
function derive(chainingKey: Uint8Array, input: Uint8Array, count: number): Uint8Array[] {
  const keys = expand(blake2s, extract(blake2s, input, chainingKey), none, count * 32);
  return Array.from({ length: count }, (_, at) => keys.slice(at * 32, at * 32 + 32));
}

const hash = (...parts: readonly Uint8Array[]): Uint8Array => blake2s(concatBytes(...parts));
const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** WireGuard's Noise_IKpsk2 (its paper, section 5.4), both messages and the keys of both directions. */
function handshake() {
  const [own, other, e, answer] = [4, 5, 6, 7].map(secretOf) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const [ownPublic, otherPublic, ePublic, answerPublic] = [own, other, e, answer].map((secret) =>
    x25519.getPublicKey(secret),
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  let chain = hash(text('Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s'));
  let h = hash(hash(chain, text('WireGuard v1 zx2c4 Jason@zx2c4.com')), otherPublic);
  const mix = (shared: Uint8Array): Uint8Array => {
    const [next, key] = derive(chain, shared, 2) as [Uint8Array, Uint8Array];
    chain = next;
    return key;
  };
  const seal = (key: Uint8Array, plaintext: Uint8Array): Uint8Array => {
    const sealed = chacha20poly1305(key, new Uint8Array(CLOCK), h).encrypt(plaintext);
    h = hash(h, sealed);
    return sealed;
  };
  const mac = (to: Uint8Array, message: Uint8Array): Uint8Array =>
    concatBytes(message, blake2s(message, { key: hash(text('mac1----'), to), dkLen: 16 }), new Uint8Array(16));

  h = hash(h, ePublic);
  [chain] = derive(chain, ePublic, 1) as [Uint8Array];
  const sealedStatic = seal(mix(x25519.getSharedSecret(e, otherPublic)), ownPublic);
  const sealedTime = seal(mix(x25519.getSharedSecret(own, otherPublic)), new Uint8Array(CLOCK));
  const initiation = mac(otherPublic, concatBytes(Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0), ePublic, sealedStatic, sealedTime));

  h = hash(h, answerPublic);
  [chain] = derive(chain, answerPublic, 1) as [Uint8Array];
  [chain] = derive(chain, x25519.getSharedSecret(e, answerPublic), 1) as [Uint8Array];
  [chain] = derive(chain, x25519.getSharedSecret(own, answerPublic), 1) as [Uint8Array];
  const [next, temporary, key] = derive(chain, new Uint8Array(32), 3) as [Uint8Array, Uint8Array, Uint8Array];
  chain = next;
  h = hash(h, temporary);
  const response = mac(ownPublic, concatBytes(Uint8Array.of(2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0), answerPublic, seal(key, none)));
  return { initiation, response, keys: derive(chain, none, 2), log: { own, otherPublic, e } };
}

/** The key log beside, with `.keys` after the name, is one for Wireshark (`wg.keylog_file`). */
export function writeWireguard(path: string, messages: number): void {
  const { initiation, response, keys, log } = handshake();
  writeFrames(path, messages + 2, (n) => {
    const data = n - 2;
    if (data < 0) return datagram(WIREGUARD_PORT, n, n === 0 ? initiation : response);
    const [back, counter] = [data & 1, data >>> 1];
    const head = new Uint8Array(16);
    const view = new DataView(head.buffer);
    head[0] = 4;
    view.setUint32(4, back === 0 ? 2 : 1, true);
    view.setBigUint64(8, BigInt(counter), true);
    return datagram(
      WIREGUARD_PORT,
      back,
      concatBytes(head, nn.cipher.encrypt(keys[back]!, counter, none, inner(FIRST_COUNTER + counter))),
    );
  });
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const lines = [
    `LOCAL_STATIC_PRIVATE_KEY = ${base64(log.own)}`,
    `REMOTE_STATIC_PUBLIC_KEY = ${base64(log.otherPublic)}`,
    `LOCAL_EPHEMERAL_PRIVATE_KEY = ${base64(log.e)}`,
  ];
  writeFileSync(`${path}.keys`, `${lines.join('\n')}\n`);
}
