/** Published check values: the CRC catalogue's "123456789", RFC 1950, RFC 1071, FIPS 180-4, RFC 7693. */
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, sumOf } from '../../../dissector/codec/checksums.ts';
import { hex } from './roundtrip.ts';

const nine = new TextEncoder().encode('123456789');
const abc = new TextEncoder().encode('abc');

describe('checksums', () => {
  it.each([
    ['crc32', 0xcbf4_3926],
    ['crc32c', 0xe306_9283],
    ['crc16-ccitt', 0x29b1],
    ['crc16-arc', 0xbb3d],
    ['adler32', 0x091e_01de],
  ] as const)('%s of the catalogue', (algorithm, value) => expect(sumOf(algorithm, nine)).toBe(value));

  // RFC 3720 appendix B.4.
  it.each([
    ['00'.repeat(32), 0x8a91_36aa],
    ['ff'.repeat(32), 0x62a8_ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('hex'), 0x46dd_794e],
  ])('crc32c of RFC 3720, %s', (bytes, value) => expect(sumOf('crc32c', hex(bytes))).toBe(value));

  it('internet of RFC 1071 section 3', () => expect(sumOf('internet', hex('0001f203f4f5f6f7'))).toBe(0xffff - 0xddf2));
  it('internet of an odd count of bytes', () => expect(sumOf('internet', hex('01'))).toBe(0xfeff));
  it('adler32 of "Wikipedia"', () => expect(sumOf('adler32', new TextEncoder().encode('Wikipedia'))).toBe(0x11e6_0398));

  it.each([
    ['sha256', 'ba7816bf'],
    ['sha256d', '4f8b42c2'],
    ['sha512', 'ddaf35a1'],
    ['blake2b', 'ba80a53f'],
  ] as const)('%s of "abc"', (algorithm, start) =>
    expect(Buffer.from(digestOf(algorithm, abc).subarray(0, 4)).toString('hex')).toBe(start),
  );

  it('crc32 is that of zlib', () => {
    if (crc32 !== undefined)
      fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(sumOf('crc32', bytes)).toBe(crc32(bytes))));
  });
});
