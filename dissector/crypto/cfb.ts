import { cfb } from '@noble/ciphers/aes.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { openCfb8, sealCfb8 } from './cfb8.ts';
import { engine } from './engine.ts';
import { bytesOfInteger, integer } from './integer.ts';

/** AES-256 as a stream cipher that opens from any byte on. None of them proves that the key fits. */
export interface StreamCipher {
  readonly name: 'aes-256-cfb8' | 'aes-256-cfb' | 'aes-256-ctr';
  /** Bytes of ciphertext before a position that are needed at most to open from there. */
  readonly lead: number;
  /**
   * The plaintext of `ciphertext`, which starts `offset` bytes into the stream. `before` is the ciphertext right before it:
   * the last `lead` bytes or all there are, whichever is fewer; more does no harm. undefined when `before` is too short, when
   * the key is not 32 bytes or the iv not 16.
   */
  open(key: Uint8Array, iv: Uint8Array, before: Uint8Array, offset: number, ciphertext: Uint8Array): Uint8Array | undefined;
  /** The ciphertext of `plaintext`, the other way round: the same `before` and `offset`, and undefined for the same. */
  seal(key: Uint8Array, iv: Uint8Array, before: Uint8Array, offset: number, plaintext: Uint8Array): Uint8Array | undefined;
}

const blockLength = 16;

function fits(key: Uint8Array, iv: Uint8Array): boolean {
  return key.length === 32 && iv.length === blockLength;
}

function stream(name: StreamCipher['name'], lead: number, open: StreamCipher['open'], seal: StreamCipher['seal']): StreamCipher {
  const guarded =
    (run: StreamCipher['open']): StreamCipher['open'] =>
    (key, iv, before, offset, bytes) => {
      const isPlace = Number.isSafeInteger(offset) && offset >= 0 && before.length >= Math.min(offset, lead);
      return fits(key, iv) && isPlace ? run(key, iv, before, offset, bytes) : undefined;
    };
  return { name, lead, open: guarded(open), seal: guarded(seal) };
}

/** The last `count` bytes. */
function last(bytes: Uint8Array, count: number): Uint8Array {
  return bytes.subarray(bytes.length - count);
}

/** CFB8 (NIST SP 800-38A section 6.3, s = 8): the shift register before a byte is the 16 bytes of iv and ciphertext before it. */
const cfb8 = stream(
  'aes-256-cfb8',
  blockLength,
  (key, iv, before, offset, ciphertext) => openCfb8(key, register(iv, before, offset), ciphertext),
  (key, iv, before, offset, plaintext) => sealCfb8(key, register(iv, before, offset), plaintext),
);

function register(iv: Uint8Array, before: Uint8Array, offset: number): Uint8Array {
  const known = Math.min(offset, blockLength);
  return concatBytes(iv.subarray(known), last(before, known));
}

/** CFB of 128-bit segments (section 6.3, s = 128): opening starts at the segment's first byte, from the segment before it. */
const cfb128 = stream(
  'aes-256-cfb',
  2 * blockLength - 1,
  (key, iv, before, offset, ciphertext) => {
    const into = offset % blockLength;
    return cfb(key, segmentBefore(iv, before, offset))
      .decrypt(concatBytes(last(before, into), ciphertext))
      .subarray(into);
  },
  (key, iv, before, offset, plaintext) => {
    const into = offset % blockLength;
    // The rest of a segment that is begun: its keystream is what zeros decrypt to.
    const keystream = cfb(key, segmentBefore(iv, before, offset)).decrypt(new Uint8Array(blockLength));
    const first = plaintext.subarray(0, blockLength - into).map((byte, at) => byte ^ keystream[into + at]!);
    const segment = concatBytes(last(before, into), first);
    if (segment.length < blockLength) return first;
    return concatBytes(first, cfb(key, segment).encrypt(plaintext.subarray(first.length)));
  },
);

function segmentBefore(iv: Uint8Array, before: Uint8Array, offset: number): Uint8Array {
  const into = offset % blockLength;
  return offset < blockLength ? iv : before.subarray(before.length - into - blockLength, before.length - into);
}

/** CTR (section 6.5): the iv is the first counter block, a big-endian number of 128 bits that wraps around. */
const counter = stream('aes-256-ctr', 0, counted, counted);

function counted(key: Uint8Array, iv: Uint8Array, _before: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  const into = offset % blockLength;
  const first = BigInt.asUintN(128, integer(iv) + BigInt((offset - into) / blockLength));
  return engine.openCtr(key, bytesOfInteger(first, blockLength), concatBytes(new Uint8Array(into), bytes)).subarray(into);
}

/** In the order in which they are tried. */
export const streamCiphers: readonly StreamCipher[] = [cfb8, cfb128, counter];
