/** Frames of a busy link are the same as those that are made one by one. */
import { describe, expect, it } from 'vitest';
import { UdpFrames, udpFrame } from '../../../dissector/link/index.ts';

const pairs = [
  [
    { ip: '127.0.0.1', port: 5000 },
    { ip: '10.255.254.253', port: 65535 },
  ],
  [
    { ip: '::1', port: 1 },
    { ip: 'fe80::ffff:ffff', port: 7000 },
  ],
] as const;

describe.each(pairs)('frames of %o to %o', (from, to) => {
  const frames = new UdpFrames(from, to);

  it.each([0, 1, 2, 83, 84, 1472, 60_000])('with %i bytes are those of udpFrame, wherever they are written', (length) => {
    for (const [seed, id] of [
      [1, 0],
      [255, 1],
      [77, 0xffff],
    ] as const) {
      const payload = Uint8Array.from({ length }, (_, at) => (at * seed) & 0xff);
      const size = frames.lengthOf(length);
      const into = new Uint8Array(size + 9);
      frames.write(into, 5, payload, id);
      expect(into.subarray(5, 5 + size)).toEqual(udpFrame(from, to, payload, id));
      expect([...into.subarray(0, 5), ...into.subarray(5 + size)]).toEqual(new Array(9).fill(0));
    }
  });

  it('whose sum is 0 say ffff, as RFC 768 has it', () => {
    const zeros = new Uint8Array(2);
    const frame = udpFrame(from, to, zeros);
    // The sum of the payload makes all of it ffff, so its complement is 0.
    zeros.set(frame.subarray(-4, -2));
    const into = new Uint8Array(frames.lengthOf(2));
    frames.write(into, 0, zeros, 0);
    expect(into).toEqual(udpFrame(from, to, zeros));
    expect([...into.subarray(-4, -2)]).toEqual([255, 255]);
  });

  it('do not take more than an IP packet holds', () => {
    expect(() => frames.lengthOf(65_528)).toThrow(RangeError);
    expect(() => udpFrame(from, to, new Uint8Array(65_528))).toThrow(RangeError);
  });
});

it('two families make no frame', () => {
  expect(() => new UdpFrames(pairs[0][0], pairs[1][1])).toThrow('not two addresses of one family');
});
