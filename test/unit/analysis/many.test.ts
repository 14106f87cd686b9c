/** Captures of many small parts: what is done for each must not grow with how many there are. */

import { describe, expect, it } from 'vitest';
import { OpenedCapture } from '../../../dissector/analysis/openedcapture.ts';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { protocols } from '../../../dissector/index.ts';
import { TcpDirection } from '../../../dissector/link/index.ts';
import { openBytes } from '../../../dissector/open.ts';
import { StreamBuffer } from '../../../dissector/protocol/index.ts';
import { capture, type Endpoint, ipFrame, tcpFlags, tcpFrame, udpBody, udpFrame } from './packets.ts';

const hello = new TextEncoder().encode('{"msg_type":"HELLO"}');
const server: Endpoint = { address: '10.0.0.2', port: 9001 };

/** Datagrams of ptpchat, each in two fragments and in a conversation of its own. */
function fragmented(conversations: number): Uint8Array {
  const frames = Array.from({ length: conversations }, (_, id) => {
    const client: Endpoint = { address: '10.0.0.1', port: 1024 + id };
    const body = udpBody(client, server, hello);
    const part = (from: number, to: number, more: boolean) =>
      ipFrame(17, client, server, body.slice(from, to), { id, offset: from, more });
    return [part(0, 16, true), part(16, body.length, false)];
  });
  return capture(frames.flat(), 1_700_000_000, 0.001);
}

describe('many conversations of one fragmented datagram each', () => {
  it('are recognised without reading the frames before each of them again', () => {
    const count = 3_000;
    const whole = memoryFile(fragmented(count));
    let read = 0;
    const file = {
      size: () => whole.size(),
      read: (offset: number, target: Uint8Array) => {
        const had = whole.read(offset, target);
        read += had;
        return had;
      },
    };
    const opened = openCapture(file);
    if ('problem' in opened) throw new Error(opened.problem.text);
    const { analysis } = new OpenedCapture(opened.reader, { protocols });
    expect(analysis.messageCount).toBe(count);
    expect([0, count - 1].map((n) => [analysis.message(n).name, analysis.message(n).frames])).toEqual([
      ['HELLO', [1, 2]],
      ['HELLO', [2 * count - 1, 2 * count]],
    ]);
    expect(read).toBeLessThan(10 * whole.size());
  });

  it('keep their bytes where fragments of others lie between', () => {
    const frames = [1, 2, 3].flatMap((id) => {
      const client: Endpoint = { address: '10.0.0.1', port: 2000 + id };
      const body = udpBody(client, server, hello);
      return [
        { at: id, frame: ipFrame(17, client, server, body.slice(0, 16), { id, offset: 0, more: true }) },
        { at: 10 - id, frame: ipFrame(17, client, server, body.slice(16), { id, offset: 16, more: false }) },
      ];
    });
    const opened = openBytes(capture(frames.sort((a, b) => a.at - b.at).map(({ frame }) => frame)));
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect([...opened.messages()].map(({ message, frames: of }) => [message, of])).toEqual([
      ['HELLO', [3, 4]],
      ['HELLO', [2, 5]],
      ['HELLO', [1, 6]],
    ]);
  });
});

describe('a stream of many one-byte pieces', () => {
  it('is taken byte by byte from its start, as it came', () => {
    const buffer = new StreamBuffer();
    const count = 300_000;
    for (let at = 0; at < count; at++) buffer.append(Uint8Array.of(at), at + 1, 54);
    for (let at = 0; at < count; at++) {
      if (at % 50_000 === 0) expect([buffer.length, buffer.bytes[0]]).toEqual([count - at, at & 0xff]);
      const taken = buffer.take(1);
      if (taken[0]!.frame !== at + 1) throw new Error(`byte ${at} came in frame ${taken[0]!.frame}`);
    }
    expect([buffer.length, buffer.take(1)]).toEqual([0, []]);
  });
});

describe('conversations that hold a little each', () => {
  const at = (port: number): Endpoint => ({ address: '10.0.0.1', port });

  it('are observed up to the limit, and the others are counted', () => {
    const count = 20;
    const frames = Array.from({ length: count }, (_, i) => udpFrame(at(3000 + i), server, hello));
    const opened = openBytes(capture(frames), { limits: { ...defaultLimits, observed: 15 } });
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect([opened.messageCount, opened.conversations.length]).toEqual([15, count]);
    expect(opened.analysis.passedLimits).toEqual([
      '5 more conversations are over the limit observed of 15: their messages are not looked for.',
    ]);
    // With other keys it is observed again, and by the same.
    opened.analysis.rekey();
    expect(opened.messageCount).toBe(15);
  });

  it('have their holes given up once too much waits behind all of them, in the direction that goes on', () => {
    const all = { waiting: 0 };
    const heard: string[] = [];
    const directions = [0, 1, 2].map((n) => {
      const sink = {
        data: (bytes: Uint8Array) => heard.push(`${n}: ${bytes.length}`),
        gap: (length: number) => heard.push(`${n}: gap of ${length}`),
        end: () => {},
      };
      const direction = new TcpDirection(sink, { ...defaultLimits, allOutOfOrder: 1_500 }, all);
      direction.segment(0, tcpFlags.syn, new Uint8Array(0), 1, 54);
      return direction;
    });
    for (const direction of directions) direction.segment(11, tcpFlags.ack, new Uint8Array(5), 2, 54);
    expect(heard).toEqual(['2: gap of 10', '2: 5']);
    for (const direction of directions) direction.finish();
    expect([heard.slice(2), all.waiting]).toEqual([['0: gap of 10', '0: 5', '1: gap of 10', '1: 5'], 0]);
  });

  it('end where too much waits in all of them for the end of a message', () => {
    const half = Uint8Array.from([...[0, 0, 1, 0], ...new Array(60).fill(65)]);
    const frames = Array.from({ length: 8 }, (_, i) => [
      tcpFrame(at(3000 + i), server, 999, 0, tcpFlags.syn, new Uint8Array(0)),
      tcpFrame(at(3000 + i), server, 1000, 0, tcpFlags.ack, half),
    ]).flat();
    const opened = openBytes(capture(frames, 1_700_000_000, 0.001), {
      decodeAs: ['tcp.port == 9001 -> botd'],
      limits: { ...defaultLimits, allPending: 200 },
    });
    if ('problem' in opened) throw new Error(opened.problem.text);
    const told = [...opened.findings()].map(({ text }) => text).join('\n');
    expect(told).toContain('limit');
  });
});
