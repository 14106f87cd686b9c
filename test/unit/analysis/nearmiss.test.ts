/** A conversation that is a protocol but for one thing is named, with that thing; other traffic is not. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { coverage, coverageNotices } from '../../../dissector/analysis/index.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import { analyse, goldenPath } from '../../golden/open.ts';
import { peerscope, temporary } from '../cli/help.ts';
import { capture, udpFrame } from './packets.ts';

/** A recording with the payload of each packet changed. */
function changed(file: string, change: (payload: Uint8Array) => Uint8Array): Uint8Array {
  const packets = rewrite.packetsOf(readFileSync(goldenPath(file)));
  return rewrite.written(packets.map((packet) => ({ ...packet, payload: change(packet.payload) })));
}

/** What its first sender says before the other side answers, changed, as one packet to another port: else the rest or the port would tell. */
function beginning(file: string, change: (said: Uint8Array) => Uint8Array): Uint8Array {
  const packets = rewrite.packetsOf(readFileSync(goldenPath(file))).filter(({ payload }) => payload.length > 0);
  const answer = packets.findIndex(({ srcPort }) => srcPort !== packets[0]!.srcPort);
  const said = Buffer.concat(packets.slice(0, answer).map(({ payload }) => payload));
  return rewrite.written([{ ...packets[0]!, dstPort: 4000, payload: change(Uint8Array.from(said)) }]);
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const swapped = (payload: Uint8Array, at: number, length: number): Uint8Array => {
  payload.subarray(at, at + length).reverse();
  return payload;
};

const withoutTimestamp = (payload: Uint8Array): Uint8Array => {
  const at = payload.findIndex((byte, i) => i >= 36 && byte === 0x12 && payload[i + 1] === 12);
  return Uint8Array.from([...payload.subarray(0, at), ...payload.subarray(at + 14)]);
};

const cases: [string, Uint8Array, string][] = [
  ['p2pke', beginning('p2pke_a.pcapng', withoutTimestamp), 'its InitHello has no timestamp_tai64n'],
  ['p2p', beginning('p2p_a.pcapng', (said) => swapped(said, 1, 2)), 'the size of the public key in its HELLO is little-endian'],
  ['botd', beginning('botd_a.pcapng', (said) => swapped(said, 0, 4)), 'the length of its Init is little-endian'],
  [
    'botd',
    beginning('botd_a.pcapng', (said) => Uint8Array.from([...said.subarray(0, 4), ...said.subarray(8)])),
    'its Init has no checksum before the payload',
  ],
  [
    'p2ppacket',
    changed('p2ppacket_a.pcap', (payload) => Uint8Array.from([2, ...payload.subarray(1)])),
    'its version is 2 instead of 1',
  ],
  [
    'ptpchat',
    changed('ptpchat_a.pcapng', (payload) => utf8(textOf(payload).replaceAll('"msg_type"', '"msgType"'))),
    'its messages have "msgType" instead of "msg_type"',
  ],
];

describe('a near miss', () => {
  it.each(cases)('of %s is told: %#', (protocol, content, but) => {
    const analysis = analyse(content);
    const { nearMisses } = coverage(analysis);
    expect(new Set(nearMisses.map((one) => `${one.protocol}: ${one.but}`))).toEqual(new Set([`${protocol}: ${but}`]));
    const { endpoints } = nearMisses[0]!.conversation;
    expect(coverageNotices(analysis, undefined)).toContain(
      `The conversation ${endpoints.join(' ↔ ')} looks like ${protocol}, but ${but}.`,
    );
  });

  it('is none of what is recognised', () => {
    for (const file of ['p2pke_a.pcapng', 'p2p_a.pcapng', 'botd_a.pcapng', 'p2ppacket_a.pcap', 'ptpchat_a.pcapng'])
      expect(coverage(analyse(readFileSync(goldenPath(file)))).nearMisses).toEqual([]);
  });

  it('is none of other traffic', () => {
    const ports = [
      { address: '192.0.2.1', port: 4000 },
      { address: '192.0.2.2', port: 9001 },
    ] as const;
    const others = ['{"type":"hello"}', '[1,2,3]', 'GET / HTTP/1.1\r\n\r\n', '\0\0\0\0', `\0\0\0\0${'a'.repeat(200)}`];
    const frames = others.map((text, n) => udpFrame({ ...ports[0], port: 4000 + n }, ports[1], utf8(text)));
    expect(coverage(analyse(capture(frames))).nearMisses).toEqual([]);
  });

  it('is told by decode, check and info', async () => {
    const [, content, but] = cases[0]!;
    const path = temporary('nearmiss.pcapng', content);
    for (const command of ['decode', 'check', 'info'])
      expect((await peerscope([command, path])).err).toContain(`looks like p2pke, but ${but}.`);
    const told = JSON.parse((await peerscope(['info', path, '--json'])).out).near_misses;
    expect(told).toMatchObject([{ transport: 'udp', protocol: 'p2pke', but }]);
  });
});
