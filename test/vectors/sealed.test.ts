/** RFC 8439 section 2.8.2 (ChaCha20-Poly1305), RFC 7748 section 6.1 (X25519) and RFC 7693 appendix B (BLAKE2s). */
import { blake2s } from '@noble/hashes/blake2.js';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../dissector/bytes/index.ts';
import { makeSealed, openSealed, x25519 } from '../../dissector/crypto/index.ts';
import { exchange } from '../../dissector/protocols/p2ppacket/keyschedule.ts';

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(/\s/g, ''))!;

describe('ChaCha20-Poly1305', () => {
  const key = hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
  const nonce = hex('070000004041424344454647');
  const aad = hex('50515253c0c1c2c3c4c5c6c7');
  const text = new TextEncoder().encode(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const sealed = hex(`
    d31a8d34648e60db7b86afbc53ef7ec2 a4aded51296e08fea9e2b5a736ee62d6 3dbea45e8ca9671282fafb69da92728b
    1a71de0a9e060b2905d6a5b67ecd3b36 92ddbd7f2d778b8c9803aee328091b58 fab324e4fad675945585808b4831d7bc
    3ff4def08e4b7a9de576d26586cec64b 6116 1ae10b594f09e26a7e902ecbd0600691`);
  const payload = Uint8Array.of(...nonce, ...sealed);

  it('seals as published, the nonce in front', () => expect(toHex(makeSealed(key, nonce, aad, text)!)).toBe(toHex(payload)));
  it('opens what was published', () => expect(openSealed(key, aad, payload)).toEqual(text));
  it('opens nothing with other data beside it', () => expect(openSealed(key, aad.subarray(1), payload)).toBeUndefined());
});

describe('the key between two sides', () => {
  const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
  const alicePublic = hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
  const bob = hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
  const bobPublic = hex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
  const shared = hex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');

  it('rests on X25519 and BLAKE2s as published', () => {
    expect([x25519.publicOf(alice), x25519.publicOf(bob)]).toEqual([alicePublic, bobPublic]);
    expect(x25519.shared(alice, bobPublic)).toEqual(shared);
    expect(toHex(blake2s(new TextEncoder().encode('abc')))).toBe(
      '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982',
    );
  });

  it('is the hash of the secret and both public values, the same on both sides', () => {
    const key = blake2s(Uint8Array.of(...shared, ...alicePublic, ...bobPublic));
    const publics = { initiator: alicePublic, responder: bobPublic };
    expect(exchange('initiator', alice, publics)).toEqual({ z: shared, key });
    expect(exchange('responder', bob, publics)).toEqual({ z: shared, key });
    expect(exchange('initiator', bob, { initiator: bobPublic, responder: alicePublic })?.key).not.toEqual(key);
  });
});
