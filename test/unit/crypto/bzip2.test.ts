/** bzip2 under a limit. The hex was made by Python's bz2; where there is a Python, it also packs random bytes. */
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../dissector/bytes/index.ts';
import { openBzip2 } from '../../../dissector/crypto/index.ts';

const hex = (text: string): Uint8Array => fromHex(text)!;
const limit = 0x0100_0000;
const empty = hex('425a683917724538509000000000');
const text = hex(
  '425a6839314159265359d10fac8900000251800010400027258c00200022981336a840d03414592799670641f177245385090d10fac890',
);
const plain = new TextEncoder().encode('a list of nodes\n');
/** The bytes 0 to 47, three times. */
const cycles = hex(
  '425a683931415926535906d9ec2300000170007fffffffffffa00041dffeaa90d34d01a1901a64d00313430320c800311a0c864065c817d81850b1226346c8caccced0d291a9adb12a66d6e6f7071724ee6a14ba2a75767778797a7b7c7d56b16bf2e7f17724538509006d9ec230',
);
/** Six million bytes 7 in two blocks of level 1, the first with some five million of them. */
const sevens = hex(
  '425a68313141592653591709e359000d04c00080800008200020a40834a82a312a0a8e6282b24ca6b37a9bc60e000dcc8201010004000010400061981354d351426d48a13c5dc914e142424d7896d4',
);
/** 40 million zeros in 51 bytes. */
const bomb = hex('425a6839314159265359d8ecddfe01325f4008c00000100008200030cc09aa69a04a515b501294578bb9229c28486c766eff00');
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

describe('bzip2', () => {
  it('opens streams', () => {
    expect(openBzip2(empty)).toEqual({ bytes: new Uint8Array(0) });
    expect(openBzip2(text)).toEqual({ bytes: plain });
    expect(openBzip2(cycles)).toEqual({ bytes: Uint8Array.from({ length: 144 }, (_, i) => i % 48) });
  });

  it('opens more than one block', () => {
    const { bytes, problem } = openBzip2(sevens);
    expect([bytes.length, problem]).toEqual([6_000_000, undefined]);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
  });

  it('opens streams one after the other', () => {
    expect(openBzip2(joined(text, empty, sevens.subarray(0, 0), text))).toEqual({ bytes: joined(plain, plain) });
    expect(openBzip2(joined(empty, text))).toEqual({ bytes: plain });
  });

  it('names what follows a stream and is none', () => {
    const { bytes, problem } = openBzip2(joined(text, Uint8Array.of(1, 2, 3, 4)));
    expect(bytes).toEqual(plain);
    expect(problem).toMatchObject({ kind: 'malformed', text: 'expected a bzip2 stream or block, the bytes are none' });
    expect(openBzip2(joined(text, Uint8Array.of(0x42))).problem).toMatchObject({ kind: 'incomplete' });
  });

  it('misses the rest of a stream that is cut anywhere, and gives none of a block without its end', () => {
    for (let length = 0; length < text.length; length++) {
      const { bytes, problem } = openBzip2(text.subarray(0, length));
      expect(problem, `${length}`).toEqual({
        kind: 'incomplete',
        text: 'the rest of the bzip2 stream needs 1 byte, 0 are left',
        at: length,
        path: '',
        needed: 1,
        had: 0,
      });
      expect([0, plain.length]).toContain(bytes.length);
    }
  });

  it('finds every flipped bit that changes the bytes', () => {
    let unnoticed = text.length * 8;
    // The last four bits only fill the last byte.
    for (let bit = 0; bit < (text.length - 1) * 8 + 4; bit++) {
      const flipped = text.with(bit >> 3, text[bit >> 3]! ^ (0x80 >> (bit & 7)));
      const { bytes, problem } = openBzip2(flipped);
      // Some change nothing: the size of blocks is larger than needed, and a code table is not used.
      if (problem === undefined) expect(bytes, `bit ${bit}`).toEqual(plain);
      else unnoticed--;
    }
    expect(unnoticed).toBeLessThan(24);
  });

  it('says that a CRC does not fit, and keeps the blocks before', () => {
    expect(openBzip2(text.with(10, 0)).problem).toMatchObject({
      kind: 'malformed',
      text: 'the CRC of a bzip2 block or stream does not fit its bytes',
    });
    const { bytes, problem } = openBzip2(sevens.with(sevens.length - 2, 0));
    expect(problem).toMatchObject({ kind: 'malformed' });
    expect(bytes.length).toBe(6_000_000);
    const cut = openBzip2(sevens.subarray(0, 60));
    expect(cut.problem).toMatchObject({ kind: 'incomplete', at: 60 });
    expect(cut.bytes.length).toBeGreaterThan(5_000_000);
    expect(cut.bytes.length).toBeLessThan(5_200_000);
  });

  it('stops a bomb at the limit', () => {
    const { bytes, problem } = openBzip2(bomb);
    expect(bytes.length).toBe(limit);
    expect(problem).toMatchObject({ kind: 'limit', limit: 'nodeListSize', needed: limit, had: limit + 1 });
    expect(openBzip2(bomb, 0x1000_0000).bytes.length).toBe(40_000_000);
    const many = openBzip2(joined(...Array.from({ length: 1000 }, () => bomb)), 1_000_000);
    expect([many.bytes.length, many.problem?.limit]).toEqual([1_000_000, 'nodeListSize']);
  });

  it.each([0, 1, 15, 16, 17])('keeps a limit of %i bytes to the byte', (most) => {
    const { bytes, problem } = openBzip2(text, most);
    expect(bytes).toEqual(plain.slice(0, most));
    expect(problem?.kind).toBe(most < plain.length ? 'limit' : undefined);
  });

  it('opens nothing from random bytes, and throws nothing', () => {
    const head = fc.constantFrom(new Uint8Array(0), text.subarray(0, 10), text.subarray(0, 20), cycles.subarray(0, 60));
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 200 }), (head, tail) => {
        const { bytes, problem } = openBzip2(joined(head, tail), 1000);
        expect(problem).toBeDefined();
        expect(bytes.length).toBe(problem?.kind === 'limit' ? 1000 : 0);
      }),
    );
  });
});

const python = spawnSync('python3', ['-c', 'import bz2']).status === 0;

// Without Python on the path there is nothing that packs random bytes.
describe.skipIf(!python)('bzip2 of Python', () => {
  it('opens at every level', () => {
    const of = (byte: fc.Arbitrary<number>) => fc.array(byte, { maxLength: 3000 }).map((bytes) => Uint8Array.from(bytes));
    const runs = fc
      .array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 600 })), { maxLength: 40 })
      .map((runs) => joined(...runs.map(([byte, length]) => new Uint8Array(length).fill(byte))));
    const samples = fc.sample(fc.oneof(of(fc.nat(255)), of(fc.nat(3)), runs), 60);
    const script = [
      'import bz2, json, sys',
      'print(json.dumps([bz2.compress(bytes.fromhex(t), 1 + i % 9).hex() for i, t in enumerate(json.load(sys.stdin))]))',
    ].join('\n');
    const input = JSON.stringify(samples.map((bytes) => Buffer.from(bytes).toString('hex')));
    const packed: string[] = JSON.parse(execFileSync('python3', ['-c', script], { input, encoding: 'utf8', maxBuffer: 1 << 26 }));
    expect(packed.length).toBe(samples.length);
    for (const [i, each] of packed.entries()) expect(openBzip2(hex(each))).toEqual({ bytes: samples[i] });
  });
});
