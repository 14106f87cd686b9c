/** NIST SP 800-38A: F.3.11 and F.3.12 (CFB8-AES256), F.3.17 and F.3.18 (CFB128-AES256), F.5.5 and F.5.6 (CTR-AES256). */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../dissector/bytes/index.ts';
import { type StreamCipher, streamCiphers } from '../../dissector/crypto/index.ts';

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(' ', ''))!;
const key = hex('603deb1015ca71be2b73aef0857d7781 1f352c073b6108d72d9810a30914dff4');
const text =
  '6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710';

const vectors: readonly (readonly [name: StreamCipher['name'], iv: string, text: string, sealed: string])[] = [
  [
    'aes-256-cfb8',
    '000102030405060708090a0b0c0d0e0f',
    '6bc1bee22e409f96e93d7e117393172aae2d',
    'dc1f1a8520a64db55fcc8ac554844e889700',
  ],
  [
    'aes-256-cfb',
    '000102030405060708090a0b0c0d0e0f',
    text,
    'dc7e84bfda79164b7ecd8486985d3860 39ffed143b28b1c832113c6331e5407b df10132415e54b92a13ed0a8267ae2f9 75a385741ab9cef82031623d55b1e471',
  ],
  [
    'aes-256-ctr',
    'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff',
    text,
    '601ec313775789a5b7a7f504bbf3d228 f443e3ca4d62b59aca84e990cacaf5c5 2b0930daa23de94ce87017ba2d84988d dfc9c58db67aada613c2dd08457941a6',
  ],
];

describe.each(vectors)('%s', (name, iv, plaintext, sealed) => {
  const cipher = streamCiphers.find((one) => one.name === name)!;
  it('seals as published', () =>
    expect(toHex(cipher.seal(key, hex(iv), new Uint8Array(0), 0, hex(plaintext))!)).toBe(toHex(hex(sealed))));
  it('opens as published', () => {
    expect(toHex(cipher.open(key, hex(iv), new Uint8Array(0), 0, hex(sealed))!)).toBe(toHex(hex(plaintext)));
  });
});
