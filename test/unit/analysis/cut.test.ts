/**
 * Recordings cut off and with holes: nothing throws, and nobody is blamed for what the capture does not hold. What a
 * recording tells of a breach in whole it may tell in part.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/open.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import { keysOf } from '../../golden/keys.ts';
import { goldenPath } from '../../golden/open.ts';

/** The capture itself is what these blame. */
const ofTheCapture = /\.(gap|incomplete)$/;
/** What a datagram is missed by: the rules of the answers and of the numbers, which cannot tell who lost it. */
const ofTheNetwork = /\.(ack-unknown|unacknowledged|request-unanswered|sequence|ack-ahead|order)$/;
const misbehaving = ['p2p_b', 'p2pke_b', 'ptpchat_a'];
const most = 16;

const recordings = readdirSync(goldenPath('.'))
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .map((file) => {
    const name = file.replace(/\.pcap(ng)?$/, '');
    return { name, keys: keysOf(name), packets: rewrite.packetsOf(readFileSync(goldenPath(file))) };
  });

/** Errors and warnings of a capture, by message. */
function blamed(packets: readonly rewrite.Packet[], keys: string, passed: RegExp): string[] {
  const opened = openBytes(rewrite.written(packets), keys === '' ? {} : { keys: [keys] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  const out: string[] = [];
  for (let n = 0; n < opened.messageCount; n++) {
    const { name, state, findings, frame } = opened.analysis.message(n);
    opened.analysis.dissect(n);
    if (state === 'malformed') out.push(`${frame} ${name} is malformed`);
    for (const { rule, severity, text } of findings)
      if (severity !== 'note' && !ofTheCapture.test(rule) && !passed.test(rule)) out.push(`${frame} ${name} ${rule} ${text}`);
  }
  return out;
}

/** Numbers from 0 to `end`, all or evenly spread. */
function spread(end: number): number[] {
  const step = Math.max(1, Math.ceil(end / most));
  return Array.from({ length: Math.ceil(end / step) }, (_, i) => i * step);
}

describe.each(recordings)('$name', ({ name, packets, keys }) => {
  const conforms = !misbehaving.includes(name);
  const blames = (part: readonly rewrite.Packet[], how: string, passed = /^$/): string[] =>
    [keys, ''].flatMap((given) => blamed(part, given, passed).map((text) => `${how}: ${text}`)).filter(() => conforms);

  it('whole', () => expect(blames(packets, '')).toEqual([]));
  it('cut off at the end', () => {
    expect(spread(packets.length).flatMap((end) => blames(packets.slice(0, end), `to ${end}`))).toEqual([]);
  }, 60_000);
  it('cut off at the beginning', () => {
    expect(spread(packets.length).flatMap((start) => blames(packets.slice(start), `from ${start}`))).toEqual([]);
  }, 60_000);
  it('a window', () => {
    const starts = spread(packets.length);
    expect(starts.flatMap((start) => blames(packets.slice(start, start + 17), `17 from ${start}`))).toEqual([]);
  }, 60_000);
  it('with a packet missing', () => {
    const lost = (at: number) => packets.filter((_, i) => i !== at);
    const passed = (at: number) => (packets[at]!.tcp ? undefined : ofTheNetwork);
    expect(spread(packets.length).flatMap((at) => blames(lost(at), `without ${at}`, passed(at)))).toEqual([]);
  }, 60_000);
  it.runIf(packets.some(({ tcp }) => tcp))(
    'in small segments, one missing',
    () => {
      const small = rewrite.segmented(53)(packets);
      const lost = (at: number) => small.filter((_, i) => i !== at);
      expect(spread(small.length).flatMap((at) => blames(lost(at), `without ${at}`))).toEqual([]);
    },
    60_000,
  );
  it.runIf(packets.some(({ tcp }) => tcp))(
    'in small segments, cut off',
    () => {
      const small = rewrite.segmented(29)(packets);
      expect(
        spread(small.length).flatMap((at) => [
          ...blames(small.slice(at), `from ${at}`),
          ...blames(small.slice(0, at), `to ${at}`),
        ]),
      ).toEqual([]);
    },
    60_000,
  );
});
