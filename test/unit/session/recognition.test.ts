/** Which protocol a conversation is, and which of its packets belong to it. */
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { Analysis, KeyRing } from '../../../dissector/session/index.ts';
import { analyse } from '../../golden/open.ts';
import { capture, udpFrame } from './packets.ts';

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
