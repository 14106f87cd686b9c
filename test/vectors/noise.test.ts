/** Published vectors: flynn/noise (vectors.txt, Noise_NN_25519_ChaChaPoly_BLAKE2b) and NIST's cSHAKE256 sample 3. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../dissector/bytes/index.ts';
import { signatureDigest, x25519 } from '../../dissector/crypto/index.ts';
import {
  type ExchangeKeys,
  exchange,
  hashMessage2,
  nn,
  openMessage2,
  readMessage1,
  sealMessage2,
} from '../../dissector/protocols/p2pke/keyschedule.ts';

const hex = (text: string): Uint8Array => fromHex(text)!;
const empty = new Uint8Array(0);

describe('Noise_NN_25519_ChaChaPoly_BLAKE2b', () => {
  const initiator = hex('202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f');
  const responder = hex('4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60');
  const message1 = hex('358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254');
  const message2 = hex('64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d484664630f67598da3b42143a952be366791b');
  const e = message2.subarray(0, 32);
  const h1 = readMessage1(message1, empty).h;
  const opened = (keys: ExchangeKeys, ciphertext: Uint8Array) => openMessage2(hashMessage2(h1, e, ciphertext), ciphertext, keys);

  it('yields the ephemeral public values', () => {
    expect(toHex(x25519.publicOf(initiator))).toBe(toHex(message1));
    expect(toHex(x25519.publicOf(responder))).toBe(toHex(e));
  });

  it.each([
    ['the initiator', initiator, e],
    ['the responder', responder, message1],
  ])('opens message 2 and the transport messages with the key of %s', (_, own, peer) => {
    const keys = exchange(own, peer)!;
    expect(opened(keys, message2.subarray(32))).toEqual(empty);
    const first = nn.cipher.decrypt(keys.i2r, 0, empty, hex('13d25f218f99a206fea16ec00da9ffa85d826e945ff96cf5c809557d8ac3d5'));
    const second = nn.cipher.decrypt(keys.r2i, 0, empty, hex('f59ee5daa0c96f469ccbd54f22f1dc6e414db878e9802d9a60bbf66b17c2fa'));
    expect([first, second].map((bytes) => Buffer.from(bytes!).toString())).toEqual(['yellowsubmarine', 'submarineyellow']);
  });

  it('writes message 2 as it was published', () => {
    const written = sealMessage2(h1, e, empty, exchange(responder, message1)!);
    expect(toHex(written.ciphertext)).toBe(toHex(message2.subarray(32)));
    expect(hashMessage2(h1, e, written.ciphertext)).toEqual({ hE: written.hE, h: written.h });
  });

  it('opens nothing with another key, counter, header or a flipped bit', () => {
    const keys = exchange(initiator, e)!;
    const ciphertext = message2.slice(32);
    expect(opened(exchange(hex('11'.repeat(32)), e)!, ciphertext)).toBeUndefined();
    expect(
      openMessage2(
        hashMessage2(
          h1.map((byte) => byte ^ 1),
          e,
          ciphertext,
        ),
        ciphertext,
        keys,
      ),
    ).toBeUndefined();
    expect(opened(keys, ciphertext)).toEqual(empty);
    const sealed = hex('13d25f218f99a206fea16ec00da9ffa85d826e945ff96cf5c809557d8ac3d5');
    expect(nn.cipher.decrypt(keys.i2r, 1, empty, sealed)).toBeUndefined();
    expect(nn.cipher.decrypt(keys.r2i, 0, empty, sealed)).toBeUndefined();
    expect(nn.cipher.decrypt(keys.i2r, 0, Uint8Array.of(0), sealed)).toBeUndefined();
    ciphertext[0]! ^= 1;
    expect(opened(keys, ciphertext)).toBeUndefined();
    expect(nn.cipher.decrypt(keys.i2r, 0, empty, sealed.subarray(0, 15))).toBeUndefined();
  });

  it('gives no secret for a point of low order', () => expect(exchange(initiator, new Uint8Array(32))).toBeUndefined());
});

describe('cSHAKE256', () => {
  it('is that of NIST SP 800-185', () => {
    expect(toHex(signatureDigest('Email Signature', hex('00010203')))).toBe(
      'd008828e2b80ac9d2218ffee1d070c48b8e4c87bff32c9699d5b6896eee0edd164020e2be0560858d9c00c037e34a96937c561a74c412bb4c746469527281c8c',
    );
  });
});
