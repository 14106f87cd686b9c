/** Private keys of PKCS #8: what they sign, by published vectors and by another implementation. */
import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  publicDecrypt,
  randomBytes,
  verify as verifyElsewhere,
} from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../dissector/bytes/index.ts';
import {
  derOf,
  makeCurveKey,
  makeRsaKey,
  readPublicKey,
  readSigningKey,
  type SigningKey,
  signMessage,
  verifyDigest,
  verifyMessage,
} from '../../../dissector/crypto/index.ts';

const der = { type: 'pkcs8', format: 'der' } as const;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** PKCS #8 of a curve's secret, as OpenSSL writes it. */
function curvePkcs8(name: 'prime256v1' | 'secp384r1', crv: string, hex: string): Uint8Array {
  const ecdh = createECDH(name);
  ecdh.setPrivateKey(hex, 'hex');
  const point = ecdh.getPublicKey();
  const half = (point.length - 1) / 2;
  const [x, y, d] = [point.subarray(1, 1 + half), point.subarray(1 + half), Buffer.from(hex, 'hex')];
  const jwk = { kty: 'EC', crv, x: x.toString('base64url'), y: y.toString('base64url'), d: d.toString('base64url') };
  return createPrivateKey({ key: jwk, format: 'jwk' }).export(der);
}

function readable(pkcs8: Uint8Array): SigningKey {
  const key = readSigningKey(pkcs8);
  if (typeof key === 'string') throw new Error(key);
  return key;
}

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey.export(der);
const kinds: readonly (readonly [string, Uint8Array])[] = [
  ['Ed25519', generateKeyPairSync('ed25519').privateKey.export(der)],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(der)],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(der)],
  ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey.export(der)],
  ['RSA', rsa(2048)],
];

describe('a private key', () => {
  it.each([
    // RFC 6979 A.2.5 and A.2.6, "sample" with the hash of the curve's size.
    [
      'P-256',
      curvePkcs8('prime256v1', 'P-256', 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721'),
      'SHA-256',
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
      'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    ],
    [
      'P-384',
      curvePkcs8(
        'secp384r1',
        'P-384',
        '6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5',
      ),
      'SHA-384',
      '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46',
      '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8',
    ],
  ] as const)('of %s signs as RFC 6979 has it', (_, pkcs8, hash, r, s) => {
    expect(toHex(signMessage(readable(pkcs8), hash, utf8('sample')))).toMatch(new RegExp(`^30..02..(00)?${r}02..(00)?${s}$`));
  });

  it.each(kinds)('of %s signs what another implementation verifies, and has its public key', (_, pkcs8) => {
    const key = readable(pkcs8);
    const other = createPublicKey(createPrivateKey({ key: Buffer.from(pkcs8), ...der }));
    expect(toHex(key.spki)).toBe(toHex(other.export({ type: 'spki', format: 'der' })));
    for (const hash of ['SHA-256', 'SHA-512'] as const) {
      const algorithm = key.kind === 'Ed25519' ? null : hash.replace('-', '');
      const signature = signMessage(key, hash, utf8('abc'));
      expect(verifyElsewhere(algorithm, utf8('abc'), other, signature)).toBe(true);
      expect(verifyElsewhere(algorithm, utf8('abd'), other, signature)).toBe(false);
      expect(verifyMessage(readPublicKey(key.spki) as never, hash, utf8('abc'), signature).state).toBe('valid');
    }
  });

  it.each(kinds)('of %s signs bytes as they stand, and no others', (_, pkcs8) => {
    const key = readable(pkcs8);
    const signed = new Uint8Array(randomBytes(64));
    const signature = key.sign(signed);
    const read = readPublicKey(key.spki);
    if (typeof read === 'string') throw new Error(read);
    expect(verifyDigest(read, signed, signature).state).toBe('valid');
    expect(
      verifyDigest(
        read,
        signed.map((byte, at) => (at === 0 ? byte ^ 1 : byte)),
        signature,
      ).state,
    ).toBe('invalid');
    // RSA PKCS #1 v1.5 of type 1, without a DigestInfo.
    const spki = { key: Buffer.from(key.spki), type: 'spki', format: 'der' } as const;
    if (key.kind === 'RSA') expect(toHex(publicDecrypt(spki, signature))).toBe(toHex(signed));
  });

  it.each(['P-256', 'P-384', 'P-521'] as const)('of %s that is made is one that another implementation reads', (curve) => {
    const made = makeCurveKey(curve, (length) => new Uint8Array(randomBytes(length)));
    const other = createPublicKey(createPrivateKey({ key: Buffer.from(made), ...der }));
    expect(toHex(readable(made).spki)).toBe(toHex(other.export({ type: 'spki', format: 'der' })));
  });

  it('of RSA that is made is one that signs', async () => {
    expect(readable(await makeRsaKey(1024)).sign(new Uint8Array(64))).toHaveLength(128);
  });

  it('of RSA that is too short for what it should sign says so', () => {
    expect(() => readable(rsa(512)).sign(new Uint8Array(64))).toThrow('an RSA key of 64 bytes is too short to sign 64 bytes');
  });
});

describe('what is no private key', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'it is not a private key in PKCS #8'],
    ['a public key', readable(kinds[1]![1]).spki, 'it is not a private key in PKCS #8'],
    ['a seed of 31 bytes', fromHex(`302d020100300506032b65700421041f${'01'.repeat(31)}`)!, 'has 32 bytes, this one 31'],
    ['another algorithm', generateKeyPairSync('x25519').privateKey.export(der), "the key's algorithm 1.3.101.110 is not"],
    ['another curve', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export(der), 'the elliptic curve is not'],
  ])('%s', (_, bytes, why) => expect(readSigningKey(bytes)).toContain(why));

  it('is an RSA key over the limit', () => {
    expect(readSigningKey(kinds[4]![1], { modulusBits: 2047 })).toContain('over the limit modulusBits');
  });

  it('never throws', () => {
    for (const [, pkcs8] of kinds)
      fc.assert(
        fc.property(fc.nat(pkcs8.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          readSigningKey(pkcs8.map((byte, index) => (index === at ? byte ^ change : byte)));
          readSigningKey(pkcs8.slice(0, at));
        }),
        { numRuns: 40 },
      );
  });
});

describe('PEM', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nAAEC\nAw==\n-----END PRIVATE KEY-----\n';
  it.each([
    ['a block', utf8(pem), '00010203'],
    ['a block with line ends of Windows', utf8(pem.replaceAll('\n', '\r\n')), '00010203'],
    ['DER', Uint8Array.of(0x30, 0), '3000'],
    ['another block', utf8(pem.replaceAll('PRIVATE', 'PUBLIC')), undefined],
    ['broken base64', utf8(pem.replace('AAEC', 'A*EC')), undefined],
  ])('%s', (_, bytes, hex) => {
    const read = derOf(bytes, 'PRIVATE KEY');
    expect(read && toHex(read)).toBe(hex);
  });
});
