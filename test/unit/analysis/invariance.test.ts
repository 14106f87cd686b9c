/** What is told of a conversation does not depend on the packets in which it happened to travel. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type OpenedCapture, openBytes } from '../../../dissector/index.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import { keysOf } from '../../golden/keys.ts';
import { goldenPath } from '../../golden/open.ts';

const recordings = readdirSync(goldenPath('.'))
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .map((file) => {
    const name = file.replace(/\.pcap(ng)?$/, '');
    return { name, keys: keysOf(name), packets: rewrite.packetsOf(readFileSync(goldenPath(file))) };
  });
const overTcp = recordings.filter(({ packets }) => packets.some(({ tcp }) => tcp));
const overUdp = recordings.filter(({ packets }) => packets.some(({ tcp }) => !tcp));

function open(bytes: Uint8Array, keys: string): OpenedCapture {
  const opened = openBytes(bytes, keys === '' ? {} : { keys: [keys] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

/** ptpchat names IPv4 addresses in its messages: over IPv6 they are not those of the sockets any more. */
const aboutAddresses = 'ptpchat.connect-step';

/** The messages of each conversation in order, without frames and times. */
function told(opened: OpenedCapture, passed = ''): Record<string, string[]> {
  const { analysis } = opened;
  const out: Record<string, string[]> = {};
  for (let n = 0; n < analysis.messageCount; n++) {
    const { name, state, encrypted, findings, direction, conversation, protocol } = analysis.message(n);
    const { fields, signatureValid } = analysis.dissect(n).dissection;
    const what = JSON.stringify({
      ...{ protocol: protocol.id, name, state, encrypted, direction, signatureValid },
      rules: findings.map(({ rule }) => rule).filter((rule) => rule !== passed),
      fields,
    });
    const key = `${conversation.ports} #${conversation.id}`;
    out[key] ??= [];
    out[key].push(what);
  }
  return out;
}

function same(capture: Uint8Array, keys: string, expected: Record<string, string[]>, passed = ''): void {
  const seen = told(open(capture, keys), passed);
  expect(Object.keys(seen)).toEqual(Object.keys(expected));
  for (const [key, messages] of Object.entries(expected)) {
    const at = messages.findIndex((message, i) => message !== seen[key]![i]);
    expect(`${key} ${at}: ${seen[key]![at]?.slice(0, 500)}`).toBe(`${key} ${at}: ${messages[at]?.slice(0, 500)}`);
    expect(seen[key]!.length).toBe(messages.length);
  }
}

const rewritings: Readonly<Record<string, readonly rewrite.Rewriting[]>> = {
  'segments of 1 byte': [rewrite.segmented(1)],
  'segments of 7 bytes': [rewrite.segmented(7)],
  'segments of 1000 bytes': [rewrite.segmented(1000)],
  'segments put together': [rewrite.coalesced],
  'segments put together, then cut': [rewrite.coalesced, rewrite.segmented(333)],
  'segments twice': [rewrite.duplicated],
  'small segments twice': [rewrite.segmented(100), rewrite.duplicated],
  'neighbours turned': [rewrite.segmented(100), rewrite.swapped],
  'small neighbours turned': [rewrite.segmented(3), rewrite.swapped],
  'segments that overlap': [rewrite.overlapping],
  'small segments that overlap, twice': [rewrite.segmented(50), rewrite.overlapping, rewrite.duplicated],
};

describe.each(overTcp)('$name over TCP', ({ packets, keys }) => {
  const own = rewrite.written(packets);
  for (const given of keys === '' ? [''] : [keys, '']) {
    const how = given === '' ? 'no keys' : 'keys';
    const expected = told(open(own, given));
    for (const [name, steps] of Object.entries(rewritings))
      it(`${name}, ${how}`, () => {
        const changed = steps.reduce((now: readonly rewrite.Packet[], step) => step(now), packets);
        same(rewrite.written(changed), given, expected);
      }, 60_000);
  }
});

describe.each(recordings)('$name', ({ packets, keys }) => {
  const expected = told(open(rewrite.written(packets), keys));
  const expected6 = told(open(rewrite.written(packets), keys), aboutAddresses);
  it('over IPv6', () => same(rewrite.written(packets, { ipv6: true }), keys, expected6, aboutAddresses));
  it('in fragments', () => same(rewrite.written(packets, { fragment: 64 }), keys, expected));
  it('in fragments over IPv6', () =>
    same(rewrite.written(packets, { fragment: 256, ipv6: true }), keys, expected6, aboutAddresses));
  it.runIf(keys !== '')('with its keys inside', () => {
    for (const at of ['start', 'end'] as const) same(rewrite.written(packets, { keyLog: { text: keys, at } }), '', expected);
  });
  it.runIf(keys !== '')('with its keys later, in parts', () => {
    const opened = open(rewrite.written(packets), '');
    for (const line of keys.split('\n')) opened.giveKeys(line);
    expect(told(opened)).toEqual(expected);
  });
});

it('covers both transports', () => {
  expect(overTcp.length).toBeGreaterThan(2);
  expect(overUdp.length).toBeGreaterThan(3);
});
