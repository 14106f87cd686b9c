/** Which of a field's values have to be as a condition says, and times that are compared without being rounded: as tshark 4 has it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../dissector/capture/index.ts';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { analyse, goldenPath } from '../../golden/open.ts';

/** Frames that match. */
function matching(content: Uint8Array, text: string): number[] {
  const analysis = analyse(content);
  const compiled = compileFilter(text, new FieldCatalog(protocols));
  if ('problem' in compiled) throw new Error(compiled.problem.text);
  const row = new FilterRow(analysis);
  const frames: number[] = [];
  for (let frame = 1; frame <= analysis.reader.frames.length; frame++)
    if (compiled.filter.matches(row.at(frame, -1))) frames.push(frame);
  return frames;
}

describe('a quantifier', () => {
  const p2pke = readFileSync(goldenPath('p2pke_a.pcapng'));
  // Ports 7000 and 7001, 33 frames.
  it.each<[string, number]>([
    ['udp.port in {7000}', 33],
    ['any udp.port in {7000}', 33],
    ['all udp.port in {7000}', 0],
    ['all udp.port in {7000, 7001}', 33],
    ['all udp.port in {7000..7001}', 33],
    ['all tcp.port in {7000}', 0],
    ['udp.port not in {7000}', 0],
    ['udp.port not in {53}', 33],
    ['all udp.port not in {7000}', 0],
    ['any udp.port not in {7000}', 0],
    ['all tcp.port not in {7000}', 33],
    ['udp.port == 7000', 33],
    ['udp.port === 7000', 0],
    ['udp.port all_eq 7000', 0],
    ['udp.port any_eq 7000', 33],
    ['udp.port != 7000', 0],
    ['udp.port all_ne 7000', 0],
    ['udp.port !== 7000', 33],
    ['udp.port any_ne 7000', 33],
    ['ip.addr === 127.0.0.1', 33],
    ['ip.addr !== 127.0.0.1', 0],
    ['tcp.port === 7000', 0],
    ['tcp.port !== 7000', 0],
  ])('decides what %s means', (text, count) => expect(matching(p2pke, text)).toHaveLength(count));
});

describe('a time', () => {
  const at = [787_000, 787_100, 787_200, 787_300, 787_400].map((nanos) => nanos + 750_000_000);
  const bytes = new Uint8Array(60);
  const content = Buffer.concat([
    sectionHeader(),
    interfaceDescription({ linkType: 1 }),
    ...at.map((nanos) => enhancedPacket({ bytes, seconds: 1_795_251_826, nanos })),
  ]);

  it.each<[string, number[]]>([
    ['frame.time_epoch == 1795251826.750787100', [2]],
    ['frame.time_epoch == 1795251826.7507871', [2]],
    ['frame.time_epoch > 1795251826.750787000', [2, 3, 4, 5]],
    ['frame.time_epoch <= 1795251826.750787', [1]],
    ['frame.time_epoch in {1795251826.7507871..1795251826.7507873}', [2, 3, 4]],
    ['frame.time_epoch < 1795251827', [1, 2, 3, 4, 5]],
  ])('is exact in %s', (text, frames) => expect(matching(content, text)).toEqual(frames));

  it('is a number of seconds', () => {
    expect(() => matching(content, 'frame.time_epoch == soon')).toThrow(/compared with seconds like/);
  });
});
