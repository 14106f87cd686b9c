/** A TCP direction that ends inside a message: every protocol of streams says so, and none where the capture ended first. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/open.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import { keysOf } from '../../golden/keys.ts';
import { goldenPath } from '../../golden/open.ts';

const ends = { capture: undefined, fin: 0x11, rst: 0x14 } as const;
type End = keyof typeof ends;
const CUT = 5;

/** The last findings of a recording whose last packet lacks 5 bytes, and in which that direction then ends. */
function told(packets: readonly rewrite.Packet[], end: End, keys: readonly string[]): string[] {
  const last = packets.at(-1)!;
  const cut = { ...last, payload: last.payload.subarray(0, -CUT) };
  const flags = ends[end];
  const seq = (last.seq + cut.payload.length) >>> 0;
  const closing = flags === undefined ? [] : [{ ...last, time: last.time + 0.001, seq, flags, payload: new Uint8Array(0) }];
  const opened = openBytes(rewrite.written([...packets.slice(0, -1), cut, ...closing]), { keys: [...keys] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { state, findings } = opened.analysis.message(opened.messageCount - 1);
  expect(state).toBe('incomplete');
  return findings.map(({ rule, text }) => `${rule} ${text}`);
}

/** The first connection of a recording up to its last packet of some length. */
function connection(name: string): rewrite.Packet[] {
  const all = rewrite.packetsOf(readFileSync(goldenPath(`${name}.pcapng`))).filter(({ tcp }) => tcp);
  const ports = [all[0]!.srcPort, all[0]!.dstPort];
  const own = all.filter(({ srcPort, dstPort }) => ports.includes(srcPort) && ports.includes(dstPort));
  return own.slice(0, own.findLastIndex(({ payload }) => payload.length > 20) + 1);
}

/** An object in a stream of ptpchat, between the packets of another recording. */
function chat(): rewrite.Packet[] {
  const payload = new TextEncoder().encode('{"msg_type":"HELLO","msg_data":{"version":"a","node_id":"1"}}');
  return connection('botd_a')
    .slice(0, 4)
    .filter((packet) => packet.payload.length === 0 || (packet.flags & 2) !== 0)
    .concat({ ...connection('botd_a').find((packet) => packet.payload.length > 0)!, payload });
}

describe.each<[string, () => rewrite.Packet[], readonly string[], string]>([
  ['botd', () => connection('botd_a'), [keysOf('botd_a')], 'this frame'],
  ['p2p', () => connection('p2p_a'), [keysOf('p2p_a')], 'TUNNEL_CLOSE'],
  ['ptpchat', chat, [], 'this message'],
])('a stream of %s that ends inside a message', (id, packets, keys, what) => {
  it.each<[End, string[]]>([
    ['fin', [`${id}.incomplete the connection is closed inside ${what}`]],
    ['rst', [`${id}.incomplete the connection is reset inside ${what}`]],
    ['capture', []],
  ])('by %s', (end, findings) => {
    expect(told(packets(), end, keys)).toEqual(findings);
  });
});
