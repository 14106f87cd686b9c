import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { bytes, captureInterface, enhanced, indexed, open, pcap, rows, section } from './build.ts';

const golden = (name: string) => new Uint8Array(readFileSync(new URL(`../../golden/${name}`, import.meta.url)));

/** Thousands of times the same rows: only those that differ are worth the words of `toEqual`. */
function same(found: ReturnType<typeof rows>, expected: ReturnType<typeof rows>): void {
  if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected);
}

describe.each(['p2ppacket_a.pcap', 'p2pke_a.pcapng', 'ptpchat_d.pcapng'])('%s, cut', (name) => {
  const whole = golden(name);
  const all = indexed(whole);
  const expected = rows(all);

  it('at each of its first 2000 bytes gives the frames before the cut, and mends when the rest comes', () => {
    for (let cut = 0; cut <= 2000; cut++) {
      const file = memoryFile(whole.slice(0, cut));
      const opened = openCapture(file);
      if ('problem' in opened) {
        expect(cut).toBeLessThan(24);
        expect(opened.problem.kind).toBe('incomplete');
        continue;
      }
      const { reader } = opened;
      expect(reader.step()).toBe(false);
      const count = expected.filter(({ offset, captured }) => offset + captured <= cut).length;
      // A pcapng packet ends after its bytes: with padding, options and a second length.
      expect(reader.frames.length === count || (name.endsWith('ng') && reader.frames.length === count - 1)).toBe(true);
      same(rows(reader), expected.slice(0, reader.frames.length));
      expect(reader.truncated).toBe(reader.position < cut);
      expect(reader.problems).toEqual([]);
      file.append(whole.slice(cut));
      while (reader.step(5000));
      expect(reader.truncated).toBe(false);
      same(rows(reader), expected);
    }
  });

  it('gives the same index in steps of any size', () => {
    const reader = open(whole);
    let steps = 0;
    while (reader.step(1)) steps++;
    expect(steps).toBeGreaterThan(expected.length - 2);
    expect(rows(reader)).toEqual(expected);
    expect(reader.position).toBe(whole.length);
  });
});

describe('what is no capture', () => {
  const problem = (content: Uint8Array) => {
    const opened = openCapture(memoryFile(content));
    return 'problem' in opened ? opened.problem : undefined;
  };
  it('an empty file is incomplete', () => expect(problem(bytes())).toMatchObject({ kind: 'incomplete', had: 0 }));
  it('a text is malformed', () => {
    const text = new TextEncoder().encode('The quick brown fox jumps over the lazy dog\n');
    expect(problem(text)).toMatchObject({ kind: 'malformed', at: 0 });
  });
  it('a section without a known byte order is malformed', () => {
    const content = section(true);
    content[8] ^= 1;
    expect(indexed(content).problems).toMatchObject([{ kind: 'malformed', at: 8 }]);
  });
});

describe('hostile bytes', () => {
  it('never throw, and what is indexed lies in the file', () => {
    const seeds = [golden('p2pke_a.pcapng'), golden('p2ppacket_a.pcap')];
    const change = fc.record({ at: fc.nat(3000), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 30 }), (seed, changes) => {
        const content = seed.slice();
        for (const { at, value } of changes) content[at % content.length] = value;
        const opened = openCapture(memoryFile(content));
        if ('problem' in opened) return;
        const { reader } = opened;
        let steps = 0;
        while (reader.step(1)) steps++;
        expect(steps).toBeLessThan(content.length);
        for (let i = 0; i < reader.frames.length; i++) {
          expect(reader.frames.offset(i) + reader.frames.captured(i)).toBeLessThanOrEqual(content.length);
          expect(reader.frameBytes(i).length).toBe(reader.frames.captured(i));
          reader.comments(i);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('random bytes after a good start never throw', () => {
    const start = bytes(section(true), captureInterface(true, 1));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (rest) => {
        indexed(bytes(start, rest));
        indexed(bytes(pcap(true, []), rest));
      }),
    );
  });
});

describe('frame bytes', () => {
  it('are the same in any order of asking, also larger than the window', () => {
    const records = Array.from({ length: 300 }, (_, i) => ({
      data: new Uint8Array(i === 150 ? 700_000 : 1 + ((i * 1999) % 9000)).fill(i),
    }));
    const reader = indexed(pcap(true, records));
    const check = (i: number) => {
      const found = reader.frameBytes(i);
      expect(found.length).toBe(records[i].data.length);
      expect(found.every((byte) => byte === (i & 0xff))).toBe(true);
    };
    for (let i = 0; i < records.length; i++) check(i);
    for (let i = records.length - 1; i >= 0; i--) check(i);
    for (let i = 0; i < records.length; i++) check((i * 89) % records.length);
  });

  it('are what is there when the file shrinks, and empty without such a frame', () => {
    const content = bytes(section(true), captureInterface(true, 1), enhanced(true, 0, 0n, bytes('01 02 03 04')));
    let size = content.length;
    const file = {
      size: () => size,
      read: (offset: number, target: Uint8Array) => {
        const part = content.subarray(offset, Math.min(size, offset + target.length));
        target.set(part);
        return part.length;
      },
    };
    const opened = openCapture(file);
    if ('problem' in opened) throw new Error(opened.problem.text);
    opened.reader.step();
    size = opened.reader.frames.offset(0) + 2;
    expect(opened.reader.frameBytes(0)).toEqual(bytes('01 02'));
    expect(opened.reader.frameBytes(1).length).toBe(0);
    expect(opened.reader.frameBytes(-1).length).toBe(0);
  });

  it('are indexed past one chunk of the table', () => {
    const one = { data: bytes('07') };
    const reader = indexed(
      pcap(
        true,
        Array.from({ length: 70_000 }, (_, i) => ({ ...one, seconds: i })),
      ),
    );
    expect(reader.frames.length).toBe(70_000);
    expect(reader.frames.seconds(65_535)).toBe(65_535);
    expect(reader.frames.seconds(65_536)).toBe(65_536);
  });
});

describe('a file in chunks', () => {
  it('reads the same as in one', () => {
    const content = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) & 0xff);
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(1100), fc.nat(1100), (sizes, offset, length) => {
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(content.subarray(at, at + size));
          at += size;
        }
        chunks.push(content.subarray(at));
        const target = new Uint8Array(length);
        const file = memoryFile(chunks);
        expect(file.size()).toBe(1000);
        const had = file.read(offset, target);
        expect(target.subarray(0, had)).toEqual(content.subarray(offset, offset + length));
      }),
    );
  });
});
