import { fromHex, toHex } from '../bytes/index.ts';

/** The big-endian unsigned integer that `bytes` are; 0 for none. */
export function integer(bytes: Uint8Array): bigint {
  const hex = toHex(bytes);
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

/** `value` as `length` bytes, big-endian; it must fit. */
export function bytesOfInteger(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(length * 2, '0'))!;
}

/** Modular exponentiation, square and multiply; not constant time. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
