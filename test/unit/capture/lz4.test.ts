/** LZ4 frames: published checksums, a frame written by the reference program, its programs where they are there, and broken ones. */
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { compressionOf, memoryFile, otherCompression, type Unpacked, unpack } from '../../../dissector/capture/index.ts';
import { Xxh32 } from '../../../dissector/capture/xxh32.ts';
import { decompressors } from '../../../extension/capture/decompressors.web.ts';

const opened = (packed: Uint8Array, limits = defaultLimits): Promise<Unpacked> =>
  unpack(memoryFile(packed), 'LZ4', decompressors, limits);
const textOf = ({ chunks }: Unpacked): string => Buffer.concat(chunks).toString('latin1');

/** "peerscope " four times and more, as `lz4 -BD --content-size` packs it: linked blocks, its size, both checksums of a frame. */
const text = 'peerscope peerscope peerscope peerscope, and something else';
const packed = Buffer.from(
  '04224d186c403b000000000000009424000000af7065657273636f7065200a000af0052c20616e6420736f6d657468696e6720656c7365000000009d1fd11c',
  'hex',
);
const magic = [0x04, 0x22, 0x4d, 0x18];

/** A frame of blocks, each of at most 64 KiB, without checksums but that of its head. */
function frame(blocks: readonly Uint8Array[], { linked = false, sizes = 0x40 } = {}): Buffer {
  const head = Uint8Array.of(linked ? 0x40 : 0x60, sizes);
  const length = (block: Uint8Array): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(block.length);
    return bytes;
  };
  const checksum = (new Xxh32().take(head).digest() >>> 8) & 0xff;
  const parts = blocks.flatMap((block) => [length(block), block]);
  return Buffer.concat([Uint8Array.from(magic), head, Uint8Array.of(checksum), ...parts, Buffer.alloc(4)]);
}

describe('XXH32', () => {
  // From the reference implementation, with seed 0.
  it.each([
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ])('of %j', (word, digest) => {
    expect(new Xxh32().take(Buffer.from(word)).digest()).toBe(digest);
  });

  it('is the same in pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
        const whole = new Xxh32().take(Buffer.concat(pieces)).digest();
        expect(pieces.reduce((sum, piece) => sum.take(piece), new Xxh32()).digest()).toBe(whole);
      }),
    );
  });
});

describe('a file of LZ4 frames', () => {
  it('is recognized and unpacked', async () => {
    expect(compressionOf(memoryFile(packed))).toBe('LZ4');
    const all = await opened(packed);
    expect([textOf(all), all.size, all.problem]).toEqual([text, text.length, undefined]);
  });

  it('may have several, and some that are skipped', async () => {
    const skipped = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const all = await opened(Buffer.concat([packed, skipped, packed]));
    expect([textOf(all), all.problem]).toEqual([text + text, undefined]);
  });

  it('is recognized behind frames that are skipped, as that of Zstandard is', () => {
    const skipped = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const behind = (...parts: readonly Uint8Array[]) => compressionOf(memoryFile(Buffer.concat(parts)));
    expect(behind(skipped, skipped, packed)).toBe('LZ4');
    expect(behind(skipped, Buffer.from('28b52ffd', 'hex'))).toBe('Zstandard');
    expect(behind(skipped, Buffer.from('1f8b0000', 'hex'))).toBeUndefined();
    expect(behind(...Array<Buffer>(17).fill(skipped), packed)).toBeUndefined();
  });

  it('is none in the legacy format, which is named', () => {
    expect(otherCompression(memoryFile(Buffer.from('02214c1800000000', 'hex')))).toContain('legacy format of LZ4');
    expect(otherCompression(memoryFile(packed))).toBeUndefined();
  });

  it('with a reserved bit is refused, whatever its checksum says', async () => {
    for (const [at, bit] of [
      [4, 2],
      [5, 0x80],
      [5, 1],
    ] as const) {
      const changed = frame([Buffer.from('\x10X')]);
      changed[at]! |= bit;
      changed[6] = (new Xxh32().take(changed.subarray(4, 6)).digest() >>> 8) & 0xff;
      expect((await opened(changed)).problem?.kind).toBe('malformed');
    }
  });

  it('of nothing but empty frames, empty blocks or skipped frames is given up soon', async () => {
    let reads = 0;
    const counted = (bytes: Uint8Array) => {
      const file = memoryFile(bytes);
      const read = (at: number, to: Uint8Array): number => {
        reads++;
        return file.read(at, to);
      };
      return { size: () => file.size(), read };
    };
    const many = (one: Uint8Array): Buffer => Buffer.concat(Array<Uint8Array>(20_000).fill(one));
    const emptyBlock = Buffer.from([1, 0, 0, 0, 0]);
    for (const bytes of [
      many(frame([])),
      Buffer.concat([frame([]).subarray(0, 7), many(emptyBlock)]),
      many(Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0])),
    ]) {
      const all = await unpack(counted(bytes), 'LZ4', decompressors);
      expect([all.size, all.problem?.kind]).toEqual([0, 'malformed']);
    }
    expect(reads).toBeLessThan(5000);
  });

  it('lets others go on while it is unpacked', async () => {
    let turns = 0;
    const block = Buffer.concat([Buffer.from([0xf0, 255, 255, 255, 235]), Buffer.alloc(1015, 7)]);
    await unpack(memoryFile(frame(Array<Buffer>(10_000).fill(block))), 'LZ4', {
      ...decompressors,
      turn: async () => void turns++,
    });
    expect(turns).toBeGreaterThan(2);
  });

  it('has matches into the block before where blocks are linked, and nowhere else', async () => {
    const blocks = [Buffer.from('\x50ABCDE'), Buffer.from([0x04, 5, 0, 0x10, 0x2e])];
    expect(textOf(await opened(frame(blocks, { linked: true })))).toBe('ABCDEABCDEABC.');
    const apart = await opened(frame(blocks));
    expect(textOf(apart)).toBe('ABCDE');
    expect(apart.problem?.kind).toBe('malformed');
  });

  it('has the bytes in front of what is broken', async () => {
    const outside = Buffer.from('\x44ABCD\xff\x00\x00', 'latin1');
    const all = await opened(frame([outside, Buffer.from('\x10X')]));
    expect([textOf(all), all.problem?.kind]).toEqual(['ABCD', 'malformed']);
  });

  it('cut anywhere says so, and has what came before', async () => {
    for (let cut = 5; cut < packed.length; cut++) {
      const some = await opened(packed.subarray(0, cut));
      expect(some.problem, `cut at ${cut}`).toMatchObject({ kind: 'incomplete' });
      expect(text.startsWith(textOf(some))).toBe(true);
    }
  });

  it('changed anywhere is never taken for right', async () => {
    for (let at = 4; at < packed.length; at++) {
      const changed = Uint8Array.from(packed);
      changed[at]! ^= 0x15;
      expect((await opened(changed)).problem, `changed at ${at}`).toBeDefined();
    }
  });

  it('unpacks to no more than the limit', async () => {
    const zeros = Buffer.concat([Uint8Array.of(0x1f, 0, 1, 0), Buffer.alloc(256, 255), Uint8Array.of(0, 0x00)]);
    const bomb = frame(Array<Buffer>(200).fill(zeros), { sizes: 0x50 });
    const all = await opened(bomb, { ...defaultLimits, unpackedSize: 1_000_000 });
    expect(all.problem).toMatchObject({ kind: 'limit', limit: 'unpackedSize' });
    expect(all.size).toBe(1_000_000);
  });

  it('of any bytes ends, and throws nothing', async () => {
    const blocks = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(blocks, fc.boolean(), async (all, linked) => {
        const { size, chunks } = await opened(frame(all, { linked }));
        expect(Buffer.concat(chunks).length).toBe(size);
      }),
    );
  });

  const hasProgram = spawnSync('lz4', ['--version']).status === 0;
  it.skipIf(!hasProgram)('from the program lz4, which is not everywhere, is what went in', async () => {
    const plain = Buffer.concat(
      Array.from({ length: 60_000 }, (_, i) => Buffer.from(`${(i * 2_654_435_761) % 4_294_967_296}:${i % 97} `)),
    );
    for (const options of [[], ['-BD', '-B4'], ['-B5', '--no-frame-crc'], ['-9', '-BD', '-BX', '--content-size']]) {
      const made = execFileSync('lz4', ['-c', ...options], {
        input: plain,
        maxBuffer: 1 << 26,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const all = await opened(made);
      expect(all.problem, options.join(' ')).toBeUndefined();
      expect(Buffer.concat(all.chunks).equals(plain), options.join(' ')).toBe(true);
    }
  });
});
