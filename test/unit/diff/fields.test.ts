/** One byte of one field is changed: the comparison names this message and this field. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { defaultLimits, type Field } from '../../../dissector/bytes/index.ts';
import { contentIn } from '../../../dissector/diff/captureside.ts';
import type { Content } from '../../../dissector/diff/content.ts';
import { DeclaredFields } from '../../../dissector/diff/declared.ts';
import { captureSide, compareCaptures } from '../../../dissector/diff/index.ts';
import { openBytes, type Protocol, protocols } from '../../../dissector/index.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { samples } from '../../../extension/workbench/paths.ts';

interface Leaf {
  readonly n: number;
  readonly frame: number;
  readonly content: Content<Field>;
}

function opened(bytes: Uint8Array, all: readonly Protocol[]): Analysis {
  const capture = openBytes(bytes, { protocols: all });
  if ('problem' in capture) throw new Error(capture.problem.text);
  return capture.analysis;
}

function leavesOf({ parts, ...content }: Content<Field>): Content<Field>[] {
  return parts === undefined ? [{ ...content, parts }] : parts.flatMap(leavesOf);
}

/** Fields that lie in the captured frame and are compared by value alone. */
function plainLeaves(analysis: Analysis, declared: DeclaredFields): Leaf[] {
  return Array.from({ length: analysis.messageCount }, (_, n) => {
    const message = analysis.message(n);
    return contentIn(analysis, message, declared)
      .flatMap(leavesOf)
      .filter(
        ({ field, fresh }) => fresh === undefined && field.source === 0 && field.bits === undefined && field.end > field.start,
      )
      .map((content) => ({ n, frame: message.frame, content }));
  }).flat();
}

/** The last character of text in quotes, the last byte of anything else: its lowest bit is changed. */
function changed(file: Uint8Array, analysis: Analysis, { frame, content: { field } }: Leaf): Uint8Array | undefined {
  const bytes = analysis.reader.frameBytes(frame - 1).slice();
  const at = Buffer.from(file).indexOf(bytes);
  const copy = Uint8Array.from(file);
  let last = field.end - 1;
  if (bytes[last] === 0x22) last--;
  if (last < field.start) return undefined;
  copy[at + last]! ^= 1;
  return copy;
}

const names = (analysis: Analysis): string[] =>
  Array.from({ length: analysis.messageCount }, (_, n) => `${analysis.message(n).name} ${analysis.message(n).state}`);

describe('a byte of one field that is changed', () => {
  it.each([
    ['p2ppacket', 'p2ppacket_a.pcap', undefined],
    ['ptpchat', 'ptpchat_a.pcapng', undefined],
    ['dht', 'protocols/dht.pcap', 'protocols/dht.js'],
    ['heartbeat', 'heartbeat.pcapng', 'heartbeat.js'],
  ])('of %s is named, with its message', async (_, capture, module) => {
    const all = module === undefined ? protocols : (await loadProtocols([join(samples, module)])).protocols;
    const file = readFileSync(join(samples, capture));
    const analysis = opened(file, all);
    const declared = new DeclaredFields(all);
    let tried = 0;
    const leaves = plainLeaves(analysis, declared);
    // All of them would be thousands of captures.
    const step = Math.ceil(leaves.length / 40);
    for (const leaf of leaves.filter((__, at) => at % step === 0)) {
      const copy = changed(file, analysis, leaf);
      const other = copy === undefined ? undefined : opened(copy, all);
      // A type byte makes another message of it, a bracket none at all.
      if (other === undefined || names(other).join() !== names(analysis).join()) continue;
      const { differences } = compareCaptures(captureSide(analysis), captureSide(other), { limits: defaultLimits });
      const found = differences.map(({ a, field, kind }) => ({ n: a?.n, field, kind }));
      expect(found, `${leaf.n} ${leaf.content.path}`).toContainEqual({ n: leaf.n, field: leaf.content.path, kind: 'value' });
      // What is signed makes its signature wrong, too; nothing else follows.
      const others = found.filter(({ kind }) => kind !== 'verdict');
      expect(others, `${leaf.n} ${leaf.content.path}`).toHaveLength(1);
      tried++;
    }
    expect(tried).toBeGreaterThan(3);
  });

  it('is none beside itself', () => {
    const analysis = opened(readFileSync(join(samples, 'ptpchat_a.pcapng')), protocols);
    const { differences, messages } = compareCaptures(captureSide(analysis), captureSide(analysis), { limits: defaultLimits });
    expect(differences).toEqual([]);
    expect(messages[0]).toBeGreaterThan(10);
  });
});
