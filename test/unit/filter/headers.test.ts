import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../dissector/analysis/index.ts';
import type { Field, Value } from '../../../dissector/bytes/index.ts';
import { addressText } from '../../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { headerFields, headerNames } from '../../../dissector/filter/headers.ts';
import { FilterRow } from '../../../dissector/filter/index.ts';
import { KeyRing } from '../../../dissector/protocol/index.ts';
import { goldenPath } from '../../golden/open.ts';
import { capture, tcpFrame, udpFrame } from '../analysis/packets.ts';

const byName = new Map(headerFields.map((field) => [field.name, field]));
const text = (value: Value): Value => (value instanceof Uint8Array ? addressText(value, 0, value.length) : value);

/** Every field that the tree shows and that a header field reads too: both values. */
function both(analysis: Analysis): { at: string; tree: Value; view: readonly Value[] }[] {
  const row = new FilterRow(analysis);
  return Array.from({ length: analysis.rowCount('all') }, (_, i) => analysis.rowAt('all', i)).flatMap(({ frame, n }) => {
    row.at(frame, n);
    return row.lower.flatMap((layer: Field) =>
      (layer.children ?? []).flatMap((field) => {
        const name = headerNames.find(([path]) => path === `${layer.name}.${field.name}`)?.[1];
        if (name === undefined || field.value === undefined) return [];
        return [{ at: `${frame} ${name}`, tree: field.value, view: byName.get(name)!.read(row).map(text) }];
      }),
    );
  });
}

function analyse(bytes: Uint8Array): Analysis {
  const opened = openCapture(memoryFile(bytes));
  if (!('reader' in opened)) throw new Error('not a capture');
  const analysis = new Analysis(opened.reader, [], new KeyRing([]));
  while (analysis.step(65536));
  analysis.finish();
  return analysis;
}

describe('a header field read without a tree', () => {
  const folder = goldenPath('.');
  it.each(readdirSync(folder).filter((file) => /\.pcap(ng)?$/.test(file)))('is what the tree shows, in %s', (file) => {
    const found = both(analyse(readFileSync(goldenPath(file))));
    expect(found.length).toBeGreaterThan(0);
    for (const { at, tree, view } of found) expect([at, view]).toEqual([at, [tree]]);
  });

  it('is absent where the capture cut the header', () => {
    const a = { address: '10.0.0.1', port: 1000 };
    const b = { address: '10.0.0.2', port: 2000 };
    const udp = udpFrame(a, b, new Uint8Array(4));
    const tcp = tcpFrame(a, b, 5, 0, 0x10, new Uint8Array(4));
    const names = [...byName.keys()];
    const present = (frame: Uint8Array): string[] => {
      const row = new FilterRow(analyse(capture([frame])));
      row.at(1, -1);
      return names.filter((name) => byName.get(name)!.read(row).length > 0);
    };
    const head = udp.length - 12;
    expect(present(udp)).toEqual(expect.arrayContaining(['udp', 'udp.srcport', 'udp.port', 'ip.src']));
    expect(present(udp.slice(0, head + 3)).filter((name) => /port/.test(name))).toEqual([]);
    expect(present(udp.slice(0, head + 4))).toContain('udp.dstport');
    expect(present(tcp)).toEqual(expect.arrayContaining(['tcp.seq', 'tcp.flags.ack', 'tcp.flags.syn']));
    expect(present(tcp.slice(0, head + 19)).filter((name) => /^tcp\.(seq|ack|flags|window)/.test(name))).toEqual([]);
    expect(present(tcp.slice(0, head + 19))).toContain('tcp.srcport');
  });
});
