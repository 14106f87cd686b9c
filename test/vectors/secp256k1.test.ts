/** Published vectors: ECDSA with the nonces of RFC 6979 over SHA-256 (bitcointalk.org, topic 285142) and Wycheproof's ecdh_secp256k1. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../dissector/bytes/index.ts';
import { secp256k1 } from '../../dissector/crypto/index.ts';

const hex = (text: string): Uint8Array => fromHex(text)!;
const one = hex('1'.padStart(64, '0'));
const generator = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
const r = '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8';

describe('ECDSA on secp256k1', () => {
  const point = secp256k1.publicOf(one)!;
  const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest();

  it('starts from the generator', () => expect(toHex(point)).toBe(generator));

  it.each([
    ['s in the lower half', `${r}2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5`],
    ['s in the upper half', `${r}dbbd3162d46e9f9bef7feb87c16dc13b4f6568a87f4e83f728e2443ba586675c`],
    ['DER', `3045022100${r}02202442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5`],
  ])('verifies the signature of "Satoshi Nakamoto", %s', (_, signature) => {
    expect(secp256k1.verify(point, digest('Satoshi Nakamoto'), hex(signature))).toBe(true);
    expect(secp256k1.verify(point, digest('Satoshi nakamoto'), hex(signature))).toBe(false);
  });

  it('verifies a second message', () => {
    const signature = hex(
      '8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21',
    );
    const text = 'All those moments will be lost in time, like tears in rain. Time to die...';
    expect(secp256k1.verify(point, digest(text), signature)).toBe(true);
  });
});

describe('ECDH on secp256k1', () => {
  it('is that of Wycheproof, test 1', () => {
    const secret = hex('f4b7ff7cccc98813a69fae3df222bfe3f4e28f764bf91b4a10d8096ce446b254');
    const peer = hex(
      '04d8096af8a11e0b80037e1ee68246b5dcbb0aeb1cf1244fd767db80f3fa27da2b396812ea1686e7472e9692eaf3e958e50e9500d3b4c77243db1f2acd67ba9cc4',
    );
    const shared = secp256k1.sharedPoint(secret, secp256k1.readPoint(peer)!)!;
    expect(toHex(shared.subarray(1))).toBe('544dfae22af6af939042b1d85b71a1e49e9a5614123c4d6ad0c8af65baf87d65');
  });
});
