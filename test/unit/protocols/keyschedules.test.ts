/** The key schedules against node:crypto as the oracle, and a negative twin for each. */
import {
  constants,
  createDiffieHellmanGroup,
  createECDH,
  createHash,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defaultLimits, toHex } from '../../../dissector/bytes/index.ts';
import { readRsaPrivateKey } from '../../../dissector/crypto/index.ts';
import { keyChoice as botdKeys } from '../../../dissector/protocols/botd/choices.ts';
import { keysOf, sharedPoint, signedInAck, signedInInit } from '../../../dissector/protocols/botd/keyschedule.ts';
import { keyChoice as p2pKeys } from '../../../dissector/protocols/p2p/choices.ts';
import { keyOf, paddedSecret, publicValue, sharedSecret } from '../../../dissector/protocols/p2p/keyschedule.ts';
import { wrapping } from '../../../dissector/protocols/ptpchat/choices.ts';
import { paddedKey, unpaddedKeys } from '../../../dissector/protocols/ptpchat/keyschedule.ts';

const sha256 = (...parts: Uint8Array[]) => new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest());
const integer = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`);

describe('the key schedule of botd', () => {
  const [a, b, c] = Array.from({ length: 3 }, () => {
    const ecdh = createECDH('secp256k1');
    ecdh.generateKeys();
    return ecdh;
  }) as [Side, Side, Side];
  type Side = ReturnType<typeof createECDH>;
  const publicOf = (side: Side) => new Uint8Array(side.getPublicKey(null, 'compressed'));
  const point = (own: Side, other: Side) => sharedPoint(new Uint8Array(own.getPrivateKey()), publicOf(other))!;

  it('gives both sides one point, and the keys that its candidates make of it', () => {
    const x = new Uint8Array(a.computeSecret(b.getPublicKey()));
    const s = point(a, b);
    expect(point(b, a)).toEqual(s);
    expect(s.subarray(1)).toEqual(x);
    expect(keysOf(s, botdKeys.candidates)).toEqual([
      { key: sha256(s), derivation: 'sha256-compressed-point', point: s },
      { key: x, derivation: 'x-coordinate', point: s },
      { key: sha256(x), derivation: 'sha256-x', point: s },
    ]);
  });

  it('gives another side another point, and none for what is no point', () => {
    expect(point(c, b)).not.toEqual(point(a, b));
    expect(sharedPoint(new Uint8Array(a.getPrivateKey()), publicOf(b).with(0, 5))).toBeUndefined();
  });

  it('signs the keys of a hello in their order, and nothing where one is missing', () => {
    const [sender, recipient, e] = [publicOf(a), publicOf(b), publicOf(c)];
    expect(signedInInit(sender, recipient, e)?.digest).toEqual(sha256(sender, recipient, e));
    expect(signedInAck({ sender, recipient }, e)?.digest).toEqual(sha256(recipient, sender, e));
    expect(signedInInit(sender, undefined, e)).toBeUndefined();
    expect(signedInAck({ sender, recipient }, undefined)).toBeUndefined();
  });
});

describe('the key schedule of p2p', () => {
  const [a, b] = [createDiffieHellmanGroup('modp5'), createDiffieHellmanGroup('modp5')];
  for (const side of [a, b]) side.generateKeys();
  const group = { p: integer(a.getPrime()), g: integer(a.getGenerator()) };
  const [xA, xB] = [integer(a.getPrivateKey()), integer(b.getPrivateKey())];
  const [keyA, keyB] = [a, b].map((side) => ({ ...group, y: integer(side.getPublicKey()) })) as [Key, Key];
  type Key = typeof group & { readonly y: bigint };

  it('gives both sides one shared secret, and the keys that its candidates make of it', () => {
    const z = new Uint8Array(a.computeSecret(b.getPublicKey()));
    expect(publicValue(group, xA, defaultLimits)).toBe(keyA.y);
    expect(sharedSecret(keyB, xA, defaultLimits)).toEqual(z);
    expect(sharedSecret(keyA, xB, defaultLimits)).toEqual(z);
    expect(p2pKeys.candidates.map((candidate) => keyOf(z, candidate))).toEqual([
      { key: z.subarray(0, 32), z, candidate: 'first-32' },
      { key: sha256(z), z, candidate: 'sha-256' },
    ]);
  });

  it('gives another exponent another secret, and a short secret no first 32 bytes', () => {
    expect(publicValue(group, xA + 1n, defaultLimits)).not.toBe(keyA.y);
    expect(sharedSecret(keyB, xA + 1n, defaultLimits)).not.toEqual(sharedSecret(keyB, xA, defaultLimits));
    expect(keyOf(new Uint8Array(31), p2pKeys.candidates[0]!)).toBeUndefined();
    expect(sharedSecret(keyB, xA, { ...defaultLimits, modulusBits: 512 })).toBeUndefined();
  });

  it('reads a secret whose zeros in front were left out', () => {
    expect(paddedSecret(Uint8Array.of(7), 0x1_0000_0000n)).toEqual(Uint8Array.of(0, 0, 0, 0, 7));
    expect(paddedSecret(Uint8Array.of(7), undefined)).toEqual(Uint8Array.of(7));
  });
});

describe('the key schedule of ptpchat', () => {
  const pairs = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 1024 }));
  const [own, other] = pairs.map(
    ({ privateKey }) => readRsaPrivateKey(new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })))!,
  ) as [Own, Own];
  type Own = NonNullable<ReturnType<typeof readRsaPrivateKey>>;
  const found = (key: Own, bytes: Uint8Array, padding: { padding: number; oaepHash?: string }) => {
    const wrapped = new Uint8Array(publicEncrypt({ key: pairs[0]!.publicKey, ...padding }, bytes));
    const padded = paddedKey(key, wrapped);
    const all = padded === undefined ? [] : unpaddedKeys(padded, wrapping.candidates);
    return all.flatMap(({ wrapping: { id }, key: one }) => (one === undefined ? [] : [[id, one]]));
  };
  const oaep = (oaepHash: string) => ({ padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash });

  it.each([
    ['rsa-oaep-sha-1', oaep('sha1')],
    ['rsa-oaep-sha-256', oaep('sha256')],
    ['rsa-pkcs1-v1.5', { padding: constants.RSA_PKCS1_PADDING }],
  ])('finds the channel key in %s, and with that alone', (id, padding) => {
    const key = new Uint8Array(randomBytes(32));
    expect(found(own, key, padding)).toEqual([[id, key]]);
  });

  it('finds none with the key of another node, nor one of another length', () => {
    const key = new Uint8Array(randomBytes(32));
    expect(found(other, key, oaep('sha1'))).toEqual([]);
    expect(found(own, key.subarray(1), oaep('sha1'))).toEqual([]);
  });
});
