import { bitsOf, power } from './integer.ts';
import { exponentiationCost } from './operationcost.ts';

const smallPrimes = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n];

/**
 * Whether `n` is a prime, by Miller-Rabin (Handbook of Applied Cryptography, algorithm 4.24) with the first primes as bases.
 * Up to 3.18 * 10^23 the twelve of them prove it. Above that it is a note: a random composite does not pass, one that was made
 * to pass may. undefined, not checked, for numbers of more than `limit` bits.
 */
export function isProbablePrime(n: bigint, limit = 4_096): boolean | undefined {
  const bits = bitsOf(n < 0n ? -n : n);
  if (bits > limit) return undefined;
  if (n < 2n) return false;
  for (const prime of smallPrimes) if (n % prime === 0n) return n === prime;
  let odd = n - 1n;
  let twos = 0;
  for (; (odd & 1n) === 0n; twos++) odd >>= 1n;
  return smallPrimes.slice(0, rounds(bits)).every((base) => passes(power(base, odd, n), twos, n));
}

/** What `isProbablePrime` costs at most, in operations of 2048 bits. */
export function primalityCost(bits: number): number {
  return rounds(bits) * exponentiationCost(bits);
}

/** Fewer bases for larger numbers: a round takes 8 ms at 2048 bits, and a random composite of that size hardly passes one. */
function rounds(bits: number): number {
  return bits <= 1024 ? 12 : bits <= 2048 ? 6 : 2;
}

/** Whether `value`, squared up to `twos - 1` times, starts as 1 or meets -1. */
function passes(value: bigint, twos: number, n: bigint): boolean {
  if (value === 1n) return true;
  for (let i = 0, square = value; i < twos; i++, square = (square * square) % n) if (square === n - 1n) return true;
  return false;
}
