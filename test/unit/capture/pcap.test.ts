import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bytes, indexed, order, pcap, rows } from './build.ts';
import { independent } from './independent.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcap-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('classic pcap', () => {
  const data = bytes('01 02 03 04 05');
  for (const little of [true, false]) {
    it(`reads microseconds, ${little ? 'little' : 'big'}-endian`, () => {
      const reader = indexed(pcap(little, [{ seconds: 5, ticks: 999_999, data, original: 9 }]));
      expect(rows(reader)).toEqual([{ offset: 40, captured: 5, original: 9, seconds: 5, nanos: 999_999_000, link: 1 }]);
      expect(reader.frameBytes(0)).toEqual(data);
      expect(reader.format).toBe('pcap');
      expect(reader.sections[0].littleEndian).toBe(little);
    });
    it(`reads nanoseconds, ${little ? 'little' : 'big'}-endian`, () => {
      const reader = indexed(pcap(little, [{ seconds: 0xffff_ffff, ticks: 123_456_789, data }], 0xa1b23c4d));
      expect(rows(reader)[0]).toMatchObject({ seconds: 0xffff_ffff, nanos: 123_456_789 });
      expect(reader.interfaces[0].resolution).toEqual({ base: 'decimal', exponent: 9 });
    });
    it(`reads Kuznetzov's longer records, ${little ? 'little' : 'big'}-endian`, () => {
      const reader = indexed(pcap(little, [{ data }, { data }], 0xa1b2cd34, 1, 8));
      expect(rows(reader).map(({ offset }) => offset)).toEqual([48, 77]);
      expect(reader.frameBytes(1)).toEqual(data);
    });
  }

  it('carries a fraction of a second or more into the seconds', () => {
    expect(rows(indexed(pcap(true, [{ seconds: 1, ticks: 2_500_000, data }])))[0]).toMatchObject({
      seconds: 3,
      nanos: 500_000_000,
    });
  });

  it('takes the link type from the low 16 bits and the check sequence from the high ones', () => {
    const reader = indexed(pcap(true, [{ data }], 0xa1b2c3d4, 0x2400_0001));
    expect(reader.frames.linkType(0)).toBe(1);
    expect(reader.interfaces[0].checkSequenceLength).toBe(4);
  });

  it('stops at a record of 4 GiB and keeps what came before', () => {
    const reader = indexed(pcap(true, [{ data }, { data, captured: 0xffff_ffff }, { data }]));
    expect(reader.frames.length).toBe(1);
    expect(reader.problems).toMatchObject([{ kind: 'limit', limit: 'frameSize', at: 45 + 8, had: 0xffff_ffff }]);
    expect(reader.stopped).toBe(true);
    expect(reader.truncated).toBe(false);
    expect(reader.step(1)).toBe(false);
  });

  it('stops at the limit of frames', () => {
    const reader = indexed(pcap(true, [{ data }, { data }, { data }]), { frames: 2 });
    expect(reader.frames.length).toBe(2);
    expect(reader.problems).toMatchObject([{ limit: 'frames' }]);
  });

  it('refuses another major version', () => {
    const content = pcap(true, []);
    content.set(order(true).u16(9), 4);
    expect(() => indexed(content)).toThrow('version 9');
  });

  it('agrees with an independent reader', async () => {
    const mixed = Array.from({ length: 200 }, (_, i) => ({
      seconds: 1_700_000_000 + i,
      ticks: i * 4_999,
      data: Uint8Array.from({ length: (i * 37) % 1500 }, (_, k) => (i + k) & 0xff),
      original: 1500,
    }));
    // The golden capture has nanoseconds, which that reader does not know: the same frames, in microseconds.
    const golden = indexed(readFileSync(new URL('../../golden/p2ppacket_a.pcap', import.meta.url)));
    const real = rows(golden).map(({ seconds, nanos, original }, i) => {
      return { seconds, ticks: Math.floor(nanos / 1000), original, data: golden.frameBytes(i).slice() };
    });
    for (const content of [pcap(true, mixed), pcap(false, mixed), pcap(true, real)]) {
      const path = join(folder, 'capture.pcap');
      writeFileSync(path, content);
      const theirs = await independent(path);
      const reader = indexed(content);
      expect(reader.frames.length).toBe(theirs.length);
      const ours = rows(reader).map((row, i) => ({
        seconds: row.seconds,
        micros: row.nanos / 1000,
        captured: row.captured,
        original: row.original,
        data: Buffer.from(reader.frameBytes(i)).toString('hex'),
      }));
      expect(ours).toEqual(theirs);
    }
  });
});
