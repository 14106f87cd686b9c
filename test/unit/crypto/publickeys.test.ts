/** Public-key cryptography of Node beside that of the library: the same answers, to what is good, mutated, and made to tell them apart. */
import { ed25519 as curve } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ed25519, libraryEngine, orUndefined, x25519 } from '../../../dissector/crypto/index.ts';
import { nativePublicKeys as own } from '../../../extension/capture/publickeys.ts';

const runs = { numRuns: 2_500 };
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const hexOf = (made: Uint8Array | undefined): string | undefined => made && Buffer.from(made).toString('hex');

/** Points of low order, and coordinates beyond the prime, of Curve25519 (RFC 7748, section 6.1). */
const strange = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
].map(hex);

describe('X25519', () => {
  const same = (privateKey: Uint8Array, publicKey: Uint8Array): void => {
    const [native, library] = [own, libraryEngine].map((engine) =>
      hexOf(orUndefined(() => engine.x25519(privateKey, publicKey))),
    );
    expect(native).toBe(library);
  };

  it('gives what the library gives', () => {
    fc.assert(fc.property(bytes(32), bytes(32), same), { numRuns: 400 });
    fc.assert(
      fc.property(bytes(32), (key) => {
        expect(hexOf(own.x25519Public(key))).toBe(hexOf(libraryEngine.x25519Public(key)));
      }),
      { numRuns: 200 },
    );
  });

  it('of strange points gives what the library gives, or nothing', () => {
    for (const publicKey of strange) same(new Uint8Array(32).fill(7), publicKey);
  });

  it('refuses other lengths', () => {
    for (const length of [0, 31, 33, 64]) {
      same(new Uint8Array(length).fill(9), x25519.publicOf(new Uint8Array(32).fill(1)));
      same(new Uint8Array(32).fill(9), new Uint8Array(length).fill(2));
    }
  });

  it('knows a key whose bytes were overwritten', () => {
    const key = new Uint8Array(32).fill(3);
    const first = own.x25519Public(key);
    key.fill(4);
    expect(hexOf(own.x25519Public(key))).toBe(hexOf(x25519.publicOf(new Uint8Array(32).fill(4))));
    expect(hexOf(own.x25519Public(key))).not.toBe(hexOf(first));
  });
});

describe('Ed25519', () => {
  const verdicts = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
    [own, libraryEngine].map((engine) => orUndefined(() => engine.verifyEd25519(publicKey, message, signature)) ?? false);

  it('says what the library says of signatures, and of those with a bit flipped', () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 60 }), fc.nat(1000), (seed, message, place) => {
        const [key, signature] = [ed25519.publicOf(seed), ed25519.sign(seed, message)];
        expect(verdicts(key, message, signature)).toEqual([true, true]);
        const whole = Uint8Array.from([...key, ...message, ...signature]);
        whole[place % whole.length]! ^= 1 << (place & 7);
        const [a, b, c] = [whole.subarray(0, 32), whole.subarray(32, 32 + message.length), whole.subarray(32 + message.length)];
        const [native, library] = verdicts(a, b, c);
        expect([native, library]).toEqual([false, false]);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses keys of low order and points written in another way, whatever they are said to have signed', () => {
    const message = Uint8Array.of(1, 2, 3);
    const zero = new Uint8Array(32);
    const identity = Uint8Array.from([1, ...new Array(31).fill(0)]);
    const points = [
      ...strange,
      ...[
        'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
        '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      ].map(hex),
      identity,
    ];
    const signed = points.flatMap((point) => [point, point.map((byte, at) => (at === 31 ? byte ^ 0x80 : byte))]);
    for (const key of signed)
      for (const r of signed) {
        const [native, library] = verdicts(key, message, Uint8Array.from([...r, ...zero]));
        expect(native).toBe(library);
        expect(native).toBe(false);
      }
  });

  it('takes a signature that holds with the cofactor alone, as the library does', () => {
    // R has a part of order 8: the equation holds only once it is multiplied by the cofactor.
    const seed = new Uint8Array(32).fill(5);
    const key = ed25519.publicOf(seed);
    const torsion = curve.Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', true);
    const message = Uint8Array.of(9);
    const { scalar } = curve.utils.getExtendedPublicKey(seed);
    const nonce = 12345n;
    const r = curve.Point.BASE.multiply(nonce).add(torsion).toBytes();
    const order = curve.Point.Fn.ORDER;
    const little = (value: Uint8Array): bigint => BigInt(`0x${Buffer.from(value.toReversed()).toString('hex')}`);
    const k = little(sha512(Uint8Array.from([...r, ...key, ...message]))) % order;
    const s = (nonce + k * scalar) % order;
    const bytesOfS = Uint8Array.from(Buffer.from(s.toString(16).padStart(64, '0'), 'hex')).toReversed();
    expect(verdicts(key, message, Uint8Array.from([...r, ...bytesOfS]))).toEqual([true, true]);
  });
});

describe('powers', () => {
  const prime = BigInt(
    '0x95770cbb283449d6a9945e63625e5b844186d035b34a829d13a64375cac8d030a2d869567e87adaca679813ef9eb96061707a0dc8a250c7dd1be32c007d6c10f',
  );
  const integers = fc.bigInt({ min: 0n, max: prime + 5n });

  it('are those of the library, before and after a group is prepared', () => {
    fc.assert(
      fc.property(integers, integers, (base, exponent) => {
        expect(own.power(base, exponent, prime)).toBe(libraryEngine.power(base, exponent, prime));
      }),
      runs,
    );
  });

  it.each([
    ['a prime that is no safe one', (1n << 521n) - 1n],
    ['a composite', prime * 3n],
    ['an even number', prime * 2n],
    ['a small one', 1_000_003n],
    ['one', 1n],
  ])('modulo %s, too', (_, modulus) => {
    const numbers = fc.bigInt({ min: 0n, max: modulus + 3n });
    fc.assert(
      fc.property(numbers, numbers, (base, exponent) => {
        expect(own.power(base, exponent, modulus)).toBe(libraryEngine.power(base, exponent, modulus));
      }),
      { numRuns: 200 },
    );
  });
});
