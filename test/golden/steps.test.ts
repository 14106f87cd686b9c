import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { enhancedPacket, interfaceDescription, memoryFile, openCapture, sectionHeader } from '../../dissector/capture/index.ts';
import { keysOf } from './keys.ts';
import { analyse, goldenPath } from './open.ts';

/** Captures of conforming traffic, and their extensions. */
const conforming = { p2p_a: 'pcapng', p2pke_a: 'pcapng', p2ppacket_a: 'pcap', botd_a: 'pcapng', ptpchat_d: 'pcapng' };

/** The frames of a capture that `keep` keeps, as a capture. */
function partsOf(file: string) {
  const opened = openCapture(memoryFile(readFileSync(goldenPath(file))));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step(1 << 20));
  const { frames } = reader;
  const all = Array.from({ length: frames.length }, (_, i) => i);
  const head = [sectionHeader(), interfaceDescription({ linkType: frames.linkType(0) })];
  const packets = all.map((i) =>
    enhancedPacket({ bytes: reader.frameBytes(i).slice(), seconds: frames.seconds(i), nanos: frames.nanos(i) }),
  );
  return {
    all,
    part: (keep: (i: number) => boolean): Uint8Array => Buffer.concat([...head, ...packets.filter((_, i) => keep(i))]),
  };
}

/** Steps that a machine refuses although no finding says that the message is wrong. */
function unjust(bytes: Uint8Array, keys: string): string[] {
  const analysis = analyse(bytes, keys);
  const seen = new Set<number>();
  const out: string[] = [];
  for (let n = 0; n < analysis.messageCount; n++) {
    if (seen.has(n)) continue;
    for (const { n: step, by, before, allowed } of analysis.steps(n)?.steps ?? []) {
      seen.add(step);
      const { name, findings } = analysis.message(step);
      if (!allowed && findings.every(({ severity }) => severity === 'note')) out.push(`${step} ${name} of the ${by}: ${before}`);
    }
  }
  return out;
}

describe.each(Object.entries(conforming))('the steps of %s', (capture, extension) => {
  const { all, part } = partsOf(`${capture}.${extension}`);
  const some = all.filter((i) => all.length < 80 || i < 30 || i % 11 === 0);

  it.each([
    ['with its keys', keysOf(capture)],
    ['without keys', ''],
  ])(
    'are allowed wherever the capture begins, or whichever frame it lost, %s',
    (_, keys) => {
      for (const from of some)
        expect(
          unjust(
            part((i) => i >= from),
            keys,
          ),
          `from frame ${from + 1}`,
        ).toEqual([]);
      for (const lost of some)
        expect(
          unjust(
            part((i) => i !== lost),
            keys,
          ),
          `without frame ${lost + 1}`,
        ).toEqual([]);
    },
    60_000,
  );
});
