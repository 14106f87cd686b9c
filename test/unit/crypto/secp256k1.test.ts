/** secp256k1 with node:crypto as the oracle, and a negative twin for each. */
import { createECDH, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { secp256k1 as curve } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orUndefined, secp256k1 } from '../../../dissector/crypto/index.ts';

const { publicOf, readPoint, sharedPoint, verify } = secp256k1;
const order = Buffer.from('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'hex');

function pair() {
  const ecdh = createECDH('secp256k1');
  const long = new Uint8Array(ecdh.generateKeys());
  const secret = Buffer.concat([Buffer.alloc(32), ecdh.getPrivateKey()]).subarray(-32);
  return { ecdh, long, point: new Uint8Array(ecdh.getPublicKey(null, 'compressed')), secret: new Uint8Array(secret) };
}

describe('points', () => {
  it('are read in both forms and written in the compressed one', () => {
    for (let i = 0; i < 10; i++) {
      const { long, point, secret } = pair();
      expect(readPoint(long)).toEqual(point);
      expect(readPoint(point)).toEqual(point);
      expect(publicOf(secret)).toEqual(point);
    }
  });

  it('that are none are refused', () => {
    const { long, point } = pair();
    expect(readPoint(point.subarray(1))).toBeUndefined();
    expect(readPoint(Buffer.concat([point, Buffer.of(0)]))).toBeUndefined();
    expect(readPoint(long.with(64, long[64]! ^ 1))).toBeUndefined();
    expect(readPoint(long.with(0, 6))).toBeUndefined();
    expect(readPoint(point.with(0, 5))).toBeUndefined();
    expect(readPoint(new Uint8Array(33))).toBeUndefined();
    expect(readPoint(Uint8Array.of(0))).toBeUndefined();
    expect(readPoint(new Uint8Array(0))).toBeUndefined();
    // x = 5 is on no point of the curve.
    expect(readPoint(Uint8Array.of(2, ...new Uint8Array(31), 5))).toBeUndefined();
  });

  it('have no secret that is 0 or beyond the order', () => {
    expect(publicOf(new Uint8Array(32))).toBeUndefined();
    expect(publicOf(order)).toBeUndefined();
    expect(publicOf(new Uint8Array(32).fill(0xff))).toBeUndefined();
    expect(publicOf(new Uint8Array(31).fill(1))).toBeUndefined();
    expect(publicOf(order.map((byte, i) => (i === 31 ? byte - 1 : byte)))).toHaveLength(33);
  });
});

describe('shared points', () => {
  it('have the x that node:crypto computes, from both sides', () => {
    const [mine, peer] = [pair(), pair()];
    const shared = sharedPoint(mine.secret, peer.point)!;
    expect(shared).toHaveLength(33);
    expect(shared.slice(1)).toEqual(new Uint8Array(mine.ecdh.computeSecret(peer.long)));
    expect(sharedPoint(peer.secret, mine.long)).toEqual(shared);
    expect(sharedPoint(pair().secret, peer.point)).not.toEqual(shared);
  });
  it('are those of the library in constant time', () => {
    const secrets = fc.oneof(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(new Uint8Array(32).with(31, 1), order),
    );
    fc.assert(
      fc.property(secrets, fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.boolean(), (secret, other, isCompressed) => {
        const point = orUndefined(() => curve.getPublicKey(other, isCompressed));
        if (point === undefined) return;
        expect(sharedPoint(secret, point)).toEqual(orUndefined(() => curve.getSharedSecret(secret, point, true)));
      }),
      { numRuns: 300 },
    );
  });

  it('are not made of what is no secret or no point', () => {
    const { secret, point } = pair();
    expect(sharedPoint(new Uint8Array(32), point)).toBeUndefined();
    expect(sharedPoint(secret, new Uint8Array(33))).toBeUndefined();
  });
});

describe('signatures', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const point = readPoint(publicKey.export({ type: 'spki', format: 'der' }).subarray(-65))!;
  // node:crypto hashes what it signs.
  const digestOf = (text: Uint8Array) => new Uint8Array(createHash('sha256').update(text).digest());

  it.each(['ieee-p1363', 'der'] as const)('of node:crypto verify in the form %s', (dsaEncoding) => {
    // Half of them have an s in the upper half of the order.
    for (let i = 0; i < 8; i++) {
      const text = randomBytes(20);
      const signature = new Uint8Array(sign('sha256', text, { key: privateKey, dsaEncoding }));
      expect(verify(point, digestOf(text), signature)).toBe(true);
      expect(verify(point, digestOf(text).with(0, digestOf(text)[0]! ^ 1), signature)).toBe(false);
      expect(verify(pair().point, digestOf(text), signature)).toBe(false);
      const last = signature.length - 1;
      expect(verify(point, digestOf(text), signature.with(last, signature[last]! ^ 1))).toBe(false);
    }
  });

  it('of other shapes do not verify', () => {
    const digest = digestOf(Buffer.of());
    for (const length of [0, 1, 63, 64, 65, 72]) expect(verify(point, digest, new Uint8Array(length))).toBe(false);
    const signature = sign('sha256', Buffer.of(), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    expect(verify(point, digest.subarray(1), signature)).toBe(false);
    expect(verify(new Uint8Array(33), digest, signature)).toBe(false);
  });
});
