/** What a node sends to an address that has proven nothing: someone else may have written it into the datagram. */
import { describe, expect, it } from 'vitest';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { p2ppacket } from '../../../dissector/protocols/p2ppacket/index.ts';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import type { Protocol } from '../../../dissector/session/index.ts';
import { type Member, Network } from './network.ts';

/** The first datagram of `a` arrives `copies` times and nothing after it; no answer of `b` does. Bytes to `b` and from it. */
async function answered(
  protocol: Protocol,
  copies: number,
  minutes = 5,
  change = (bytes: Uint8Array) => bytes,
): Promise<{ received: number; sent: number }> {
  let [received, sent] = [0, 0];
  const network = new Network((bytes, from) => {
    if (from === listener) sent += bytes.length;
    if (from === listener || received > 0) return [];
    const changed = change(bytes);
    received = changed.length * copies;
    return Array.from({ length: copies }, (_, at) => ({ bytes: changed, after: 1 + at * 50 }));
  });
  const forged = await network.add(protocol, { port: 7000, transport: 'udp' });
  const listener: Member = await network.add(protocol, { port: 7001, transport: 'udp' });
  forged.dial(listener);
  network.run(minutes * 60_000);
  return { received, sent };
}

describe('to a sender that may be forged', () => {
  it('a node of p2ppacket sends less than came: its cookie comes first', async () => {
    for (const copies of [1, 40]) {
      const { received, sent } = await answered(p2ppacket, copies);
      expect(sent).toBeGreaterThan(0);
      expect(sent).toBeLessThan(received);
    }
  });

  it('a node of p2pke, whose specification has no cookie, sends three times what came at most', async () => {
    for (const copies of [1, 2, 40]) {
      const { received, sent } = await answered(p2pke, copies);
      expect(sent).toBeGreaterThan(0);
      expect(sent / received).toBeLessThanOrEqual(3);
    }
  });

  it.each([p2pke, p2ppacket, ptpchat])('a node of $id sends nothing for what it cannot read', async (protocol) => {
    expect((await answered(protocol, 3, 5, () => Uint8Array.of(0x78))).sent).toBe(0);
  });
});
