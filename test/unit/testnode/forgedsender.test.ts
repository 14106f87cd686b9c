/** What a node sends to an address that has proven nothing: someone else may have written it into the datagram. */
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../../../dissector/protocol/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { p2ppacket } from '../../../dissector/protocols/p2ppacket/index.ts';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import { parseFault } from '../../../dissector/testnode/index.ts';
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

  it('a node of ptpchat sends three times what came at most, and nothing more ten seconds after the last datagram', async () => {
    let [received, sent] = [0, 0];
    const network = new Network((bytes, from) => {
      if (from === listener) sent += bytes.length;
      if (from === listener || received > 0) return [];
      received = bytes.length;
      return [{ bytes, after: 1 }];
    });
    const forged = await network.add(ptpchat, { port: 7000, transport: 'udp' });
    const listener: Member = await network.add(ptpchat, { port: 7001, transport: 'udp' });
    forged.dial(listener);
    network.run(120_000);
    expect(sent).toBeGreaterThan(0);
    expect(sent / received).toBeLessThanOrEqual(3);
    const told = listener.events.filter((event) => event.kind === 'told' && event.text.includes('unprovenSeconds'));
    expect(told).toHaveLength(1);

    // A person's own message goes, and the address is spoken to again once it speaks.
    const before = sent;
    listener.node.send(1, 'HELLO');
    expect(sent).toBeGreaterThan(before);
    for (let second = 0; second < 10; second++) {
      listener.node.received(1, new TextEncoder().encode('{"msg_type":"HELLO"}'));
      network.run(1000);
    }
    expect(sent).toBeGreaterThan(before + 300);
  });

  it('what a fault delays beyond that is sent all the same', async () => {
    const network = new Network((bytes, from) => (from === listener ? [] : [{ bytes, after: 1 }]));
    const client = await network.add(p2pke, { port: 7000, transport: 'udp' });
    const delayed = parseFault('delay=15000:RespHello', p2pke.names, 'udp', p2pke.peer!);
    if (typeof delayed === 'string') throw new Error(delayed);
    const listener: Member = await network.add(p2pke, { port: 7001, transport: 'udp', faults: [delayed] });
    const sent = (): number => listener.events.filter(({ kind }) => kind === 'sent').length;
    client.dial(listener);
    network.run(14_000);
    expect(sent()).toBe(0);
    network.run(8_000);
    expect(sent()).toBeGreaterThan(0);
  });

  it('what has acknowledged a message of the node may be silent for as long as it likes', async () => {
    let lost = false;
    const network = new Network((bytes, from) => (lost && from === client ? [] : [{ bytes, after: 1 }]));
    const client: Member = await network.add(ptpchat, { port: 7000, transport: 'udp' });
    const server = await network.add(ptpchat, { port: 7001, transport: 'udp' });
    const sent = (): number => server.events.filter(({ kind }) => kind === 'sent').length;
    client.dial(server);
    network.run(2_000);
    server.node.send(1, 'GETCERTIFICATE');
    network.run(1_000);
    lost = true;
    network.run(12_000);
    const before = sent();
    network.run(10_000);
    expect(sent()).toBeGreaterThan(before + 8);
  });

  it.each([p2pke, p2ppacket, ptpchat])('a node of $id sends nothing for what it cannot read', async (protocol) => {
    expect((await answered(protocol, 3, 5, () => Uint8Array.of(0x78))).sent).toBe(0);
  });
});
