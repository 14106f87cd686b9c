/** Several captures as one: by time, with the names of their files and what their clocks differ by. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clockNotices, mergeCaptures } from '../../../dissector/analysis/index.ts';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import { keysOf } from '../../golden/keys.ts';
import { goldenPath } from '../../golden/open.ts';
import { golden, peerscope, temporary } from '../cli/help.ts';

/** Far enough apart that an answer leaves after what it answers has come. */
const packets = rewrite
  .packetsOf(readFileSync(goldenPath('p2pke_a.pcapng')))
  .map((packet, n, [first]) => ({ ...packet, time: first!.time + n * 0.01 }));
const initiator = packets[0]!.srcPort;
const later =
  (seconds: number) =>
  (packet: rewrite.Packet): rewrite.Packet => ({ ...packet, time: packet.time + seconds });
const isSent = ({ srcPort }: rewrite.Packet): boolean => srcPort === initiator;
const fileOf = (name: string, all: readonly rewrite.Packet[]): string => temporary(name, rewrite.written(all));

/** Each side as its own host captured it: what the other sends comes a millisecond later. */
const delay = 0.001;
const atA = packets.map((packet) => (isSent(packet) ? packet : later(delay)(packet)));
const atB = packets.map((packet) => (isSent(packet) ? later(delay)(packet) : packet));

const keys = ['--keys', temporary('p2pke_a.keys', new TextEncoder().encode(keysOf('p2pke_a')))];
const whole = async () =>
  (await peerscope(['decode', golden('p2pke_a.pcapng'), '--json', ...keys])).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const summary = ({ message, state, fields, findings }: Record<string, unknown>) =>
  `${message} ${state} ${JSON.stringify(fields).length} ${JSON.stringify(findings)}`;

const reader = (all: readonly rewrite.Packet[]) => {
  const opened = openCapture(memoryFile(rewrite.written(all)));
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened.reader;
};

describe('two captures, one a side', () => {
  it('are one in the order of time, and tell which file each message is in', async () => {
    const sent = fileOf('sent.pcapng', packets.filter(isSent));
    const received = fileOf(
      'received.pcapng',
      packets.filter((packet) => !isSent(packet)),
    );
    for (const order of [
      [sent, received],
      [received, sent],
    ]) {
      const { out, err, status } = await peerscope(['decode', ...order, '--json', ...keys]);
      expect([err, status]).toEqual(['', 0]);
      const lines = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.map(summary)).toEqual((await whole()).map(summary));
      for (const { file, src } of lines) expect(file).toBe(src.endsWith(`:${initiator}`) ? 'sent.pcapng' : 'received.pcapng');
    }
  });

  it('tell frames and findings by their file', async () => {
    const [a, b] = [fileOf('one.pcapng', packets.slice(0, 10)), fileOf('two.pcapng', packets.slice(10))];
    const frames = (await peerscope(['frames', a, b, '--json'])).out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(frames.map(({ n, file, frame_in_file }) => [n, file, frame_in_file])).toEqual(
      packets.map((_, at) => (at < 10 ? [at + 1, 'one.pcapng', at + 1] : [at + 1, 'two.pcapng', at - 9])),
    );
    const info = JSON.parse((await peerscope(['info', a, b, '--json'])).out);
    expect(info).toMatchObject({ frames: packets.length, format: 'merged: pcapng, pcapng' });
    expect(info.interfaces.map(({ name, description }: Record<string, string>) => [name, description])).toEqual([
      ['eth0', 'one.pcapng'],
      ['eth0', 'two.pcapng'],
    ]);
  });
});

describe('two captures of the same packets', () => {
  it.each([0, 0.25, -3600, 12_345.678_9])('whose clocks differ by %d s are shown once, with the difference', async (ahead) => {
    const [a, b] = [fileOf('a.pcapng', atA), fileOf('b.pcapng', atB.map(later(ahead)))];
    for (const align of [[], ['--align-clocks']]) {
      const { out, err } = await peerscope(['decode', a, b, '--json', ...keys, ...align]);
      const lines = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.map(summary)).toEqual((await whole()).map(summary));
      expect(err).toContain(`${packets.length} packets were captured twice`);
      expect(err).not.toContain('out of order');
      if (ahead === 0)
        expect(err).toContain('The clock of b.pcapng agrees with that of a.pcapng (from 33 packets in both captures).');
      else expect(err).toContain(ahead > 0 ? ' ahead of that of a.pcapng' : ' behind that of a.pcapng');
    }
  });

  it('has the difference in the middle of both ways', () => {
    const captures = [
      { name: 'a', reader: reader(atA) },
      { name: 'b', reader: reader(atB.map(later(0.25))) },
    ];
    const together = mergeCaptures(captures, { limits: defaultLimits });
    expect(together.offsets[0]).toMatchObject({ packets: packets.length, isOneWay: false });
    expect(together.offsets[0]!.seconds).toBeCloseTo(0.25, 5);
    expect(clockNotices(captures, together, false, 'do it')).toEqual([
      'The clock of b is 250.000 ms ahead of that of a (from 33 packets in both captures); do it.',
    ]);
  });

  it('says where all packets went one way', () => {
    const captures = [
      { name: 'a', reader: reader(atA.filter(isSent)) },
      { name: 'b', reader: reader(atB.filter(isSent)) },
    ];
    expect(clockNotices(captures, mergeCaptures(captures, { limits: defaultLimits }), false, '')).toEqual([
      expect.stringMatching(
        /^The clock of b is 1\.000 ms ahead of that of a \(from \d+ packets in both captures, all in one direction, so it includes the network delay\)\.$/,
      ),
    ]);
  });

  it('is silent where they share none', () => {
    const captures = [
      { name: 'a', reader: reader(packets.slice(0, 5)) },
      { name: 'b', reader: reader(packets.slice(5)) },
    ];
    const together = mergeCaptures(captures, { limits: defaultLimits });
    expect([together.offsets, clockNotices(captures, together, false, '')]).toEqual([[undefined], []]);
  });
});

describe('captures that cannot be merged whole', () => {
  it('name the file that is no capture, and read what is cut short', async () => {
    const good = fileOf('good.pcapng', packets);
    const bad = temporary('bad.pcapng', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect(await peerscope(['decode', good, bad])).toMatchObject({
      status: 2,
      err: expect.stringContaining('bad.pcapng: This is neither'),
    });
    const cut = temporary('cut.pcapng', rewrite.written(packets).subarray(0, -10));
    const { status, err } = await peerscope(['decode', good, cut]);
    expect([status, err]).toEqual([4, expect.stringContaining('cut.pcapng: The capture is cut short')]);
  });

  it('take standard input once', async () => {
    expect(await peerscope(['decode', '-', '-'])).toMatchObject({ status: 3, err: expect.stringContaining('one capture only') });
  });
});
