/** Powers with the exponents of RSA's public keys: Node beside the library, and the verdicts on signatures that rest on them. */
import { constants, createSign, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  integer,
  libraryEngine,
  readPublicKey,
  useEngine,
  verifyPss,
  verifyRsaMessage,
} from '../../../dissector/crypto/index.ts';
import { platformEngine } from '../../../extension/capture/engine.ts';
import { nativePublicKeys } from '../../../extension/capture/publickeys.ts';
import { rsaPower } from '../../../extension/capture/rsapower.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
const spki = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }));
const modulus = integer(Buffer.from(pair.publicKey.export({ format: 'jwk' }).n!, 'base64url'));
const message = new TextEncoder().encode('a message');

afterEach(() => useEngine({}));

describe('powers', () => {
  const exponents = fc.oneof(
    fc.constantFrom(0n, 1n, 2n, 3n, 17n, 257n, 65_537n, 0xffff_ffffn, 0x1_0000_0001n),
    fc.bigInt(0n, 1n << 34n),
  );
  const same = (base: bigint, exponent: bigint, of: bigint): void => {
    for (const name of ['power', 'rsaPublic'] as const)
      expect(nativePublicKeys[name](base, exponent, of)).toBe(libraryEngine[name](base, exponent, of));
  };

  it('are those of the library, also of what is out of range', () => {
    const edges = fc.constantFrom(0n, 1n, 2n, modulus - 2n, modulus - 1n, modulus, modulus + 1n);
    const bases = fc.oneof({ weight: 8, arbitrary: fc.bigInt(0n, modulus) }, edges);
    fc.assert(
      fc.property(bases, exponents, (base, exponent) => same(base, exponent, modulus)),
      { numRuns: 10_000 },
    );
  });

  it('are the same modulo numbers that are no keys: even, prime, small, of many sizes', () => {
    const moduli = fc
      .integer({ min: 500, max: 1100 })
      .chain((bits) => fc.bigInt(1n << BigInt(bits - 1), (1n << BigInt(bits)) - 1n));
    fc.assert(
      fc.property(moduli, exponents, fc.bigInt(0n, 1n << 1100n), (of, exponent, base) => same(base, exponent, of)),
      { numRuns: 1_000 },
    );
  });

  it('of one modulus with several exponents are told apart', () => {
    for (const exponent of [3n, 65_537n, 3n, 17n])
      expect(rsaPower(5n, exponent, modulus)).toBe(libraryEngine.power(5n, exponent, modulus));
  });
});

describe('verdicts', () => {
  const key = readPublicKey(spki);
  if (typeof key === 'string') throw new Error(key);
  const pkcs1 = new Uint8Array(createSign('sha256').update(message).sign(pair.privateKey));
  const pss = new Uint8Array(
    sign('sha256', message, { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  );
  let asked = 0;

  beforeEach(() => {
    asked = 0;
  });

  const verdicts = (verify: () => unknown): readonly unknown[] =>
    [libraryEngine, platformEngine()].map((engine) => {
      useEngine({
        ...engine,
        rsaPublic: (...given) => {
          asked++;
          return engine.rsaPublic!(...given);
        },
      });
      return verify();
    });

  it.each([
    ['PKCS #1 v1.5', pkcs1, (signature: Uint8Array) => verifyRsaMessage(key, 'SHA-256', message, signature)],
    ['PSS', pss, (signature: Uint8Array) => verifyPss(key, 'SHA-256', message, signature)],
  ])('on signatures of %s are the same, and a flipped bit makes them invalid', (_, signature, verify) => {
    const [library, native] = verdicts(() => verify(signature));
    expect(library).toMatchObject({ state: 'valid' });
    expect(native).toEqual(library);
    expect(asked).toBe(2);
    fc.assert(
      fc.property(fc.nat(signature.length * 8 - 1), (place) => {
        const bad = signature.slice();
        bad[place >> 3]! ^= 1 << (place & 7);
        const [first, second] = verdicts(() => verify(bad));
        expect(first).toMatchObject({ state: 'invalid' });
        expect(second).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });
});
