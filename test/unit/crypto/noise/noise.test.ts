/** Names and active sides of Noise; what they write is compared with published vectors in test/vectors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise } from '../../../../dissector/crypto/index.ts';
import { prologue, protocolOf, record } from './handshakes.ts';

const none = new Uint8Array(0);
const key = (seed: number, length = 32): Uint8Array => new Uint8Array(length).fill(seed);
const begin = (pattern: string, role: noise.Role, keys: noise.HandshakeKeys) =>
  noise.beginHandshake(protocolOf(pattern), role, keys) as noise.HandshakeState;

describe('the name of a Noise protocol', () => {
  it.each([
    ['XX_25519_ChaChaPoly_BLAKE2s', 'the name of a Noise protocol starts with Noise_'],
    ['Noise_XX_25519_ChaChaPoly', 'the name of a Noise protocol is Noise_pattern_DH_cipher_hash'],
    ['Noise_XX_25519_ChaChaPoly_BLAKE2s_1', 'the name of a Noise protocol is Noise_pattern_DH_cipher_hash'],
    ['Noise_YY_25519_ChaChaPoly_BLAKE2s', 'there is no handshake pattern "YY"'],
    ['Noise_toString_25519_ChaChaPoly_BLAKE2s', 'there is no handshake pattern ""'],
    ['Noise_XXfallback_25519_ChaChaPoly_BLAKE2s', 'the modifier fallback is not supported'],
    ['Noise_XXhfs_25519_ChaChaPoly_BLAKE2s', 'there is no modifier "hfs": psk0 to psk4 are known'],
    ['Noise_NNpsk3_25519_ChaChaPoly_BLAKE2s', 'psk3 is after the last of the 2 messages of NN'],
    ['Noise_NNpsk2+psk0_25519_ChaChaPoly_BLAKE2s', 'the modifiers psk2+psk0 are not in ascending order'],
    ['Noise_NNpsk0+psk0_25519_ChaChaPoly_BLAKE2s', 'the modifiers psk0+psk0 are not in ascending order'],
    ['Noise_NN_P256_ChaChaPoly_BLAKE2s', 'there is no DH function "P256": 25519, 448 are known'],
    ['Noise_NN_448_DES_BLAKE2s', 'there is no cipher "DES": ChaChaPoly, AESGCM are known'],
    ['Noise_NN_448_AESGCM_MD5', 'there is no hash function "MD5": SHA256, SHA512, BLAKE2s, BLAKE2b are known'],
  ])('%s is refused: %s', (name, why) => expect(noise.readProtocolName(name)).toBe(why));

  it('places pre-shared keys', () => {
    const { pattern } = protocolOf('X1X1psk0+psk4');
    expect(pattern.messages.map(({ tokens }) => tokens.join(' '))).toEqual(['psk e', 'e ee s', 'es s', 'se psk']);
    expect([pattern.psks, pattern.isOneWay, noise.patternNames.length]).toEqual([2, false, 38]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void noise.readProtocolName(`Noise_${text}_25519_AESGCM_SHA256`)));
  });
});

describe('a side of a handshake', () => {
  it.each([
    ['XX', 'initiator', { e: key(1) }, 'XX needs s, the static private key'],
    ['NN', 'responder', {}, 'NN needs e, the ephemeral private key'],
    ['NK', 'initiator', { e: key(1) }, "NK needs rs, the other side's static public key"],
    ['NN', 'initiator', { e: key(1, 31) }, 'e, the ephemeral private key, has 31 bytes, not 32'],
    ['NNpsk0', 'initiator', { e: key(1) }, 'NNpsk0 takes 1 pre-shared keys, not 0'],
    ['NN', 'initiator', { e: key(1), psks: [key(1)] }, 'NN takes 0 pre-shared keys, not 1'],
    ['NNpsk0', 'initiator', { e: key(1), psks: [key(1, 8)] }, 'a pre-shared key has 8 bytes, not 32'],
  ] as const)('%s as %s says what does not fit', (pattern, role, keys, why) => {
    expect(noise.beginHandshake(protocolOf(pattern), role, keys)).toBe(why);
  });

  it('refuses a message of which a bit is flipped, and then takes the true one', () => {
    const sides = () =>
      [begin('XX', 'initiator', { s: key(1), e: key(2) }), begin('XX', 'responder', { s: key(3), e: key(4) })] as const;
    const [initiator, responder] = sides();
    responder.readMessage(initiator.writeMessage());
    const second = responder.writeMessage(key(9, 3));
    for (let at = 0; at < second.length; at++) {
      expect(initiator.readMessage(second.with(at, second[at]! ^ 0x80))).toMatch(
        /^the tag of its (static public key|payload) does not verify$/,
      );
    }
    for (let length = 0; length < second.length; length++)
      expect(initiator.readMessage(second.subarray(0, length))).toBeTypeOf('string');
    expect(initiator.readMessage(second)).toEqual(key(9, 3));
    expect(initiator.rs).toEqual(protocolOf('XX').dh.publicOf(key(3)));
    expect(initiator.isComplete).toBe(false);
    expect(() => initiator.split()).toThrow('The handshake is not complete.');
    responder.readMessage(initiator.writeMessage());
    expect(initiator.isComplete && responder.isComplete).toBe(true);
    expect(() => initiator.writeMessage()).toThrow('It is not this side that sends');
    expect(() => initiator.readMessage(none)).toThrow('It is not the other side that sends');
  });

  it('refuses messages longer than 65535 bytes, and makes none', () => {
    const initiator = begin('NN', 'initiator', { e: key(1) });
    expect(() => initiator.writeMessage(new Uint8Array(65_504))).toThrow('at most 65535 bytes');
    expect(initiator.writeMessage(new Uint8Array(65_503))).toHaveLength(65_535);
    const responder = begin('NN', 'responder', { e: key(1) });
    expect(responder.readMessage(new Uint8Array(65_536))).toBe('a Noise message has at most 65535 bytes, this one 65536');
  });

  it.each(['25519', '448'])('takes zeros for the shared secret of a point of low order (%s), as the paper says', (curve) => {
    const protocol = protocolOf('NN', `${curve}_ChaChaPoly_BLAKE2s`);
    const { dhLength } = protocol.dh;
    expect(protocol.dh.dh(key(1, dhLength), new Uint8Array(dhLength))).toEqual(new Uint8Array(dhLength));
    expect(protocol.dh.dh(key(1, dhLength), new Uint8Array(dhLength).with(0, 1))).toEqual(new Uint8Array(dhLength));
    const responder = noise.beginHandshake(protocol, 'responder', { e: key(4, dhLength) }) as noise.HandshakeState;
    expect(responder.readMessage(new Uint8Array(dhLength))).toEqual(none);
    expect(responder.writeMessage()).toHaveLength(dhLength + noise.tagLength);
  });

  it('does not write for another one: prologues and pre-shared keys are part of it', () => {
    const psks = [key(7)];
    const protocol = protocolOf('NNpsk0');
    const message = begin('NNpsk0', 'initiator', { e: key(1), psks }).writeMessage();
    const responder = (own: Uint8Array[], before: Uint8Array) =>
      (noise.beginHandshake(protocol, 'responder', { e: key(2), psks: own }, before) as noise.HandshakeState).readMessage(
        message,
      );
    expect(responder(psks, none)).toEqual(none);
    expect(responder(psks, prologue)).toBe('the tag of its payload does not verify');
    expect(responder([key(8)], none)).toBe('the tag of its payload does not verify');
  });

  it('only sends, or only receives, after a one-way handshake', () => {
    const { messages, secrets, protocol } = record(protocolOf('N'));
    const responder = noise.beginHandshake(
      protocol,
      'responder',
      { s: secrets.get('responder.s') },
      prologue,
    ) as noise.HandshakeState;
    responder.readMessage(messages[0]!);
    expect(responder.split().send).toBeUndefined();
    expect(responder.split().receive).toBeDefined();
  });
});

describe('a transport cipher', () => {
  const pair = (suite: string) => {
    const protocol = protocolOf('NN', suite);
    const [a, b] = (['initiator', 'responder'] as const).map(
      (role, at) => noise.beginHandshake(protocol, role, { e: key(at + 1) }) as noise.HandshakeState,
    );
    b!.readMessage(a!.writeMessage());
    a!.readMessage(b!.writeMessage());
    return [a!.split().send!, b!.split().receive!] as const;
  };

  it.each(['25519_ChaChaPoly_BLAKE2s', '25519_AESGCM_SHA512'])('counts, jumps and takes new keys with %s', (suite) => {
    const [send, receive] = pair(suite);
    const texts = [0, 1, 2].map((seed) => send.encryptWithAd(key(5, 3), key(seed, 20)));
    expect(receive.decryptWithAd(none, texts[0]!)).toBeUndefined();
    expect(receive.decryptWithAd(key(5, 3), texts[1]!)).toBeUndefined();
    expect(receive.n).toBe(0n);
    expect(receive.decryptWithAd(key(5, 3), texts[0]!)).toEqual(key(0, 20));
    receive.setNonce(2);
    expect(receive.decryptWithAd(key(5, 3), texts[2]!)).toEqual(key(2, 20));
    const before = send.k;
    send.rekey();
    expect(send.k).not.toEqual(before);
    expect(send.n).toBe(3n);
    const after = send.encryptWithAd(none, key(8, 4));
    expect(receive.decryptWithAd(none, after)).toBeUndefined();
    receive.rekey();
    expect(receive.decryptWithAd(none, after)).toEqual(key(8, 4));
    expect(receive.decryptWithAd(none, after.subarray(0, 15))).toBeUndefined();
  });

  it('never uses the last nonce', () => {
    const [send, receive] = pair('25519_AESGCM_SHA256');
    const last = 2n ** 64n - 1n;
    send.setNonce(last - 1n);
    receive.setNonce(last - 1n);
    expect(receive.decryptWithAd(none, send.encryptWithAd(none, none))).toEqual(none);
    expect(() => send.encryptWithAd(none, none)).toThrow('used up');
    expect(receive.decryptWithAd(none, key(0))).toBeUndefined();
    expect(() => send.setNonce(-1)).toThrow('0 to 2^64 - 1');
    expect(() => send.setNonce(last + 1n)).toThrow('0 to 2^64 - 1');
  });
});
