import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytes, pcap } from '../capture/build.ts';
import { golden, jsonLines, lines, peerscope, temporary } from './help.ts';

const ethernet = bytes('00 1b 21 00 00 02', '00 1b 21 00 00 01');
const udp = bytes(ethernet, '0800', '45000020 00010000 40110000 0a000001 0a000002', '1388 1389 000c 0000', '01020304');
const arp = bytes(ethernet, '0806', '0001080006040001 001b21000001 0a000001 000000000000 0a000002');

describe('frames', () => {
  it('prints what the headers say, and leaves out what is not there', async () => {
    const path = temporary(
      'frames.pcap',
      pcap(true, [
        { seconds: 1, ticks: 2, data: udp },
        { seconds: 1, ticks: 3, data: arp },
        { seconds: 1, ticks: 4, data: udp.subarray(0, udp.length - 3), original: udp.length },
      ]),
    );
    const { status, out } = await peerscope(['frames', '--json', path]);
    const ends = { src: '10.0.0.1', dst: '10.0.0.2', transport: 'udp', src_port: 5000, dst_port: 5001, payload: 4 };
    expect(status).toBe(0);
    expect(jsonLines(out)).toEqual([
      { n: 1, time: '1.000002000', captured: 46, length: 46, link: 1, ...ends },
      { n: 2, time: '1.000003000', captured: 42, length: 42, link: 1 },
      { n: 3, time: '1.000004000', captured: 43, length: 46, link: 1, ...ends },
    ]);
    expect(Object.keys(jsonLines(out)[0])).toEqual(['n', 'time', 'captured', 'length', 'link', ...Object.keys(ends)]);
    const text = lines((await peerscope(['frames', path])).out);
    expect(text[0]).toBe('    1  1.000002000     46  udp  10.0.0.1 5000 → 10.0.0.2 5001  payload 4');
  });

  it('prints a frame a line of every golden capture', async () => {
    for (const name of ['p2pke_a.pcapng', 'p2ppacket_a.pcap', 'ptpchat_a.pcapng', 'botd_a.pcapng']) {
      const { out } = await peerscope(['frames', '--json', golden(name)]);
      const info = JSON.parse((await peerscope(['info', '--json', golden(name)])).out);
      expect(lines(out)).toHaveLength(info.frames);
    }
  });
});

describe('a pipe', () => {
  const records = Array.from({ length: 50 }, (_, index) => ({ seconds: 7, ticks: index, data: udp }));

  it.each([
    ['little-endian', pcap(true, records)],
    ['big-endian', pcap(false, records)],
    ['in nanoseconds', pcap(true, records, 0xa1b23c4d)],
    ['pcapng', readFileSync(golden('p2pke_a.pcapng'))],
  ])('of a capture %s is read as the file is, in pieces of any size', async (_, capture) => {
    const path = temporary('piped', capture);
    for (const command of ['frames', 'info']) {
      const expected = await peerscope([command, '--json', path]);
      for (const size of [1, 7, 1000, 1 << 20])
        expect(await peerscope([command, '--json', '-'], capture, size)).toEqual(expected);
    }
  });

  it('that breaks off anywhere is read up to there', async () => {
    const capture = pcap(true, records.slice(0, 3));
    const record = 16 + udp.length;
    for (let cut = 24; cut < capture.length; cut++) {
      const { status, out } = await peerscope(['info', '--json', '-'], capture.subarray(0, cut));
      const whole = (cut - 24) % record === 0;
      expect(status).toBe(whole ? 0 : cut - 24 < record ? 2 : 4);
      expect(JSON.parse(out)).toMatchObject({
        frames: Math.floor((cut - 24) / (16 + udp.length)),
        truncated: !whole,
        bytes: cut,
      });
    }
  });

  it('with a record of 4 GiB ends there, without waiting for it', async () => {
    const capture = pcap(true, [...records, { data: udp, captured: 0xffff_ffff }, ...records]);
    const { status, out, err } = await peerscope(['frames', '--json', '-'], capture);
    expect(status).toBe(4);
    expect(lines(out)).toHaveLength(50);
    expect(err).toContain('limit frameSize');
  });
});

describe('info', () => {
  it('has the keys of the contract', async () => {
    const { out } = await peerscope(['info', '--json', golden('p2pke_a.pcapng')]);
    expect(JSON.parse(out)).toEqual({
      ...{ format: 'pcapng', frames: 33, bytes: 13892, first: '1795251826.750787038', last: '1795251827.052403305' },
      link_types: [1],
      interfaces: [{ link_type: 1, name: 'lo', description: 'Loopback', snap_length: 262144, resolution: '1e-9' }],
      ...{
        truncated: false,
        undecoded_links: {},
        undecoded_tunnels: {},
        near_misses: [],
        conversations: 1,
        unrecognised_conversations: 0,
        secrets: 0,
      },
      messages: { p2pke: { InitHello: 1, RespHello: 1, InitDone: 1, data: 30 } },
    });
  });
});
