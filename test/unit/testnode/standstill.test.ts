/** A node that stands still while somebody stands at a breakpoint: no time-out comes, and no rule about time is broken. */
import { describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/index.ts';
import { standstillComment, standstillIn } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { findings, type Member, Network, recorded } from './network.ts';

/** Longer than every time-out of every protocol. */
const LONG = 30 * 60_000;

async function pair(id: string, before: number) {
  const protocol = protocols.find((each) => each.id === id)!;
  const network = new Network();
  const a = await network.add(protocol, { port: 7000 });
  const b = await network.add(protocol, { port: 7001 });
  a.dial(b);
  network.run(before);
  return { network, a, b };
}

const closed = ({ events }: Member) => events.flatMap((event) => (event.kind === 'closed' ? [event.why] : []));
const comments = (member: Member) => {
  const { reader } = recorded(member).analysis;
  return Array.from({ length: reader.frames.length }, (_, index) => reader.comments(index)).flat();
};

describe.each(protocols.map(({ id }) => id))('%s', (id) => {
  it.each([
    ['in the middle of its handshake', 1.5],
    ['once it has its session', 2000],
  ])('stands still %s, and goes on without a finding', async (_, before) => {
    const { network, a, b } = await pair(id, before);
    for (const { node } of [a, b]) node.standStill(true);
    network.run(LONG);
    for (const { node } of [a, b]) node.standStill(false);
    // Shorter than what ends a session that nobody uses.
    network.run(4000);
    expect([...closed(a), ...closed(b)]).toEqual([]);
    expect([...a.complaints(), ...b.complaints()]).toEqual([]);
    expect([findings(a), findings(b)]).toEqual([[], []]);
    for (const { node } of [a, b]) expect(node.status(node.links[0]!.id).ready).toBe(true);
  });
});

describe('of two nodes', () => {
  // p2p and p2pke answer what comes without a timer of their own.
  it.each(['p2ppacket', 'botd', 'ptpchat'])('one alone that stands still is late for the other: %s', async (id) => {
    const { network, a, b } = await pair(id, 0.5);
    b.node.standStill(true);
    network.run(LONG);
    expect([...closed(a), ...a.complaints()].length).toBeGreaterThan(0);
  });
});

describe('the recording', () => {
  it('says how long the clock stood, with the first frame behind it, and once', async () => {
    const { network, a } = await pair('p2pke', 2000);
    const { length } = comments(a);
    expect(length).toBe(0);
    a.node.standStill(true);
    network.run(12_345);
    a.node.standStill(false);
    a.node.send(1, 'data', { data: Uint8Array.of(1, 2) });
    a.node.send(1, 'data', { data: Uint8Array.of(3, 4) });
    expect(comments(a)).toEqual([
      'The clock of the node has stood still for 12.345 s since the recording began (a debugger was stopped).',
    ]);
    expect(a.node.stoodStill).toBe(12_345);
  });

  it('is judged without the time that did not count, and with it where nobody says so', async () => {
    const { network, a, b } = await pair('p2pke', 2000);
    for (const { node } of [a, b]) node.standStill(true);
    network.run(LONG);
    for (const { node } of [a, b]) node.standStill(false);
    a.node.send(a.node.links[0]!.id, 'data', { data: Uint8Array.of(1, 2) });
    network.run(10);
    expect(findings(b)).toEqual([]);
    const silent = Buffer.from(b.capture());
    const at = silent.indexOf('has stood still');
    expect(at).toBeGreaterThan(0);
    silent.write('had stood still', at);
    const opened = openBytes(Uint8Array.from(silent));
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect([...opened.findings()].map(({ rule }) => rule)).toContain('p2pke.session-age');
  });
});

describe('a comment', () => {
  it('is read as it is written, and no other is', () => {
    for (const milliseconds of [1, 999, 1000, 61_001, 999_999_999])
      expect(standstillIn(standstillComment(milliseconds, 'why'))).toBeCloseTo(milliseconds / 1000, 6);
    for (const text of ['', 'The clock stood still.', standstillComment(1, 'x').replace('0.001', '-1.000')])
      expect(standstillIn(text)).toBeUndefined();
  });
});
