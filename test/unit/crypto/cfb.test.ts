/** Stream ciphers that open from any byte on, with node:crypto as the oracle. */
import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamCiphers } from '../../../dissector/crypto/index.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = bytes(32);
const iv = fc.oneof(bytes(16), fc.constant(new Uint8Array(16).fill(0xff)));
const text = fc.uint8Array({ maxLength: 200 });
const none = new Uint8Array(0);

it('are tried in this order', () => {
  expect(streamCiphers.map(({ name, lead }) => [name, lead])).toEqual([
    ['aes-256-cfb8', 16],
    ['aes-256-cfb', 31],
    ['aes-256-ctr', 0],
  ]);
});

describe.each(streamCiphers)('$name', (cipher) => {
  it('seals as node:crypto does, and opens it', () => {
    fc.assert(
      fc.property(key, iv, text, (key, iv, text) => {
        const sealed = new Uint8Array(createCipheriv(cipher.name, key, iv).update(text));
        expect(cipher.seal(key, iv, none, 0, text)).toEqual(sealed);
        expect(cipher.open(key, iv, none, 0, sealed)).toEqual(text);
      }),
    );
  });

  it('seals a stream piece by piece as it does in one', () => {
    fc.assert(
      fc.property(key, iv, text, fc.array(fc.nat(40)), (key, iv, text, sizes) => {
        const whole = cipher.seal(key, iv, none, 0, text)!;
        let at = 0;
        for (const size of [...sizes, text.length]) {
          const piece = text.subarray(at, at + size);
          expect(cipher.seal(key, iv, whole.subarray(0, at), at, piece)).toEqual(whole.slice(at, at + piece.length));
          at += piece.length;
        }
      }),
    );
  });

  it('opens from any offset with the bytes before it, be it the fewest that are needed or all', () => {
    fc.assert(
      fc.property(key, iv, text, fc.nat(), fc.nat(), fc.nat(), (key, iv, text, a, b, c) => {
        const sealed = cipher.seal(key, iv, none, 0, text)!;
        const from = a % (text.length + 1);
        const to = from + (b % (text.length - from + 1));
        const least = Math.max(0, from - cipher.lead);
        // The bytes lie at any place of a larger buffer, as those of a capture do.
        const at = c % 5;
        const buffer = new Uint8Array(at + sealed.length);
        buffer.set(sealed, at);
        for (const start of [least, 0]) {
          const before = buffer.subarray(at + start, at + from);
          expect(cipher.open(key, iv, before, from, buffer.subarray(at + from, at + to))).toEqual(text.slice(from, to));
        }
        expect(buffer.subarray(at)).toEqual(sealed);
      }),
    );
  });

  it('does not give the text to another key, iv or offset', () => {
    const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const [start, other] = [new Uint8Array(16).fill(3), new Uint8Array(16).fill(4)];
    const plain = new Uint8Array(64).fill(5);
    const sealed = cipher.seal(one, start, none, 0, plain)!;
    expect(cipher.open(two, start, none, 0, sealed)).not.toEqual(plain);
    expect(cipher.open(one, other, none, 0, sealed)).not.toEqual(plain);
    expect(cipher.open(one, start, sealed.subarray(0, 40), 40, sealed.subarray(41))).not.toEqual(plain.subarray(41));
  });

  it('refuses keys, ivs, offsets and leads that do not fit', () => {
    const [key, iv] = [new Uint8Array(32), new Uint8Array(16)];
    expect(cipher.open(key.subarray(1), iv, none, 0, iv)).toBeUndefined();
    expect(cipher.open(key, iv.subarray(1), none, 0, iv)).toBeUndefined();
    expect(cipher.open(key, iv, none, -1, iv)).toBeUndefined();
    expect(cipher.open(key, iv, none, 0.5, iv)).toBeUndefined();
    expect(cipher.seal(iv, iv, none, 0, iv)).toBeUndefined();
    expect(cipher.seal(key, key, none, 0, iv)).toBeUndefined();
    const short = cipher.open(key, iv, none, 100, iv);
    if (cipher.lead > 0) expect(short).toBeUndefined();
    else expect(short).toHaveLength(16);
  });
});

describe('aes-256-ctr', () => {
  it('counts on far into the stream, over the end of its 128 bits', () => {
    const ctr = streamCiphers[2]!;
    const [key, text] = [new Uint8Array(32).fill(7), new Uint8Array(48)];
    const near = new Uint8Array(16).fill(0xff);
    const far = new Uint8Array(16);
    // 2^50 bytes are 2^46 blocks; from the last counter block they lead to 2^46 - 1.
    new DataView(far.buffer).setBigUint64(8, 2n ** 46n - 1n);
    expect(ctr.open(key, near, none, 2 ** 50, text)).toEqual(ctr.open(key, far, none, 0, text));
  });
});
