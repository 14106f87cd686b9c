/** Interface Statistics Blocks: packets that the capture itself has lost. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { interfaceDescription, memoryFile, openCapture, sectionHeader } from '../../../dissector/capture/index.ts';
import { goldenPath } from '../../golden/open.ts';
import { peerscope, temporary } from '../cli/help.ts';

/** A block with options of eight bytes, little-endian as the writer's other blocks are. */
function statistics(index: number, options: readonly (readonly [code: number, value: bigint])[]): Uint8Array {
  const length = 24 + options.length * 12 + 4;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 5, true);
  view.setUint32(4, length, true);
  view.setUint32(8, index, true);
  options.forEach(([code, value], at) => {
    view.setUint16(20 + at * 12, code, true);
    view.setUint16(22 + at * 12, 8, true);
    view.setBigUint64(24 + at * 12, value, true);
  });
  view.setUint32(length - 4, length, true);
  return bytes;
}

const head = [sectionHeader(), interfaceDescription({ linkType: 1, name: 'eth0' }), interfaceDescription({ linkType: 1 })];
const file = (...blocks: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat([...head, ...blocks]));
function read(content: Uint8Array) {
  const opened = openCapture(memoryFile(content));
  if ('problem' in opened) throw new Error(opened.problem.text);
  while (opened.reader.step());
  return opened.reader;
}

describe('interface statistics', () => {
  it('tell how many packets an interface and the system dropped, the last block of each', () => {
    const early = statistics(0, [[5, 1n]]);
    const late = statistics(0, [
      [4, 100n],
      [5, 7n],
      [7, 2n],
    ]);
    expect([...read(file(early, late, statistics(1, [[5, 0n]]))).dropped]).toEqual([[0, 9n]]);
  });

  it('of an interface that there is not, or too short, are problems of their place', () => {
    const { problems, dropped } = read(file(statistics(2, [[5, 1n]])));
    expect([problems.map(({ text }) => text), dropped.size]).toEqual([
      ['Statistics of interface 2, which this section does not describe'],
      0,
    ]);
  });

  it('are told by the command line, and of whole captures nothing is', async () => {
    const path = temporary('dropped.pcapng', file(statistics(0, [[5, 12n]]), statistics(1, [[7, 1n]])));
    const { err } = await peerscope(['info', path]);
    expect(err).toContain('12 packets were dropped on eth0 (interface statistics).');
    expect(err).toContain('1 packet was dropped on interface 1 (interface statistics).');
    expect(read(readFileSync(goldenPath('p2pke_a.pcapng'))).dropped.size).toBe(0);
  });

  it('of many interfaces are a few sentences', async () => {
    const many = 40;
    const described = Array.from({ length: many }, () => interfaceDescription({ linkType: 1 }));
    const blocks = described.map((_, at) => statistics(at, [[5, 1n]]));
    const path = temporary('many.pcapng', new Uint8Array(Buffer.concat([sectionHeader(), ...described, ...blocks])));
    const { err } = await peerscope(['info', path]);
    expect(err).toContain('35 more interfaces dropped packets.');
  });
});
