/** What hostile bytes get: undefined, a sentence or a verdict, soon, and never an exception. */
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import {
  aesModes,
  bytesOfInteger,
  dhInRange,
  dhPublic,
  dhShared,
  isProbablePrime,
  makeSealed,
  openBzip2,
  openSealed,
  type PublicKey,
  readCertificate,
  readDhPublicKey,
  readPublicKey,
  readRsaPrivateKey,
  readSignedData,
  rsaDecrypt,
  secp256k1,
  streamCiphers,
  unpadOaep,
  unpadPkcs1,
  verifyDigest,
  verifyPss,
  verifyRsaMessage,
  x25519,
} from '../../../dissector/crypto/index.ts';
import { exchange } from '../../../dissector/protocols/p2ppacket/keyschedule.ts';

/** DER of a tag and its content. */
function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const digits = Buffer.from(content.length.toString(16).padStart(8, '0'), 'hex');
  return new Uint8Array(Buffer.concat([Buffer.of(tag, 0x84), digits, content]));
}
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
/** An INTEGER that is not negative. */
const number = (value: bigint) => der(2, bytesOfInteger(value, Math.floor(value.toString(16).length / 2) + 1));
const oid = (hex: string) => der(6, Buffer.from(hex, 'hex'));
const rsaOid = '2a864886f70d010101';
const dhOid = '2a864886f70d010301';

const dhKey = (p: bigint, g: bigint, y: bigint) =>
  sequence(sequence(oid(dhOid), sequence(number(p), number(g))), der(3, Buffer.of(0), number(y)));

describe('a Diffie-Hellman group', () => {
  it('of small numbers is read and computed with', () => {
    expect(readDhPublicKey(dhKey(23n, 5n, 8n))).toEqual({ p: 23n, g: 5n, y: 8n });
    expect(dhPublic(5n, 6n, 23n)).toBe(8n);
    expect(dhShared(8n, 15n, 23n)).toEqual(Uint8Array.of(2));
    // Modulo 1 and 2, and with powers of 0, every result still has the length of p.
    for (const p of [1n, 2n, 255n]) for (const y of [0n, 1n, p, p + 1n]) expect(dhShared(y, 3n, p)).toHaveLength(1);
  });

  it('of p = 0 is refused', () => {
    expect(readDhPublicKey(dhKey(0n, 5n, 8n))).toBe('the modulus p is 0');
    expect(dhPublic(5n, 6n, 0n)).toBeUndefined();
    expect(dhShared(8n, 15n, 0n)).toBeUndefined();
    expect(dhInRange(0n, 0n)).toBe(false);
    expect(isProbablePrime(0n)).toBe(false);
  });

  it('of negative numbers is refused', () => {
    const parameters = sequence(der(2, Buffer.of(0x80)), number(5n));
    const key = sequence(sequence(oid(dhOid), parameters), der(3, Buffer.of(0), number(8n)));
    expect(readDhPublicKey(key)).toBe('a number of the Diffie-Hellman key is negative');
    for (const [y, x, p] of [
      [-1n, 2n, 23n],
      [2n, -1n, 23n],
      [2n, 2n, -23n],
    ] as const) {
      expect(dhShared(y, x, p)).toBeUndefined();
    }
  });

  it('over the limit is refused before anything is computed', () => {
    const p = (1n << BigInt(defaultLimits.modulusBits)) + 1n;
    expect(readDhPublicKey(dhKey(p, 5n, 8n))).toBe(
      `a modulus p of ${defaultLimits.modulusBits + 1} bits is over the limit modulusBits of ${defaultLimits.modulusBits}`,
    );
    expect(dhPublic(5n, 1n << 16_000n, p)).toBeUndefined();
    expect(dhShared(5n, p, 23n)).toBeUndefined();
    expect(isProbablePrime(p)).toBeUndefined();
  });

  it('with a public value far larger than p is reduced', () => {
    expect(dhShared(8n + 23n * (1n << 60_000n), 15n, 23n)).toEqual(Uint8Array.of(2));
  });
});

describe('an RSA key of 16 KiB', () => {
  const half = (1n << 65_535n) + 1n;
  const modulus = half * half;

  it('is refused as a private key', () => {
    const key = sequence(...[0n, modulus, 65_537n, 3n, half, half, 3n, 3n, 3n].map(number));
    const pkcs8 = sequence(number(0n), sequence(oid(rsaOid), der(5)), der(4, key));
    expect(readRsaPrivateKey(pkcs8)).toBeUndefined();
    // The same form with small numbers is a key.
    const small = sequence(...[0n, 77n, 7n, 43n, 7n, 11n, 1n, 3n, 2n].map(number));
    expect(readRsaPrivateKey(sequence(number(0n), sequence(oid(rsaOid), der(5)), der(4, small)))?.modulus).toBe(77n);
  });

  it('is not computed with as a public key', () => {
    const spki = sequence(sequence(oid(rsaOid), der(5)), der(3, Buffer.of(0), sequence(number(modulus), number(65_537n))));
    const key = readPublicKey(spki) as PublicKey;
    expect(key).toMatchObject({ kind: 'RSA', bits: 131_071 });
    const signature = new Uint8Array(16_384);
    expect(verifyPss(key, 'SHA-256', signature, signature).state).toBe('unchecked');
    expect(verifyRsaMessage(key, 'SHA-256', signature, signature).state).toBe('unchecked');
  });
});

describe('an RSA key', () => {
  it('with exponents that do not belong to its primes is refused', () => {
    const make = (dP: bigint, dQ: bigint, qInv: bigint) =>
      sequence(
        number(0n),
        sequence(oid(rsaOid), der(5)),
        der(4, sequence(...[0n, 77n, 7n, 43n, 7n, 11n, dP, dQ, qInv].map(number))),
      );
    expect(readRsaPrivateKey(make(1n, 3n, 2n))).toBeDefined();
    for (const key of [make(7n, 3n, 2n), make(1n, 1n << 60_000n, 2n), make(1n, 3n, 8n)]) {
      expect(readRsaPrivateKey(key)).toBeUndefined();
    }
  });

  it('too small for the paddings verifies and opens nothing', () => {
    const tiny = { kind: 'RSA', modulus: 77n, exponent: 7n, bits: 7 } as const;
    for (let byte = 0; byte < 256; byte++) {
      expect(verifyPss(tiny, 'SHA-1', new Uint8Array(0), Uint8Array.of(byte)).state).toBe('invalid');
    }
    for (const modulus of [0n, 1n]) {
      const none = { kind: 'RSA', modulus, exponent: 3n, bits: modulus === 0n ? 0 : 1 } as const;
      expect(verifyPss(none, 'SHA-1', new Uint8Array(0), new Uint8Array(0)).state).toBe('invalid');
      expect(verifyPss(none, 'SHA-1', new Uint8Array(0), new Uint8Array(1)).state).toBe('invalid');
    }
  });
});

describe('random bytes', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const rsa = readPublicKey(publicKey.export({ type: 'spki', format: 'der' })) as PublicKey;
  const secret = readRsaPrivateKey(privateKey.export({ type: 'pkcs8', format: 'der' }))!;
  const digest = new Uint8Array(32);
  /** Random bytes, as long as what is looked for or not, also with the head of something. */
  const bytes = fc
    .tuple(
      fc.constantFrom('', '30', '3082', '02', '04', '3006020101', '425a6839', '0002', dhOid),
      fc.oneof(fc.uint8Array({ maxLength: 300 }), ...[16, 32, 64, 128].map((n) => fc.uint8Array({ minLength: n, maxLength: n }))),
    )
    .map(([head, tail]) => new Uint8Array(Buffer.concat([Buffer.from(head, 'hex'), tail])));
  const three = fc.tuple(bytes, bytes, bytes);

  const never: Record<string, (a: Uint8Array, b: Uint8Array, c: Uint8Array) => unknown> = {
    aes: (a, b, c) => aesModes.map((mode) => [mode.open(a, b), mode.seal(a, b, c)]),
    streams: (a, b, c) => streamCiphers.map((one) => [one.open(a, b, c, a.length, c), one.seal(a, b, c, a.length, c)]),
    keys: (a) => [readPublicKey(a), readRsaPrivateKey(a), readDhPublicKey(a), readCertificate(a), readSignedData(a)],
    rsa: (a, b) => [rsaDecrypt(secret, a), unpadOaep(a, 'SHA-256', 'SHA-1'), unpadPkcs1(a), verifyPss(rsa, 'SHA-1', a, b)],
    signatures: (a, b) => [verifyDigest(rsa, a, b), verifyRsaMessage(rsa, 'SHA-1', a, b)],
    secp256k1: (a, b) => [secp256k1.readPoint(a), secp256k1.publicOf(a), secp256k1.sharedPoint(a, b)],
    ecdsa: (a, b) => [secp256k1.verify(a, digest, b), secp256k1.verify(a, b, b)],
    sealed: (a, b, c) => [openSealed(a, b, c), makeSealed(a, b, c, c), x25519.shared(a, b)],
    exchanges: (a, b, c) => exchange('initiator', a, { initiator: b, responder: c }),
    bzip2: (a) => openBzip2(a, 1000),
    numbers: (a, b, c) => {
      const [x, y, p] = [a, b, c].map((each) => BigInt(`0x0${Buffer.from(each.subarray(0, 40)).toString('hex')}`)) as [
        bigint,
        bigint,
        bigint,
      ];
      return [dhShared(y, x, p), dhPublic(y, x, p), dhInRange(y, p), isProbablePrime(p)];
    },
  };

  it.each(Object.entries(never))('throw nothing in %s', (_, run) => {
    fc.assert(fc.property(three, ([a, b, c]) => void run(a, b, c)));
  });

  it.each([
    ['a public key of Diffie-Hellman', dhKey(23n, 5n, 8n), readDhPublicKey],
    ['a private key of RSA', new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })), readRsaPrivateKey],
  ] as const)('throw nothing in place of one byte of %s', (_, key, read) => {
    fc.assert(fc.property(fc.nat(key.length - 1), fc.nat(255), (at, byte) => void read(key.with(at, byte))));
  });
});
