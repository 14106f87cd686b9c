/** A protocol's own bytes, which slices are cut of: those of the whole message, be it put together of several frames. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../dissector/analysis/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import { certain, KeyRing, type Protocol } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { analyse, goldenPath } from '../../golden/open.ts';
import { capture, tcpFlags, tcpFrame, udpFrame } from '../analysis/packets.ts';

const catalog = new FieldCatalog(protocols);

/** Its messages are six bytes of a stream. */
const pairs: Protocol = {
  ...{ id: 'pairs', title: 'Pairs', document: 'none', names: ['pair'], keys: [], rules: [] },
  recognise: ({ streams }) => (streams === undefined ? 0 : certain),
  observe: ({ messages }) => ({
    conversation: ({ id }) => ({
      stream: (direction, buffer, frame) => {
        if (buffer.length < 6) return;
        const record = { conversation: id, direction, frame, name: 0, state: 'decoded', encrypted: false } as const;
        messages.add({ ...record, pieces: buffer.take(6) });
      },
    }),
    end: () => {},
  }),
  dissect: () => {
    throw new Error('no tree is asked for');
  },
};

describe('the bytes of a message', () => {
  it.each(['p2p_a.pcapng', 'p2ppacket_a.pcap', 'botd_a.pcapng', 'ptpchat_d.pcapng', 'p2pke_a.pcapng'])(
    'are those of its layer, in %s',
    (file) => {
      const analysis = analyse(readFileSync(goldenPath(file)));
      const row = new FilterRow(analysis);
      for (let n = 0; n < analysis.messageCount; n++) {
        row.at(analysis.message(n).frame, n);
        const { name, start, end } = row.own!;
        const { layers, sources } = { layers: analysis.dissect(n).tree.layers, sources: analysis.dissect(n).tree.sources };
        const layer = layers.find((one) => one.name === name)!;
        const expected = sources[layer.source]!.bytes.subarray(layer.start, layer.end);
        expect([n, Buffer.from(row.messageBytes!).toString('hex')]).toEqual([n, Buffer.from(expected).toString('hex')]);
        expect(end - start).toBe(expected.length);
      }
    },
  );

  it('leave what else a filter reads of the frame as it is', () => {
    // Large enough that its parts do not lie in what the reader holds at once.
    const [client, server] = [
      { address: '10.0.0.1', port: 5000 },
      { address: '10.0.0.2', port: 5002 },
    ];
    const data = (seq: number, content: Uint8Array) => tcpFrame(client, server, seq, 1, tcpFlags.ack, content);
    const filler = (size: number) => udpFrame({ address: '9.9.9.9', port: 9 }, server, new Uint8Array(size).fill(9));
    const between = [...Array.from({ length: 40 }, () => filler(60_000)), filler(20)];
    const frames = [data(1, Uint8Array.of(1, 2, 3)), ...between, data(4, Uint8Array.of(1, 6, 7))];
    const opened = openCapture(memoryFile(capture(frames)));
    if ('problem' in opened) throw new Error(opened.problem.text);
    const analysis = new Analysis(opened.reader, [pairs], new KeyRing([]));
    while (analysis.step(1000));
    analysis.finish();
    const row = new FilterRow(analysis);
    const matches = (text: string) => {
      const compiled = compileFilter(text, new FieldCatalog([pairs]));
      if ('problem' in compiled) throw new Error(compiled.problem.text);
      // The frame before is read first: both lie in what the reader holds, and this one not at its beginning.
      expect(row.at(frames.length - 1, -1).view.srcPort).toBe(9);
      return compiled.filter.matches(row.at(frames.length, 0));
    };
    expect(analysis.messageCount).toBe(1);
    expect(matches('len(pairs) == 6')).toBe(true);
    expect(matches('tcp.port == 5000 && pairs[0] == 01 && ip.src == 10.0.0.1 && tcp.payload == 01:06:07')).toBe(true);
    expect(matches('tcp.payload == pairs[3:]')).toBe(true);
    expect(matches('tcp.payload & pairs[:3] == 01:02:03')).toBe(true);
    expect(matches('max(tcp.payload, pairs[:3]) == 01:06:07')).toBe(true);
    expect(matches('tcp.payload in {pairs[3:]}')).toBe(true);
  });

  it('are cut, measured and searched', () => {
    const analysis = analyse(readFileSync(goldenPath('p2pke_a.pcapng')));
    const row = new FilterRow(analysis);
    const count = (text: string): number => {
      const compiled = compileFilter(text, catalog);
      if ('problem' in compiled) throw new Error(`${text}: ${compiled.problem.text}`);
      return Array.from({ length: analysis.messageCount }, (_, n) => n).filter((n) =>
        compiled.filter.matches(row.at(analysis.message(n).frame, n)),
      ).length;
    };
    const all = analysis.messageCount;
    expect([count('p2pke[0:1]'), count('len(p2pke) == len(udp.payload)'), count('p2pke == udp.payload')]).toEqual([
      all,
      all,
      all,
    ]);
    expect(count('p2pke[0:4] == udp.payload[0:4] && p2pke#1')).toBe(all);
    expect([count('p2pke contains "Noise"'), count('p2pke#2'), count('p2p[0:1]')]).toEqual([count('udp contains "Noise"'), 0, 0]);
  });
});
