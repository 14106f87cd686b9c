/** Classic Diffie-Hellman and the test for primes, with node:crypto as the oracle. */
import { createDiffieHellman, generateKeyPairSync, generatePrimeSync, getDiffieHellman, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dhInRange,
  dhPublic,
  dhShared,
  isProbablePrime,
  readDhPublicKey,
  readPublicKey,
} from '../../../dissector/crypto/index.ts';
import { power } from '../../../dissector/crypto/integer.ts';

const big = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);

/** A public key of the group modp14. The types of Node 20 do not know this kind. */
function exported(): Buffer {
  const generate = generateKeyPairSync as unknown as (type: 'dh', options: { group: string }) => { publicKey: KeyObject };
  return generate('dh', { group: 'modp14' }).publicKey.export({ type: 'spki', format: 'der' });
}

describe('Diffie-Hellman', () => {
  it.each(['modp5', 'modp14', 'modp15'])('agrees with node:crypto in the group %s', (name) => {
    const [mine, peer] = [getDiffieHellman(name), getDiffieHellman(name)];
    const y = mine.generateKeys();
    const other = peer.generateKeys();
    const p = big(mine.getPrime());
    expect(dhPublic(big(mine.getGenerator()), big(mine.getPrivateKey()), p)).toBe(big(y));
    const shared = dhShared(big(other), big(mine.getPrivateKey()), p)!;
    expect(shared).toEqual(new Uint8Array(peer.computeSecret(y)));
    expect(dhShared(big(other), big(mine.getPrivateKey()) + 1n, p)).not.toEqual(shared);
    expect(dhInRange(big(y), p)).toBe(true);
  });

  it('agrees in a group of 1024 bits that is its own', () => {
    const mine = createDiffieHellman(getDiffieHellman('modp2').getPrime(), 5);
    const y = mine.generateKeys();
    expect(dhPublic(5n, big(mine.getPrivateKey()), big(mine.getPrime()))).toBe(big(y));
  });

  it('reads the public key that node:crypto exports', () => {
    const der = exported();
    const key = readDhPublicKey(der);
    if (typeof key === 'string') throw new Error(key);
    const mine = getDiffieHellman('modp14');
    mine.generateKeys();
    expect([key.p, key.g]).toEqual([big(mine.getPrime()), 2n]);
    const y = Buffer.from(key.y.toString(16).padStart(512, '0'), 'hex');
    expect(der.subarray(-256)).toEqual(y);
    expect(dhShared(key.y, big(mine.getPrivateKey()), key.p)).toEqual(new Uint8Array(mine.computeSecret(y)));
  });

  it('pads the secret to the length of p', () => {
    expect(dhShared(2n, 3n, 0x1_0000_0001n)).toEqual(Uint8Array.of(0, 0, 0, 0, 8));
    expect(dhShared(0n, 3n, 0xffffn)).toEqual(Uint8Array.of(0, 0));
  });

  it('says what no public key of it is', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(readDhPublicKey(publicKey.export({ type: 'spki', format: 'der' }))).toBe(
      "the key's algorithm 1.3.101.112 is not Diffie-Hellman",
    );
    expect(readDhPublicKey(new Uint8Array(40))).toBe('the key is not a DER SubjectPublicKeyInfo of Diffie-Hellman');
    const mine = exported();
    expect(readDhPublicKey(mine.subarray(0, mine.length - 1))).toBe(
      'the key is not a DER SubjectPublicKeyInfo of Diffie-Hellman',
    );
    expect(readPublicKey(mine)).toBe("the key's algorithm 1.2.840.113549.1.3.1 is not known");
  });

  it('knows the ends of the range', () => {
    expect([-1n, 0n, 1n, 2n, 21n, 22n, 23n, 24n].map((y) => dhInRange(y, 23n))).toEqual([
      ...[false, false, false, true],
      ...[true, false, false, false],
    ]);
    expect(dhInRange(0n, 0n)).toBe(false);
  });
});

describe('power', () => {
  it('is what repeated multiplication gives', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 80n }), fc.bigInt({ min: 0n, max: 1n << 60n }), (base, exponent) => {
        for (const modulus of [1n, 2n, 1_000_003n, (1n << 64n) - 59n]) {
          let expected = 1n % modulus;
          for (const bit of exponent.toString(2)) {
            expected = (expected * expected) % modulus;
            if (bit === '1') expected = (expected * base) % modulus;
          }
          expect(power(base, exponent, modulus)).toBe(expected);
        }
      }),
    );
  });
});

describe('primes', () => {
  it('are those of a sieve below 5000', () => {
    const prime = (n: number) => n > 1 && !Array.from({ length: n - 2 }, (_, i) => i + 2).some((d) => n % d === 0);
    for (let n = -3; n < 1000; n++) expect(isProbablePrime(BigInt(n)), `${n}`).toBe(prime(n));
  });
  it('are not Carmichael numbers or strong pseudoprimes to the first bases', () => {
    for (const n of [561n, 41041n, 3215031751n, 3825123056546413051n]) expect(isProbablePrime(n), `${n}`).toBe(false);
  });
  it.each([512, 1024, 2048])('of %i bits are those of node:crypto', (bits) => {
    const prime = generatePrimeSync(bits, { bigint: true });
    expect(isProbablePrime(prime)).toBe(true);
    expect(isProbablePrime(prime * 3n)).toBe(false);
    const half = [1, 2].map(() => generatePrimeSync(bits / 2, { bigint: true }));
    expect(isProbablePrime(half[0]! * half[1]!)).toBe(false);
  });
  it('are not looked for beyond the limit', () => {
    expect(isProbablePrime((1n << 4096n) + 1n)).toBeUndefined();
    expect(isProbablePrime(257n, 8)).toBeUndefined();
    expect(isProbablePrime(251n, 8)).toBe(true);
  });
});
