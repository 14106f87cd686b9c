/** Frames that the file does not hold in the order of their times: they are decoded in that order, and it is said once. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis, type AnalysisOptions } from '../../../dissector/analysis/index.ts';
import {
  enhancedPacket,
  interfaceDescription,
  memoryFile,
  openCapture,
  sectionHeader,
} from '../../../dissector/capture/index.ts';
import { KeyRing } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { keysOf } from '../../golden/keys.ts';
import { goldenPath } from '../../golden/open.ts';

interface Frame {
  readonly bytes: Uint8Array;
  readonly seconds: number;
  readonly nanos: number;
}

function framesOf(name: string): Frame[] {
  const opened = openCapture(memoryFile(readFileSync(goldenPath(`${name}.pcapng`))));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step());
  return Array.from({ length: reader.frames.length }, (_, i) => ({
    bytes: reader.frameBytes(i).slice(),
    seconds: reader.frames.seconds(i),
    nanos: reader.frames.nanos(i),
  }));
}

function written(frames: readonly Frame[]): Uint8Array {
  return Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 }), ...frames.map(enhancedPacket)]);
}

function analysisOf(content: Uint8Array, name: string, step = 1000, options: AnalysisOptions = {}): Analysis {
  const opened = openCapture(memoryFile(content));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const ring = new KeyRing(protocols.flatMap(({ keys }) => keys));
  ring.add('keys', keysOf(name));
  const analysis = new Analysis(opened.reader, protocols, ring, options);
  while (analysis.step(step)) void analysis.rowCount('all');
  analysis.finish();
  return analysis;
}

/** What is said of each message, in the order of time: frame numbers are those of the file. */
function told(analysis: Analysis): string[] {
  const { frames } = analysis.reader;
  return Array.from({ length: analysis.messageCount }, (_, n) => {
    const { name, frame, state, direction, findings } = analysis.message(n);
    const time = BigInt(frames.seconds(frame - 1)) * 1_000_000_000n + BigInt(frames.nanos(frame - 1));
    return { time, text: `${name} ${state} ${direction} ${findings.map(({ rule, severity }) => `${severity} ${rule}`).join()}` };
  })
    .sort((a, b) => Number(a.time - b.time))
    .map(({ text }) => text);
}

/** A Simple Packet Block: it has no time (draft-ietf-opsawg-pcapng section 4.4). */
function simplePacket(bytes: Uint8Array): Uint8Array {
  const length = 16 + Math.ceil(bytes.length / 4) * 4;
  const block = Buffer.alloc(length);
  block.writeUInt32LE(3, 0);
  block.writeUInt32LE(length, 4);
  block.writeUInt32LE(bytes.length, 8);
  block.set(bytes, 12);
  block.writeUInt32LE(length, length - 4);
  return block;
}

function swapped(frames: readonly Frame[], a: number, b: number): Frame[] {
  const other = [...frames];
  [other[a - 1], other[b - 1]] = [frames[b - 1]!, frames[a - 1]!];
  return other;
}

describe.each(['p2pke_a', 'p2p_a', 'botd_a', 'ptpchat_a'])('%s', (name) => {
  // Of two frames of one time nothing says which was first: a nanosecond apart, they say it.
  const frames = framesOf(name).map((frame, i) => ({ ...frame, nanos: Math.min(999_999_999, frame.nanos + i) }));
  const right = told(analysisOf(written(frames), name));
  const everyFirst = frames.filter((_, i) => i % 2 === 0);
  const orders: Record<string, readonly Frame[]> = {
    'with two frames swapped': swapped(frames, 1, 2),
    'with a frame far behind its place': swapped(frames, 3, frames.length),
    'with one half behind the other': [...everyFirst, ...frames.filter((_, i) => i % 2 === 1)],
    'stored backwards': frames.toReversed(),
  };

  it.each(Object.keys(orders))('is decoded as it was sent, %s', (order) => {
    for (const step of [1000, 7, 1]) {
      const analysis = analysisOf(written(orders[order]!), name, step);
      expect(told(analysis)).toEqual(right);
      expect(analysis.passedLimits).toEqual([
        expect.stringMatching(/out of order in the file\. Frames are decoded in time order\.$/),
      ]);
      analysis.rekey();
      expect(told(analysis)).toEqual(right);
    }
  });
});

describe('a capture out of order', () => {
  const frames = framesOf('p2pke_a');

  it('keeps the numbers of the file, and names the first frame', () => {
    const analysis = analysisOf(written(swapped(frames, 1, 2)), 'p2pke_a');
    expect([analysis.message(0).name, analysis.message(1).name]).toEqual(['RespHello', 'InitHello']);
    expect(analysis.passedLimits).toEqual(['Frame 2 is out of order in the file. Frames are decoded in time order.']);
  });

  it('is decoded as the file holds it where that is wanted', () => {
    const analysis = analysisOf(written(swapped(frames, 1, 2)), 'p2pke_a', 1000, { order: 'file' });
    expect(analysis.message(0).state).toBe('encrypted');
    expect(analysis.passedLimits[0]).toMatch(/decoded in file order\.$/);
  });

  it('says nothing of order where it is none', () => {
    expect(analysisOf(written(frames), 'p2pke_a').passedLimits).toEqual([]);
  });

  it('follows a file that grows', () => {
    const content = written([...frames.slice(4), ...frames.slice(0, 4)]);
    const file = { size: () => size, read: memoryFile(content).read.bind(memoryFile(content)) };
    let size = written(frames.slice(4)).length;
    const opened = openCapture(file);
    if ('problem' in opened) throw new Error(opened.problem.text);
    const ring = new KeyRing(protocols.flatMap(({ keys }) => keys));
    ring.add('keys', keysOf('p2pke_a'));
    const analysis = new Analysis(opened.reader, protocols, ring);
    while (analysis.step(5));
    size = content.length;
    while (analysis.step(5));
    expect(told(analysis)).toEqual(told(analysisOf(written(frames), 'p2pke_a')));
  });
});

describe('rules about order', () => {
  const frames = framesOf('p2pke_a');
  const done = frames.findIndex(({ bytes }) => bytes.subarray(42, 46).join() === '0,0,0,2');
  const data = frames.findIndex(({ bytes }) => bytes[42] === 0 && bytes[45]! >= 16 && bytes.length > 60);
  const early = swapped(frames, done + 1, data + 1);
  const rulesOf = (content: readonly Uint8Array[]) => {
    const analysis = analysisOf(Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 }), ...content]), 'p2pke_a');
    return Array.from({ length: analysis.messageCount }, (_, n) => analysis.message(n).findings.map(({ rule }) => rule)).flat();
  };
  /** The file's order with times that say the same. */
  const sent = early.map(({ bytes }, i) => ({ bytes, seconds: 1_700_000_000 + i, nanos: 0 }));

  it('speak where times and file agree', () => {
    expect(rulesOf(sent.map(enhancedPacket))).toContain('p2pke.early-data');
  });

  it('are silent over frames of one time', () => {
    const [from, to] = [Math.min(done, data), Math.max(done, data)];
    const alike = sent.map((frame, i) => (i >= from && i <= to ? { ...frame, seconds: 1_700_000_000 + from } : frame));
    expect(rulesOf(alike.map(enhancedPacket))).not.toContain('p2pke.early-data');
  });

  it('are silent over a frame without a time among others that have one', () => {
    const blocks = sent.map((frame, i) => (i === done || i === data ? simplePacket(frame.bytes) : enhancedPacket(frame)));
    expect(rulesOf(blocks)).not.toContain('p2pke.early-data');
  });
});
