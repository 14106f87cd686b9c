import { describe, expect, it } from 'vitest';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../dissector/capture/index.ts';
import { block, bytes, captureInterface, enhanced, indexed, option, order, rows, section } from './build.ts';

const text = (value: string) => new TextEncoder().encode(value);
const data = bytes('01020304');

describe.each([true, false])('options of a file, little-endian: %s', (little) => {
  const { u16, u32, i64 } = order(little);
  const comments = [option(little, 1, text('one')), option(little, 1, text('two'))];
  const facts = [option(little, 2, u32(1)), option(little, 4, i64(7n)), option(little, 8, bytes(u32(42), u32(43)))];
  const names = block(little, 4, bytes(u16(1), u16(6), bytes('c0000201'), text('a\0'), new Uint8Array(2), u32(0)));
  const head = bytes(u32(0x1a2b3c4d), u16(1), u16(0), i64(-1n), option(little, 1, text('about it')));
  const file = bytes(
    block(little, 0x0a0d0d0a, head),
    captureInterface(little, 147, bytes(option(little, 11, bytes(0, text('udp'))), option(little, 8, i64(1_000_000n)))),
    names,
    enhanced(little, 0, 5n, data, { options: bytes(...comments, ...facts) }),
    enhanced(little, 0, 6n, data, { options: option(little, 2, u32(2)) }),
    enhanced(little, 0, 7n, data),
  );

  it('are read', () => {
    const reader = indexed(file);
    const first = { comments: ['one', 'two'], direction: 'inbound', drops: 7n, process: 42, thread: 43 };
    expect([0, 1, 2].map((index) => reader.facts(index))).toEqual([
      first,
      { comments: [], direction: 'outbound' },
      { comments: [] },
    ]);
  });

  it('are kept where they are written again', () => {
    const reader = indexed(file);
    const again = indexed(
      bytes(
        sectionHeader({ application: 'x', options: reader.sections[0].options ?? [] }),
        interfaceDescription(reader.interfaces[0]),
        ...reader.names,
        enhancedPacket({ bytes: data, seconds: 0, nanos: 5, options: reader.options(0), comment: 'three' }),
      ),
    );
    expect(again.sections[0].comments).toEqual(['about it']);
    expect(again.interfaces[0].options).toEqual(expect.arrayContaining([{ code: 11, bytes: bytes(0, text('udp')) }]));
    expect(again.interfaces[0].options).toEqual(expect.arrayContaining([{ code: 8, bytes: order(true).i64(1_000_000n) }]));
    expect(again.names).toEqual(reader.names);
    expect(again.facts(0)).toEqual({ ...reader.facts(0), comments: ['one', 'two', 'three'] });
    expect(again.problems).toEqual([]);
  });
});

describe('lengths', () => {
  it('that contradict each other end the reading at their place', () => {
    const good = enhanced(true, 0, 1n, data);
    const file = bytes(section(true), captureInterface(true, 1), good, enhanced(true, 0, 2n, data, { tail: 99 }), good);
    const reader = indexed(file);
    expect([reader.frames.length, reader.stopped]).toEqual([1, true]);
    expect(reader.problems).toMatchObject([{ text: 'A block of 36 bytes ends by saying that it has 99' }]);
    expect(reader.problems[0].at).toBe(28 + 20 + 36 + 32);
  });

  it.each([
    [2, 2, [[4, 10]]],
    [543, 0, [[4, 10]]],
    [2, 3, [[4, 10]]],
  ])('of a pcap file of version %i.%i are swapped', (major, minor, expected) => {
    const { u16, u32 } = order(false);
    const header = bytes(u32(0xa1b2c3d4), u16(major), u16(minor), u32(0), u32(0), u32(65535), u32(147));
    const reader = indexed(bytes(header, u32(1), u32(2), u32(10), u32(4), data));
    expect(rows(reader).map(({ captured, original }) => [captured, original])).toEqual(expected);
  });

  it('of a pcap file of version 2.3 that fit are as they stand', () => {
    const { u16, u32 } = order(true);
    const header = bytes(u32(0xa1b2c3d4), u16(2), u16(3), u32(0), u32(0), u32(65535), u32(147));
    const reader = indexed(bytes(header, u32(1), u32(2), u32(4), u32(10), data));
    expect(rows(reader)).toMatchObject([{ captured: 4, original: 10 }]);
  });
});
