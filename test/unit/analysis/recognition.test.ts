/** Which protocol a conversation is, and which of its packets belong to it. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis, coverage } from '../../../dissector/analysis/index.ts';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { KeyRing } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import { analyse, goldenPath } from '../../golden/open.ts';
import { capture, tcpFlags, tcpFrame, udpFrame } from './packets.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const endpoint = (port: number) => ({ address: '192.0.2.1', port });
const hello = text('{"msg_type":"HELLO"}');

describe('recognition', () => {
  it('gives a conversation that is recognised late its earlier packets, and counts in their order', () => {
    const other = udpFrame(endpoint(1), endpoint(2), hello);
    const broken = udpFrame(endpoint(3), endpoint(4), text('garbage'));
    const late = udpFrame(endpoint(4), endpoint(3), hello);
    const analysis = analyse(capture([broken, other, late]));
    const seen = Array.from({ length: analysis.messageCount }, (_, n) => [analysis.message(n).frame, analysis.message(n).state]);
    expect(seen).toEqual([
      [1, 'malformed'],
      [2, 'decoded'],
      [3, 'decoded'],
    ]);
    expect(analysis.generation).toBeGreaterThan(0);
  });

  it('leaves alone what is no protocol it knows, as rows of bare frames', () => {
    const analysis = analyse(capture([udpFrame(endpoint(1), endpoint(2), text('garbage'))]));
    expect([analysis.messageCount, analysis.rowCount('all'), analysis.rowCount('messages')]).toEqual([0, 1, 0]);
    expect(analysis.rowAt('all', 0)).toEqual({ frame: 1, n: -1 });
    expect(analysis.frameTree(0).layers.map(({ name }) => name)).toEqual(['ethernet', 'ipv4', 'udp', 'payload']);
  });

  it('takes a port for no evidence', () => {
    const dns = Uint8Array.from(Buffer.from('00fe0100000100000000000003777777076578616d706c6503636f6d0000010001', 'hex'));
    const tls = Uint8Array.from([0x16, 3, 1, 0, 200, ...Array.from({ length: 200 }, (_, i) => (i * 37) & 255)]);
    const analysis = analyse(
      capture([
        udpFrame(endpoint(40_000), endpoint(9001), dns),
        ...[5002, 9001, 9945].map((port) => tcpFrame(endpoint(40_001), endpoint(port), 1, 1, tcpFlags.ack | tcpFlags.psh, tls)),
      ]),
    );
    expect(analysis.messageCount).toBe(0);
    expect(Object.fromEntries(coverage(analysis).onPorts)).toEqual({ p2p: 1, botd: 1, ptpchat: 2 });
  });

  it('leaves alone what begins with 01 and has a length of p2ppacket', () => {
    const query = (id: number) =>
      Uint8Array.from([1, id, 1, 0, 0, 1, ...Buffer.from('00000000000003777777076578616d706c6503636f6d0000010001', 'hex'), 0]);
    const one = udpFrame(endpoint(1), endpoint(53), query(0xec));
    const other = udpFrame(endpoint(53), endpoint(1), query(0xed));
    expect(analyse(capture([one, one, other])).messageCount).toBe(0);
  });

  it('shows a session whose first message is broken', () => {
    const packets = rewrite.packetsOf(readFileSync(goldenPath('p2pke_a.pcapng')));
    const [first, ...rest] = packets;
    const broken = first!.payload.slice();
    // Field 2, timestamp_tai64n, gets a number that there is not.
    const at = broken.findIndex((byte, i) => i > 36 && byte === 0x12 && broken[i + 1] === 12);
    broken[at] = 0x7a;
    const analysis = analyse(rewrite.written([{ ...first!, payload: broken }, ...rest]));
    expect(analysis.messageCount).toBe(33);
    expect(analysis.message(0).findings.map(({ rule }) => rule)).toEqual(['p2pke.malformed']);
  });

  it('holds no more than the limit for conversations that it does not know yet', () => {
    const frames = Array.from({ length: 50 }, (_, i) => udpFrame(endpoint(1000 + i), endpoint(2), new Uint8Array(1000).fill(i)));
    frames.push(udpFrame(endpoint(1000), endpoint(2), hello), udpFrame(endpoint(5), endpoint(6), hello));
    const opened = openCapture(memoryFile(capture(frames)));
    if ('problem' in opened) throw new Error(opened.problem.text);
    const analysis = new Analysis(opened.reader, protocols, new KeyRing([]), {
      limits: { ...defaultLimits, undecided: 10_000 },
    });
    while (analysis.step(10));
    analysis.finish();
    // The first conversation is still open when its hello comes; later ones were settled by their first packet.
    expect(Array.from({ length: analysis.messageCount }, (_, n) => analysis.message(n).frame)).toEqual([1, 51, 52]);
  });
});
