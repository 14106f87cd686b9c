import { describe, expect, it } from 'vitest';
import { block, bytes, captureInterface, enhanced, indexed, option, order, rows, section } from './build.ts';

const data = bytes('aa bb cc dd ee');

describe('pcapng', () => {
  for (const little of [true, false]) {
    const name = little ? 'little' : 'big';
    const { u16, u32 } = order(little);

    it(`reads enhanced, simple and obsolete packets, ${name}-endian`, () => {
      const reader = indexed(
        bytes(
          section(little),
          captureInterface(little, 1),
          captureInterface(little, 101, new Uint8Array(0), 3),
          enhanced(little, 1, 0x5_0000_0000n, data, { original: 50 }),
          block(little, 3, bytes(u32(60), data)),
          block(little, 2, bytes(u16(0), u16(7), u32(0), u32(1_500_000), u32(5), u32(5), data)),
        ),
      );
      expect(reader.problems).toEqual([]);
      const seconds = Math.floor(0x5_0000_0000 / 1e6);
      expect(rows(reader)).toMatchObject([
        { captured: 5, original: 50, seconds, nanos: (0x5_0000_0000 - seconds * 1e6) * 1000, link: 101 },
        { captured: 8, original: 60, seconds: Number.NaN, nanos: 0, link: 1 },
        { captured: 5, original: 5, seconds: 1, nanos: 500_000_000, link: 1 },
      ]);
      expect(reader.frames.hasTime(0)).toBe(true);
      expect(reader.frames.hasTime(1)).toBe(false);
      expect(reader.frameBytes(0)).toEqual(data);
      expect(reader.frameBytes(1).subarray(0, 5)).toEqual(data);
      expect(reader.frameBytes(2)).toEqual(data);
    });

    it(`reads names, comments and secrets, ${name}-endian`, () => {
      const text = (value: string) => new TextEncoder().encode(value);
      const options = bytes(option(little, 2, text('lo')), option(little, 3, text('Schleife ∞')), option(little, 13, bytes(4)));
      const comments = bytes(
        option(little, 1, text('first')),
        option(little, 0xbad, data),
        option(little, 1, text('zwei')),
        u32(0),
      );
      const reader = indexed(
        bytes(
          section(little),
          captureInterface(little, 1, options),
          enhanced(little, 0, 1n, data, { options: comments }),
          enhanced(little, 0, 1n, data),
          block(little, 0xbad, bytes('00')),
          block(little, 0x0a, bytes(u32(0x50534b4c), u32(3), text('key'))),
          block(little, 0x0bad_0005, bytes(u32(0))),
        ),
      );
      expect(reader.interfaces[0]).toMatchObject({ name: 'lo', description: 'Schleife ∞', checkSequenceLength: 4 });
      expect(reader.comments(0)).toEqual(['first', 'zwei']);
      expect(reader.comments(1)).toEqual([]);
      expect(reader.comments(2)).toEqual([]);
      expect(reader.frames.length).toBe(2);
      expect(reader.secrets).toMatchObject([{ type: 0x50534b4c, bytes: text('key') }]);
      expect(reader.problems).toEqual([]);
    });
  }

  it('reads sections of both byte orders, each with its own interfaces; frame numbers run through', () => {
    const reader = indexed(
      bytes(
        ...[true, false, true].flatMap((little, i) => [
          section(little),
          captureInterface(little, 100 + i),
          enhanced(little, 0, BigInt(i) * 1_000_000n, data),
        ]),
      ),
    );
    expect(reader.sections.map(({ littleEndian }) => littleEndian)).toEqual([true, false, true]);
    expect(rows(reader)).toMatchObject([
      { seconds: 0, link: 100 },
      { seconds: 1, link: 101 },
      { seconds: 2, link: 102 },
    ]);
    expect(reader.frames.interfaceIndex(2)).toBe(2);
  });

  it('skips a packet of an interface that was not described, with a problem', () => {
    const reader = indexed(
      bytes(section(true), enhanced(true, 0, 0n, data), captureInterface(true, 1), enhanced(true, 0, 0n, data)),
    );
    expect(reader.frames.length).toBe(1);
    expect(reader.problems).toMatchObject([{ kind: 'malformed' }]);
  });

  it('skips a packet that is longer than its block', () => {
    const reader = indexed(
      bytes(section(true), captureInterface(true, 1), enhanced(true, 0, 0n, data, { captured: 9 }), enhanced(true, 0, 0n, data)),
    );
    expect(reader.frames.length).toBe(1);
    expect(reader.problems).toMatchObject([{ claimedBy: 'captured length', needed: 9, had: 8 }]);
  });

  it.each([0, 4, 8, 11, 13, 41])('stops at a block that says it has %i bytes', (head) => {
    const reader = indexed(
      bytes(section(true), captureInterface(true, 1), enhanced(true, 0, 0n, data), enhanced(true, 0, 0n, data, { head })),
    );
    expect(reader.frames.length).toBe(1);
    expect(reader.stopped).toBe(true);
    expect(reader.problems).toMatchObject([{ kind: 'malformed' }]);
  });

  it('stops at a block of 4 GiB and waits for one that is merely not there yet', () => {
    const start = bytes(section(true), captureInterface(true, 1));
    const huge = indexed(bytes(start, enhanced(true, 0, 0n, data, { head: 0xffff_fffc })));
    expect(huge.problems).toMatchObject([{ limit: 'blockSize' }]);
    const waiting = indexed(bytes(start, enhanced(true, 0, 0n, data, { head: 4096 })));
    expect(waiting.problems).toEqual([]);
    expect(waiting.tail).toMatchObject({ kind: 'incomplete', needed: 4096, at: start.length });
    expect(waiting.stopped).toBe(false);
  });

  it('keeps to its limits', () => {
    const many = (one: Uint8Array) => bytes(section(true), captureInterface(true, 1), ...Array.from({ length: 5 }, () => one));
    expect(indexed(many(captureInterface(true, 1)), { interfaces: 3 }).problems).toMatchObject([{ limit: 'interfaces' }]);
    expect(indexed(many(section(true)), { sections: 3 }).problems).toMatchObject([{ limit: 'sections' }]);
    const { u32 } = order(true);
    const secrets = many(block(true, 0x0a, bytes(u32(1), u32(4), u32(0))));
    expect(indexed(secrets, { secretsBlocks: 2 }).secrets.length).toBe(2);
    expect(indexed(secrets, { secretsSize: 11 }).secrets.length).toBe(2);
    const broken = indexed(many(enhanced(true, 9, 0n, data)), { fileProblems: 2 });
    expect(broken.problems.length).toBe(3);
    expect(broken.problems[2].limit).toBe('fileProblems');
    const frame = indexed(many(enhanced(true, 0, 0n, data)), { frameSize: 4 });
    expect(frame.frames.length).toBe(0);
    expect(frame.problems[0].limit).toBe('frameSize');
  });
});

describe('times', () => {
  const at = (resolution: number | undefined, ticks: bigint, offset?: bigint) => {
    const options = bytes(
      ...(resolution === undefined ? [] : [option(true, 9, bytes(resolution))]),
      ...(offset === undefined ? [] : [option(true, 14, order(true).i64(offset))]),
    );
    const { frames } = indexed(bytes(section(true), captureInterface(true, 1, options), enhanced(true, 0, ticks, data)));
    return [frames.seconds(0), frames.nanos(0)];
  };

  it('has microseconds by default', () => expect(at(undefined, 1_700_000_000_123_456n)).toEqual([1_700_000_000, 123_456_000]));
  it('keeps every nanosecond', () => expect(at(9, 1_700_000_000_123_456_789n)).toEqual([1_700_000_000, 123_456_789]));
  it('reads powers of two', () => {
    expect(at(0x80 | 10, 1024n * 7n + 512n)).toEqual([7, 500_000_000]);
    expect(at(0x80 | 32, (7n << 32n) + 1n)).toEqual([7, 0]);
    expect(at(0x80 | 32, (7n << 32n) + 0xffff_ffffn)).toEqual([7, 999_999_999]);
  });
  it('takes any exponent', () => {
    const most = (1n << 64n) - 1n;
    for (let exponent = 0; exponent < 256; exponent++) {
      const perSecond = exponent < 128 ? 10n ** BigInt(exponent) : 1n << BigInt(exponent - 128);
      for (const ticks of [0n, 1n, 0x1234_5678_9abc_def0n, most]) {
        const seconds = ticks / perSecond;
        const nanos = ((ticks - seconds * perSecond) * 1_000_000_000n) / perSecond;
        expect(at(exponent, ticks)).toEqual([Number(seconds), Number(nanos)]);
      }
    }
  });
  it('adds the offset, also to before 1970', () => {
    expect(at(9, 500_000_000n, 100n)).toEqual([100, 500_000_000]);
    expect(at(9, 500_000_000n, -1n)).toEqual([-1, 500_000_000]);
  });
  it('takes differences before it rounds', () => {
    const { frames } = indexed(
      bytes(
        section(true),
        captureInterface(true, 1, option(true, 9, bytes(9))),
        enhanced(true, 0, 1_700_000_000_999_999_999n, data),
        enhanced(true, 0, 1_700_000_001_000_000_001n, data),
      ),
    );
    expect(frames.elapsed(0, 1)).toBeCloseTo(2e-9, 15);
  });
});
