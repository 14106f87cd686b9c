/** Sealed payloads and their key, with node:crypto as the oracle, and a negative twin for each. */
import { createCipheriv, createHash, diffieHellman, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeSealed, openSealed, sealedParts } from '../../../dissector/crypto/index.ts';
import { exchange } from '../../../dissector/protocols/p2ppacket/keyschedule.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
/** The 32 bytes at the end of a key's DER are the key. */
const last = (key: KeyObject, type: 'spki' | 'pkcs8') => {
  const der = type === 'spki' ? key.export({ type, format: 'der' }) : key.export({ type, format: 'der' });
  return new Uint8Array(der.subarray(-32));
};

describe('sealed payloads', () => {
  const [key, nonce, aad, text] = [random(32), random(12), random(9), random(40)];
  const payload = makeSealed(key, nonce, aad, text)!;

  it('are those of node:crypto', () => {
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
    cipher.setAAD(aad, { plaintextLength: text.length });
    const parts = [nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()];
    expect(payload).toEqual(new Uint8Array(Buffer.concat(parts)));
    expect(openSealed(key, aad, payload)).toEqual(text);
    const { ciphertext, tag } = sealedParts(payload);
    expect([sealedParts(payload).nonce, ciphertext.length, tag]).toEqual([nonce, text.length, payload.subarray(-16)]);
  });

  it('open with nothing changed only', () => {
    for (let at = 0; at < payload.length; at++) expect(openSealed(key, aad, payload.with(at, payload[at]! ^ 1))).toBeUndefined();
    expect(openSealed(random(32), aad, payload)).toBeUndefined();
    expect(openSealed(key, random(9), payload)).toBeUndefined();
    for (let length = 0; length < payload.length; length++) {
      expect(openSealed(key, aad, payload.subarray(0, length))).toBeUndefined();
    }
  });

  it('may be empty', () => expect(openSealed(key, aad, makeSealed(key, nonce, aad, new Uint8Array(0))!)).toHaveLength(0));

  it('need a key of 32 bytes and a nonce of 12', () => {
    expect(makeSealed(key.subarray(1), nonce, aad, text)).toBeUndefined();
    expect(makeSealed(key, nonce.subarray(1), aad, text)).toBeUndefined();
    expect(openSealed(key.subarray(1), aad, payload)).toBeUndefined();
  });
});

describe('the key of a sealed payload', () => {
  it('is made as with node:crypto', () => {
    const [mine, peer] = [generateKeyPairSync('x25519'), generateKeyPairSync('x25519')];
    const shared = diffieHellman({ privateKey: mine.privateKey, publicKey: peer.publicKey });
    const [initiator, responder] = [last(mine.publicKey, 'spki'), last(peer.publicKey, 'spki')];
    const key = createHash('blake2s256').update(shared).update(initiator).update(responder).digest();
    const made = exchange('initiator', last(mine.privateKey, 'pkcs8'), { initiator, responder });
    expect(made).toEqual({ z: new Uint8Array(shared), key: new Uint8Array(key) });
  });

  it('is none for a point of low order or values of other lengths', () => {
    const [secret, peer] = [random(32), random(32)];
    const made = (own: Uint8Array, responder: Uint8Array, initiator = peer) =>
      exchange('initiator', own, { initiator, responder });
    expect(made(secret, new Uint8Array(32))).toBeUndefined();
    expect(made(secret, new Uint8Array(32).with(0, 1))).toBeUndefined();
    expect(made(secret.subarray(1), peer)).toBeUndefined();
    expect(made(secret, peer.subarray(1))).toBeUndefined();
    expect(made(secret, peer, peer.subarray(1))).toBeUndefined();
    expect(made(secret, peer, new Uint8Array(33))).toBeUndefined();
  });
});
