/** What a person does with messages that wait, and the clock that waits with them. */
import { describe, expect, it } from 'vitest';
import { p2p } from '../../../dissector/protocols/p2p/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { p2ppacket } from '../../../dissector/protocols/p2ppacket/index.ts';
import { type NodeOptions, nodeLimits } from '../../../dissector/testnode/index.ts';
import { fault, findings, type Member, Network, told } from './network.ts';

async function pair(first: Partial<NodeOptions>, protocol = p2ppacket) {
  const network = new Network();
  const a = await network.add(protocol, { port: 7000, ...first });
  const b = await network.add(protocol, { port: 7001 });
  a.dial(b);
  network.run(10);
  return { network, a, b };
}

const waiting = ({ node }: Member) =>
  node.held.map(({ direction, message, bytes }) => `${direction} ${message ?? bytes?.length}`);
const notes = ({ events }: Member) =>
  events.flatMap((event) => (event.kind === 'sent' && event.note !== undefined ? [event.note] : []));

describe('a node in step mode', () => {
  it('sends what it is told to, edited where it was edited', async () => {
    const { network, a, b } = await pair({ mode: 'step' });
    expect(waiting(a)).toEqual(['out hello']);
    expect(told(b)).toEqual([]);
    a.node.release(a.node.held[0]!.id);
    network.run(10);
    const [second] = a.node.held;
    a.node.release(second!.id, { values: { ...second!.values!, signature: new Uint8Array(64) } });
    network.run(10);
    expect(b.complaints()).toEqual(['A hello is refused: its signature does not verify.']);
    expect(notes(a)).toEqual(['edited by hand']);
    expect(findings(b)).toEqual(['p2ppacket.signature']);
    // It is not answered, so it is said again.
    network.run(1000);
    a.node.release(a.node.held[0]!.id);
    network.run(10);
    expect([a.node.status(1).state, b.node.status(1).state]).toEqual(['open', 'open']);
  });

  it('drops, doubles and delays', async () => {
    const { network, a, b } = await pair({ mode: 'step' });
    a.node.drop(a.node.held[0]!.id);
    network.run(1100);
    expect(told(b)).toEqual([]);
    a.node.release(a.node.held[0]!.id, { times: 2 });
    network.run(10);
    expect(told(b).filter((line) => line === '< hello')).toHaveLength(2);
    const [retried] = a.node.held;
    a.node.delay(retried!.id, 300);
    network.run(200);
    expect(a.node.status(1).state).toBe('retried');
    network.run(200);
    expect([a.node.status(1).state, notes(a).at(-1)]).toEqual(['open', 'delayed by 300 ms by hand']);
  });

  it('keeps a message whose values cannot be encoded, and says why', async () => {
    const { a } = await pair({ mode: 'step' });
    const [hello] = a.node.held;
    expect(() => a.node.release(hello!.id, { values: { ...hello!.values!, cookie: new Uint8Array(3) } })).toThrow(
      'expected 32 bytes, got 3',
    );
    expect(waiting(a)).toEqual(['out hello']);
  });

  it('drops what is held when it stops, and says so', async () => {
    const { network, a, b } = await pair({ mode: 'step' });
    expect(waiting(a)).toEqual(['out hello']);
    a.node.stop();
    network.run(1000);
    expect(told(b)).toEqual([]);
    expect(waiting(a)).toEqual([]);
    const said = a.events.flatMap((event) => (event.kind === 'told' ? [event.text] : []));
    expect(said).toContain('hello was held and is dropped: the node stops.');
  });

  it('sends the goodbye of a link that a person closes, and holds none', async () => {
    const { network, a, b } = await pair({ mode: 'step' }, p2pke);
    for (let step = 0; step < 3; step++) {
      for (const { id } of a.node.held) a.node.release(id);
      network.run(20);
    }
    expect(a.node.status(1).ready).toBe(true);
    a.node.disconnect(1);
    expect(waiting(a)).toEqual([]);
    network.run(20);
    expect(told(b).at(-1)).toBe('< closing');
  });

  it('lets everything go when it becomes automatic', async () => {
    const { network, a, b } = await pair({ mode: 'step' });
    a.node.mode = 'automatic';
    network.run(100);
    expect([a.node.status(1).state, b.node.status(1).state, waiting(a)]).toEqual(['open', 'open', []]);
  });

  it('keeps a handshake alive while a person thinks about it, or has stopped the clock', async () => {
    const { network, a, b } = await pair({ mode: 'step' }, p2pke);
    network.run(3_600_000);
    a.node.release(a.node.held[0]!.id);
    b.node.pause(true);
    network.run(3_600_000);
    b.node.pause(false);
    a.node.release(a.node.held[0]!.id);
    network.run(10);
    expect([a.node.status(1).ready, b.node.status(1).ready, a.complaints()]).toEqual([true, true, []]);
  });
});

describe('a link', () => {
  it('is closed after half a minute without a handshake, by a limit with a name', async () => {
    const { network, a } = await pair({ faults: [fault('drop:hello@1', p2ppacket)] });
    network.run(31_000);
    expect(a.node.links).toEqual([]);
    expect(a.complaints()).toContain('The handshake is not done after 30 s (limit handshakeSeconds).');
  });
});

describe('a node that intercepts', () => {
  it('hears a stream in its order where too much waits', async () => {
    const network = new Network();
    const limits = { ...nodeLimits, heldMessages: 2 };
    const a = await network.add(p2p, { port: 7000 });
    const b = await network.add(p2p, { port: 7001, mode: 'intercept', limits });
    a.dial(b);
    network.run(10);
    const heard = () => b.node.held.filter(({ direction }) => direction === 'in').length;
    for (const each of b.node.held) if (each.direction === 'in') b.node.release(each.id);
    for (let n = 1; n <= 2; n++) b.node.received(1, Uint8Array.of(0));
    expect([heard(), b.node.counts.dropped]).toEqual([2, 0]);
    b.node.received(1, Uint8Array.of(0));
    expect([heard(), b.node.counts.dropped]).toEqual([0, 0]);
  });

  it('hears what it is let hear, changed where it was changed', async () => {
    const { network, a } = await pair({ mode: 'intercept' });
    a.node.release(a.node.held[0]!.id);
    network.run(10);
    expect(waiting(a)).toEqual(['in 34']);
    a.node.release(a.node.held[0]!.id, { bytes: Uint8Array.of(9, 9) });
    expect(a.complaints()).toEqual(['A datagram of 2 bytes is no packet of version 1.']);
    expect(waiting(a)).toEqual([]);
  });
});
