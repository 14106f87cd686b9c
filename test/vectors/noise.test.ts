/** Published vectors: flynn/noise (vectors.txt, Noise_NN_25519_ChaChaPoly_BLAKE2b) and NIST's cSHAKE256 sample 3. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../dissector/bytes/index.ts';
import { noise, presign } from '../../dissector/crypto/index.ts';

const hex = (text: string): Uint8Array => fromHex(text)!;
const empty = new Uint8Array(0);

describe('Noise_NN_25519_ChaChaPoly_BLAKE2b', () => {
  const initiator = hex('202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f');
  const responder = hex('4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60');
  const message1 = hex('358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254');
  const message2 = hex('64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d484664630f67598da3b42143a952be366791b');
  const e = message2.subarray(0, 32);
  const transcript = noise.readMessage1(noise.begin(), message1, empty);

  it('yields the ephemeral public values', () => {
    expect(toHex(noise.publicOf(initiator))).toBe(toHex(message1));
    expect(toHex(noise.publicOf(responder))).toBe(toHex(e));
  });

  it.each([
    ['the initiator', initiator, e],
    ['the responder', responder, message1],
  ])('opens message 2 and the transport messages with the key of %s', (_, own, peer) => {
    const opened = noise.readMessage2(transcript, e, noise.dh(own, peer)!, message2.subarray(32))!;
    expect(opened.payload).toEqual(empty);
    const first = noise.open(opened.split[0], 0, empty, hex('13d25f218f99a206fea16ec00da9ffa85d826e945ff96cf5c809557d8ac3d5'));
    const second = noise.open(opened.split[1], 0, empty, hex('f59ee5daa0c96f469ccbd54f22f1dc6e414db878e9802d9a60bbf66b17c2fa'));
    expect([first, second].map((bytes) => Buffer.from(bytes!).toString())).toEqual(['yellowsubmarine', 'submarineyellow']);
  });

  it('writes message 2 as it was published', () => {
    const written = noise.writeMessage2(transcript, e, noise.dh(responder, message1)!, empty);
    expect(toHex(written.ciphertext)).toBe(toHex(message2.subarray(32)));
  });

  it('opens nothing with another key, counter, header or a flipped bit', () => {
    const ee = noise.dh(initiator, e)!;
    const ciphertext = message2.slice(32);
    expect(noise.readMessage2(transcript, e, noise.dh(hex('11'.repeat(32)), e)!, ciphertext)).toBeUndefined();
    const { split } = noise.readMessage2(transcript, e, ee, ciphertext)!;
    const sealed = hex('13d25f218f99a206fea16ec00da9ffa85d826e945ff96cf5c809557d8ac3d5');
    expect(noise.open(split[0], 1, empty, sealed)).toBeUndefined();
    expect(noise.open(split[1], 0, empty, sealed)).toBeUndefined();
    expect(noise.open(split[0], 0, Uint8Array.of(0), sealed)).toBeUndefined();
    ciphertext[0]! ^= 1;
    expect(noise.readMessage2(transcript, e, ee, ciphertext)).toBeUndefined();
    expect(noise.open(split[0], 0, empty, sealed.subarray(0, 15))).toBeUndefined();
  });

  it('gives no secret for a point of low order', () => expect(noise.dh(initiator, new Uint8Array(32))).toBeUndefined());
});

describe('cSHAKE256', () => {
  it('is that of NIST SP 800-185', () => {
    expect(toHex(presign('Email Signature', hex('00010203')))).toBe(
      'd008828e2b80ac9d2218ffee1d070c48b8e4c87bff32c9699d5b6896eee0edd164020e2be0560858d9c00c037e34a96937c561a74c412bb4c746469527281c8c',
    );
  });
});
