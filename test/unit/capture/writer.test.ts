import { constants, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import {
  compressionOf,
  decryptionSecrets,
  enhancedPacket,
  interfaceDescription,
  keyLogSecretsType,
  memoryFile,
  sectionHeader,
  unpack,
} from '../../../dissector/capture/index.ts';
import { decompressors } from '../../../extension/capture/decompressors.web.ts';
import { bytes, indexed } from './build.ts';

describe('the writer', () => {
  it('writes what the reader reads', () => {
    const packet = fc.record({
      bytes: fc.uint8Array({ maxLength: 70 }),
      seconds: fc.integer({ min: 0, max: 18_446_744_072 }),
      nanos: fc.integer({ min: 0, max: 999_999_999 }),
      originalLength: fc.integer({ min: 70, max: 0xffff_ffff }),
      comment: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0')),
    });
    fc.assert(
      fc.property(fc.array(packet), fc.uint8Array({ maxLength: 50 }), (packets, secret) => {
        const texts = { hardware: 'h', operatingSystem: 'o', application: 'a', comment: 'c' };
        const reader = indexed(
          bytes(
            sectionHeader(texts),
            interfaceDescription({ linkType: 101, snapLength: 262_144, name: 'node', description: 'test node' }),
            ...packets.map(enhancedPacket),
            decryptionSecrets(keyLogSecretsType, secret),
          ),
        );
        expect(reader.problems).toEqual([]);
        expect(reader.tail).toBeUndefined();
        const { hardware, operatingSystem, application, comments } = reader.sections[0];
        expect({ hardware, operatingSystem, application, comment: comments[0] }).toEqual(texts);
        expect(reader.interfaces[0]).toMatchObject({
          linkType: 101,
          snapLength: 262_144,
          name: 'node',
          description: 'test node',
        });
        expect(reader.secrets).toMatchObject([{ type: keyLogSecretsType, bytes: secret }]);
        expect(
          packets.map((_, i) => ({
            bytes: reader.frameBytes(i).slice(),
            seconds: reader.frames.seconds(i),
            nanos: reader.frames.nanos(i),
            originalLength: reader.frames.original(i),
            comment: reader.comments(i)[0],
          })),
        ).toEqual(packets);
      }),
    );
  });

  it('cuts a text at a character and refuses a time that it cannot write', () => {
    const comment = 'ab∞'.repeat(20_000);
    const content = bytes(
      sectionHeader(),
      interfaceDescription({ linkType: 1 }),
      enhancedPacket({ bytes: bytes(1), seconds: 0, nanos: 0, comment }),
    );
    const [found] = indexed(content, { optionText: 70_000 }).comments(0);
    expect(comment.startsWith(found)).toBe(true);
    expect(found.length).toBeGreaterThan(39_000);
    expect(() => enhancedPacket({ bytes: bytes(1), seconds: -1, nanos: 0 })).toThrow(RangeError);
    expect(() => enhancedPacket({ bytes: bytes(1), seconds: 0, nanos: 1e9 })).toThrow(RangeError);
  });
});

describe('gzip', () => {
  // Half of it packs to nearly nothing, so one piece that goes in gives many that come out; the rest does not pack.
  const plain = new Uint8Array(600_000);
  for (let i = 300_000, state = 1; i < plain.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    plain[i] = state;
  }
  const packed = new Uint8Array(gzipSync(plain));
  const join = (chunks: Uint8Array[]) => new Uint8Array(Buffer.concat(chunks));

  it('is recognized', () => {
    expect(compressionOf(memoryFile(packed))).toBe('gzip');
    expect(compressionOf(memoryFile(plain))).toBeUndefined();
    expect(compressionOf(memoryFile(bytes(0x1f)))).toBeUndefined();
  });

  it('is unpacked', async () => {
    const { chunks, size, problem } = await unpack(memoryFile(packed), 'gzip', decompressors);
    expect(problem).toBeUndefined();
    expect(size).toBe(plain.length);
    expect(Buffer.compare(join(chunks), plain)).toBe(0);
  });

  it.each([20, 400, 30_000, 100_000, 300_000])('cut at %i keeps what came before', async (cut) => {
    const { chunks, problem } = await unpack(memoryFile(packed.slice(0, cut)), 'gzip', decompressors);
    const found = join(chunks);
    expect(problem?.kind).toBe('incomplete');
    const all = gunzipSync(packed.subarray(0, cut), { finishFlush: constants.Z_SYNC_FLUSH });
    expect(found.length).toBe(all.length);
    expect(Buffer.compare(found, all)).toBe(0);
  });

  it('that is broken keeps what came before', async () => {
    const broken = packed.slice();
    broken.fill(0xff, 200_000, 270_000);
    const { chunks, problem } = await unpack(memoryFile(broken), 'gzip', decompressors);
    expect(problem).toBeDefined();
    const found = join(chunks);
    const good = found.subarray(0, 100_000);
    expect(good.length).toBe(100_000);
    expect(Buffer.compare(good, plain.subarray(0, good.length))).toBe(0);
  });

  it('that unpacks to more than the limit is stopped there', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(50_000_000)));
    const { size, chunks, problem } = await unpack(memoryFile(bomb), 'gzip', decompressors, {
      ...defaultLimits,
      unpackedSize: 1_000_000,
    });
    expect(problem).toMatchObject({ kind: 'limit', limit: 'unpackedSize' });
    expect(size).toBe(1_000_000);
    expect(join(chunks).length).toBe(1_000_000);
  });

  it('of something else is a problem', async () => {
    expect((await unpack(memoryFile(plain), 'gzip', decompressors)).problem).toBeDefined();
    expect((await unpack(memoryFile(bytes()), 'gzip', decompressors)).problem).toBeDefined();
  });
});
