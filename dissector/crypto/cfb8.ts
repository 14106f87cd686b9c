import { unsafe } from '@noble/ciphers/aes.js';
import { engine, libraryEngine } from './engine.ts';

/**
 * AES-256 in CFB of 8-bit segments (NIST SP 800-38A section 6.3). One block is enciphered for every byte of text and only its
 * first byte is used, so the rounds (FIPS 197 section 5.1) are written out for just that byte: the last two shrink to one
 * column and one byte, nothing is allocated on the way, and it takes a third of the time of a library's whole block.
 */
const sbox = new Uint8Array(256);
/** SubBytes and MixColumns of one byte in rows 0 to 3, as little-endian columns. */
const [row0, row1, row2, row3] = [new Int32Array(256), new Int32Array(256), new Int32Array(256), new Int32Array(256)];

/** Multiplication by x in GF(2^8), FIPS 197 section 4.3. */
function double(value: number): number {
  return ((value << 1) ^ (value & 0x80 ? 0x11b : 0)) & 0xff;
}

// The powers of 3 and of its inverse meet every field element but 0 together with its inverse (FIPS 197 section 5.1.1).
for (let power = 1, inverse = 1, i = 0; i < 255; i++) {
  const spread = inverse * 0x101;
  sbox[power] = (inverse ^ (spread >>> 7) ^ (spread >>> 6) ^ (spread >>> 5) ^ (spread >>> 4) ^ 0x63) & 0xff;
  power ^= double(power);
  // Division by 3: 0xf6 is its inverse.
  inverse = multiply(inverse, 0xf6);
}
sbox[0] = 0x63;
for (let i = 0; i < 256; i++) {
  const once = sbox[i]!;
  const twice = double(once);
  const column = twice | (once << 8) | (once << 16) | ((twice ^ once) << 24);
  row0[i] = column;
  row1[i] = (column << 8) | (column >>> 24);
  row2[i] = (column << 16) | (column >>> 16);
  row3[i] = (column << 24) | (column >>> 8);
}

function multiply(a: number, b: number): number {
  let product = 0;
  for (let left = b, shifted = a; left > 0; left >>= 1, shifted = double(shifted)) if (left & 1) product ^= shifted;
  return product;
}

/** The first byte of the enciphered block of the four little-endian columns; `keys` are the 60 words of the key schedule. */
function firstByte(keys: Int32Array, c0: number, c1: number, c2: number, c3: number): number {
  let [s0, s1, s2, s3] = [c0 ^ keys[0]!, c1 ^ keys[1]!, c2 ^ keys[2]!, c3 ^ keys[3]!];
  for (let k = 4; k < 52; k += 4) {
    const t0 = row0[s0 & 255]! ^ row1[(s1 >>> 8) & 255]! ^ row2[(s2 >>> 16) & 255]! ^ row3[s3 >>> 24]! ^ keys[k]!;
    const t1 = row0[s1 & 255]! ^ row1[(s2 >>> 8) & 255]! ^ row2[(s3 >>> 16) & 255]! ^ row3[s0 >>> 24]! ^ keys[k + 1]!;
    const t2 = row0[s2 & 255]! ^ row1[(s3 >>> 8) & 255]! ^ row2[(s0 >>> 16) & 255]! ^ row3[s1 >>> 24]! ^ keys[k + 2]!;
    const t3 = row0[s3 & 255]! ^ row1[(s0 >>> 8) & 255]! ^ row2[(s1 >>> 16) & 255]! ^ row3[s2 >>> 24]! ^ keys[k + 3]!;
    s0 = t0;
    s1 = t1;
    s2 = t2;
    s3 = t3;
  }
  const column = row0[s0 & 255]! ^ row1[(s1 >>> 8) & 255]! ^ row2[(s2 >>> 16) & 255]! ^ row3[s3 >>> 24]! ^ keys[52]!;
  return sbox[column & 255]! ^ (keys[56]! & 255);
}

/** Bytes of ciphertext from which on an engine of the platform is called, where there is one, and the most of one call. */
const worthwhile = 32;
const stretch = 2048;

/** The plaintext after the 16 bytes `register`: the iv, or the ciphertext right before. The key is 32 bytes. */
export function openCfb8(key: Uint8Array, register: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  if (engine.encipherBlocks === libraryEngine.encipherBlocks || ciphertext.length < worthwhile)
    return run(key, register, ciphertext, true);
  return openAtOnce(key, register, ciphertext);
}

/** Each byte needs the 16 bytes of ciphertext before it and nothing else, so that all of them are enciphered in one call. */
function openAtOnce(key: Uint8Array, register: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const output = new Uint8Array(ciphertext.length);
  const windows = new Int32Array(Math.min(ciphertext.length, stretch) * 4);
  const view = new DataView(register.buffer, register.byteOffset, 16);
  let [s0, s1, s2, s3] = [0, 4, 8, 12].map((at) => view.getInt32(at, true)) as [number, number, number, number];
  for (let from = 0; from < ciphertext.length; from += stretch) {
    const count = Math.min(stretch, ciphertext.length - from);
    for (let i = 0, word = 0; i < count; i++) {
      windows[word++] = s0;
      windows[word++] = s1;
      windows[word++] = s2;
      windows[word++] = s3;
      s0 = (s0 >>> 8) | (s1 << 24);
      s1 = (s1 >>> 8) | (s2 << 24);
      s2 = (s2 >>> 8) | (s3 << 24);
      s3 = (s3 >>> 8) | (ciphertext[from + i]! << 24);
    }
    const keystream = engine.encipherBlocks(key, new Uint8Array(windows.buffer, 0, count * 16));
    for (let i = 0; i < count; i++) output[from + i] = ciphertext[from + i]! ^ keystream[i * 16]!;
  }
  return output;
}

/** The ciphertext after the 16 bytes `register`; the key is 32 bytes. */
export function sealCfb8(key: Uint8Array, register: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return run(key, register, plaintext, false);
}

function run(key: Uint8Array, register: Uint8Array, input: Uint8Array, opening: boolean): Uint8Array {
  const keys = new Int32Array(unsafe.expandKeyLE(key));
  const view = new DataView(register.buffer, register.byteOffset, 16);
  let s0 = view.getInt32(0, true);
  let s1 = view.getInt32(4, true);
  let s2 = view.getInt32(8, true);
  let s3 = view.getInt32(12, true);
  const output = new Uint8Array(input.length);
  for (let i = 0; i < input.length; i++) {
    const taken = input[i]!;
    const given = taken ^ firstByte(keys, s0, s1, s2, s3);
    output[i] = given;
    // The register moves up by one byte; the ciphertext comes in at its end.
    s0 = (s0 >>> 8) | (s1 << 24);
    s1 = (s1 >>> 8) | (s2 << 24);
    s2 = (s2 >>> 8) | (s3 << 24);
    s3 = (s3 >>> 8) | ((opening ? taken : given) << 24);
  }
  return output;
}
