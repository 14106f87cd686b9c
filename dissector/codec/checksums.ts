/** Checksums: what they are of some bytes. Written by their sources, without tables for each width but one of CRC. */
import { blake2b } from '@noble/hashes/blake2.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { ChecksumAlgorithm } from './layout.ts';

const digests = {
  sha256,
  sha256d: (bytes: Uint8Array) => sha256(sha256(bytes)),
  sha512,
  blake2b: (bytes: Uint8Array) => blake2b(bytes),
} as const;

type Hash = keyof typeof digests;
export type Sum = Exclude<ChecksumAlgorithm, Hash>;

export function isHash(algorithm: ChecksumAlgorithm): algorithm is Hash {
  return Object.hasOwn(digests, algorithm);
}

/** Bytes that it has; undefined for one that there is not. */
export function longest(algorithm: ChecksumAlgorithm): number | undefined {
  if (isHash(algorithm)) return algorithm.startsWith('sha256') ? 32 : 64;
  if (!Object.hasOwn(sums, algorithm)) return undefined;
  return algorithm.startsWith('crc16') || algorithm === 'internet' ? 2 : 4;
}

/** The whole digest: 32 or 64 bytes. */
export function digestOf(algorithm: Hash, bytes: Uint8Array): Uint8Array {
  return digests[algorithm](bytes);
}

/** An unsigned integer of 16 or 32 bits. */
export function sumOf(algorithm: Sum, bytes: Uint8Array): number {
  return sums[algorithm](bytes);
}

const sums: Readonly<Record<Sum, (bytes: Uint8Array) => number>> = {
  // IEEE 802.3, reflected 0x04c11db7.
  crc32: reflected(0xedb8_8320, 0xffff_ffff, 0xffff_ffff),
  // RFC 3720 appendix B.4 (Castagnoli), reflected 0x1edc6f41.
  crc32c: reflected(0x82f6_3b78, 0xffff_ffff, 0xffff_ffff),
  // Reflected 0x8005, as in ARC and Modbus's relatives, from zero.
  'crc16-arc': reflected(0xa001, 0, 0),
  'crc16-ccitt': ccitt,
  adler32,
  internet,
};

/** A CRC whose bits are taken from the least significant one on. */
function reflected(polynomial: number, initial: number, final: number): (bytes: Uint8Array) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
  return (bytes) => {
    let value = initial;
    for (const byte of bytes) value = (value >>> 8) ^ table[(value ^ byte) & 0xff]!;
    return (value ^ final) >>> 0;
  };
}

/** Polynomial 0x1021 from 0xffff on, most significant bit first ("CCITT-FALSE", CRC-16/IBM-3740). */
function ccitt(bytes: Uint8Array): number {
  let value = 0xffff;
  for (const byte of bytes) {
    value ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) value = (value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1) & 0xffff;
  }
  return value;
}

/** RFC 1950 section 9. */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

/** RFC 1071: the complement of the one's complement sum of big-endian words; an odd byte at the end counts with a zero after it. */
function internet(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += bytes[i]! * 256 + (bytes[i + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;
}
