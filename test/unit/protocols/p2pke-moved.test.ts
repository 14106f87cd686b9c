/** A session whose endpoint changes in the middle (NAT rebinding): it goes on in another conversation, proven by its tags. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { openBytes } from '../../../dissector/open.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import { keysOf } from '../../golden/keys.ts';
import { goldenPath } from '../../golden/open.ts';

const packets = rewrite.packetsOf(readFileSync(goldenPath('p2pke_a.pcapng')));
const [initiator, responder] = [packets[0]!.srcPort, packets[0]!.dstPort];

/** From the packet `at` on, a port is another one. */
function moved(at: number, port: number): Uint8Array {
  const other = (own: number): number => (own === port ? 40_123 : own);
  return rewrite.written(
    packets.map((packet, n) => (n < at ? packet : { ...packet, srcPort: other(packet.srcPort), dstPort: other(packet.dstPort) })),
  );
}

function opened(content: Uint8Array, keys: readonly string[], limits = {}) {
  const capture = openBytes(content, { keys: [...keys], limits: { ...defaultLimits, ...limits } });
  if ('problem' in capture) throw new Error(capture.problem.text);
  const { analysis } = capture;
  const all = Array.from({ length: capture.messageCount }, (_, n) => analysis.message(n));
  return { analysis, all, decrypted: all.filter(({ decrypted }) => decrypted === true).length };
}

const keys = [keysOf('p2pke_a')];
const wrong = [`P2PKE_EPHEMERAL_PRIVATE ${'11'.repeat(32)}\n`];

describe.each([
  ['initiator', initiator],
  ['responder', responder],
])('a session of p2pke whose %s gets another port', (_side, port) => {
  // The first packet after the change is one of either side.
  it.each([10, 15, 16, 20])('at packet %i is decrypted to its end, without a finding', (at) => {
    const { all, decrypted, analysis } = opened(moved(at, port), keys);
    expect([all.length, decrypted]).toEqual([33, 32]);
    expect(all.flatMap(({ findings }) => findings)).toEqual([]);
    expect(analysis.conversationCount).toBe(2);
    const first = all.findIndex(({ conversation }) => conversation.id === 1);
    const text = JSON.stringify(analysis.dissect(first).tree.layers.at(-1), (_key, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    expect(text).toContain('Its session began in frame 1, in another conversation: an address or port has changed since.');
    const steps = analysis.steps(first)!.steps.filter(({ allowed }) => !allowed);
    expect(steps).toEqual([]);
  });

  it('stays encrypted with another key, and without one', () => {
    for (const given of [[], wrong]) expect(opened(moved(16, port), given).decrypted).toBe(0);
  });

  it('is looked for as far as the limits allow', () => {
    expect(opened(moved(16, port), keys, { movedSessions: 1, movedMessages: 1 }).decrypted).toBe(32);
    const strange = rewrite.written(
      packets.map((packet, n) =>
        n < 3
          ? packet
          : {
              ...packet,
              payload: n < 12 ? packet.payload.map((byte, i) => (i > 8 ? byte ^ 1 : byte)) : packet.payload,
              ...(packet.srcPort === port ? { srcPort: 40_123 } : { dstPort: 40_123 }),
            },
      ),
    );
    expect(opened(strange, keys).decrypted).toBeGreaterThan(15);
    expect(opened(strange, keys, { movedMessages: 4 }).decrypted).toBe(2);
  });
});
