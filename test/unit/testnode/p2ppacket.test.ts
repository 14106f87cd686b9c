import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../dissector/bytes/index.ts';
import { Choices } from '../../../dissector/protocol/index.ts';
import { p2ppacket } from '../../../dissector/protocols/p2ppacket/index.ts';
import type { NodeOptions } from '../../../dissector/testnode/index.ts';
import { fault, findings, lines, type Member, Network, told } from './network.ts';

async function pair(first: Partial<NodeOptions> = {}, second: Partial<NodeOptions> = {}) {
  const network = new Network();
  const a = await network.add(p2ppacket, { port: 7000, ...first });
  const b = await network.add(p2ppacket, { port: 7001, ...second });
  a.dial(b);
  return { network, a, b };
}

const quiet = (...members: Member[]) => members.flatMap((member) => [...findings(member), ...member.complaints()]);
const entry = (type: string, more: object = {}) => ({ channels: [{ type, ...more }] });
/** The entries of its data packets: name, channel, sequence, ack. */
const entries = (member: Member) =>
  lines(member).flatMap(({ fields, src }) => {
    const { channels = [] } = fields as { channels?: { type: string; id: number; sequence: number; ack: number }[] };
    const arrow = src.endsWith(`:${member.address.port}`) ? '>' : '<';
    return channels.map(({ type, id, sequence, ack }) => `${arrow} ${type} ${id} ${sequence} ${ack}`);
  });

describe('two nodes of p2ppacket', () => {
  it('shake hands with a cookie, and ping', async () => {
    const { network, a, b } = await pair();
    network.run(21_000);
    expect([a.node.status(1).state, b.node.status(1).state]).toEqual(['open', 'open']);
    expect(told(a)).toEqual(['> hello', '< hello_retry', '> hello', '< hello', '> ping', '< ping']);
    expect(quiet(a, b)).toEqual([]);
  });

  it('number, acknowledge and repeat the entries of each channel', async () => {
    const { network, a, b } = await pair({ faults: [fault('drop:data#2', p2ppacket)] });
    network.run(100);
    for (let n = 0; n < 3; n++) {
      a.node.send(1, 'data', entry('reliable_data', { data: Uint8Array.of(n) }));
      network.run(10);
    }
    network.run(8000);
    expect(entries(b).slice(0, 2)).toEqual(['< reliable_data 1 1 0', '< reliable_data 1 3 0']);
    expect(entries(b)).toContain('< reliable_data 1 2 1');
    expect(entries(b).at(-1)).toMatch(/^> unreliable_data 1 \d 3$/);
    expect(b.complaints()).toEqual([]);
  });

  it('list their peers', async () => {
    const { network, a, b } = await pair();
    const c = await network.add(p2ppacket, { port: 7002 });
    c.dial(b);
    network.run(100);
    a.node.send(1, 'data', entry('peers_list_request'));
    network.run(1000);
    const list = lines(a).flatMap(({ fields }) =>
      ((fields as { channels?: { data?: string }[] }).channels ?? []).map(({ data }) => data ?? ''),
    );
    expect(list.find((data) => data.length === 100)).toMatch(/[0-9a-f]{64}00000000000000000000ffff7f0000011b5a$/);
    expect(quiet(a, b, c)).toEqual([]);
  });

  it('speak sealed data, and do not understand it plain', async () => {
    const choices = new Choices({ 'p2ppacket.data': 'sealed' });
    const { network, a, b } = await pair({ choices }, { choices });
    network.run(100);
    a.node.send(1, 'data', entry('reliable_data', { data: Uint8Array.of(1) }));
    network.run(1000);
    expect(lines(b).find(({ message }) => message === 'data')).toMatchObject({ state: 'decoded', encrypted: true });
    expect(quiet(a, b)).toEqual([]);
    const other = await pair({ choices });
    other.network.run(100);
    other.a.node.send(1, 'data', entry('reliable_data', { data: Uint8Array.of(1) }));
    other.network.run(100);
    expect(other.b.complaints()[0]).toMatch(/^Data is malformed/);
  });

  it('use the numbers of a pinned table', async () => {
    const choices = new Choices({ 'p2ppacket.types': { hello: 9, hello_retry: 8, ping: 7, data: 6 } });
    const { network, a, b } = await pair({ choices }, { choices });
    network.run(100);
    expect([a.node.status(1).state, b.complaints()]).toEqual(['open', []]);
  });

  it('give up after five tries', async () => {
    const { network, a } = await pair({ faults: [fault('drop:hello@1', p2ppacket)] });
    network.run(10_000);
    expect([a.node.status(1).state, a.complaints().at(-1)]).toEqual(['none', 'The handshake has no answer after 5 tries.']);
  });
});

describe('three nodes of p2ppacket', () => {
  async function three() {
    const network = new Network();
    const [a, b, c] = [
      await network.add(p2ppacket, { port: 7000 }),
      await network.add(p2ppacket, { port: 7001 }),
      await network.add(p2ppacket, { port: 7002 }),
    ];
    a.dial(b);
    c.dial(b);
    network.run(100);
    const ed = (member: Member, port: number) =>
      fromHex(
        lines(member)
          .map(({ fields, src }) =>
            src.endsWith(`:${port}`) ? (fields as { ed25519_public?: string }).ed25519_public : undefined,
          )
          .find((key) => key !== undefined)!,
      )!;
    return { network, a, b, c, target: ed(b, 7002) };
  }

  it('are introduced by the one in the middle, and talk to each other', async () => {
    const { network, a, b, c, target } = await three();
    a.node.send(1, 'data', entry('introduction_request', { target_ed25519: target }));
    network.run(1000);
    expect(entries(b).filter((line) => line.includes('introduction'))).toEqual([
      '< introduction_request 0 1 0',
      '> introduction 0 1 0',
      '< introduction_ack 0 1 1',
      '> introduction_ack 0 1 1',
    ]);
    const link = a.node.links.find(({ remote }) => remote.port === 7002)!;
    expect(a.node.status(link.id).state).toBe('open');
    a.node.send(link.id, 'data', entry('reliable_data', { data: Uint8Array.of(5) }));
    network.run(1000);
    expect(entries(c)).toContain('< reliable_data 1 1 0');
    expect(quiet(a, b, c)).toEqual([]);
  });

  it('punch a hole first where the address is listed', async () => {
    const { network, a, b, c, target } = await three();
    a.node.send(1, 'data', entry('peers_list_request'));
    network.run(500);
    a.node.send(1, 'data', entry('introduction_request', { target_ed25519: target }));
    network.run(1000);
    expect(lines(a).some(({ message, dst }) => message === 'ping' && dst === '127.0.0.1:7002')).toBe(true);
    expect(quiet(a, b, c)).toEqual([]);
  });

  it('are both told when two ask for the same target', async () => {
    const { network, a, b, c, target } = await three();
    const d = await network.add(p2ppacket, { port: 7003 });
    d.dial(b);
    network.run(100);
    for (const each of [a, d]) each.node.send(1, 'data', entry('introduction_request', { target_ed25519: target }));
    network.run(2000);
    for (const each of [a, d]) expect(entries(each).some((line) => line.startsWith('< introduction_ack'))).toBe(true);
    expect(quiet(a, b, c, d)).toEqual([]);
  });

  it('are told when the target is not known', async () => {
    const { network, a } = await three();
    a.node.send(1, 'data', entry('introduction_request', { target_ed25519: new Uint8Array(32).fill(7) }));
    network.run(1000);
    expect(a.complaints()).toEqual(['The introduction was refused (status 1).']);
  });
});

/** What the other side's recording says of each fault, and what the other node itself says. */
const faulty: readonly (readonly [spec: string, finding: string, complaint: RegExp])[] = [
  ['wrong-signature:hello#2', 'p2ppacket.signature', /^A hello is refused: its signature does not verify\.$/],
  ['truncate=7:hello', 'p2ppacket.length', /^A hello has the wrong length, 155 bytes\.$/],
  ['truncate=1:data', 'p2ppacket.channel-count', /^Data is malformed/],
];

describe('faults of p2ppacket', () => {
  for (const [spec, finding, complaint] of faulty)
    it(`${spec} gives ${finding}`, async () => {
      const { network, a, b } = await pair({ faults: [fault(spec, p2ppacket)] });
      network.run(3000);
      if (a.node.status(1).ready) a.node.send(1, 'data', entry('reliable_data'));
      network.run(3000);
      expect(findings(b)).toContain(finding);
      expect(b.complaints().some((sentence) => complaint.test(sentence))).toBe(true);
    });

  it('a message that lies, sent by hand, is found out', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    a.node.send(1, 'data', { channels: [{ type: 'reliable_data', sequence: 9, ack: 77 }], channel_count: 3 });
    network.run(100);
    expect(findings(b)).toEqual(expect.arrayContaining(['p2ppacket.channel-count']));
    a.node.send(1, 'hello', { cookie: new Uint8Array(32).fill(1) });
    network.run(100);
    expect(b.complaints()).toContain('The cookie of a hello is none that this node gave to its sender in the last minutes.');
  });
});
