import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../dissector/bytes/index.ts';
import { Choices } from '../../../dissector/protocol/index.ts';
import { p2ppacket } from '../../../dissector/protocols/p2ppacket/index.ts';
import { lines, type Member, Network } from './network.ts';

const choices = new Choices({ 'p2ppacket.data': 'sealed' });
const entry = (type: string, more: object = {}) => ({ channels: [{ type, ...more }] });
const sent = (member: Member) => member.events.flatMap((event) => (event.kind === 'sent' ? [event.bytes] : []));
const key = (member: Member) => {
  const hello = lines(member).find(({ message, src }) => message === 'hello' && src.endsWith(`:${member.address.port}`));
  return fromHex((hello!.fields as { ed25519_public: string }).ed25519_public)!;
};
/** Data that came to a member. */
const arrived = (member: Member) =>
  lines(member).flatMap(({ fields, src }) =>
    src.endsWith(`:${member.address.port}`)
      ? []
      : ((fields as { channels?: { data?: string }[] }).channels ?? []).flatMap(({ data = '' }) => (data === '' ? [] : [data])),
  );

async function pair() {
  const network = new Network();
  const a = await network.add(p2ppacket, { port: 7000, choices });
  const b = await network.add(p2ppacket, { port: 7001, choices });
  a.dial(b);
  network.run(100);
  return { network, a, b };
}

/** What an introducer says of a requester that may not be there. */
const introduction = (target: Uint8Array, port: number) =>
  entry('introduction', {
    ...{ x25519_public: new Uint8Array(32).fill(9), target_ed25519: target, signature: new Uint8Array(64), port },
    ipv6: Uint8Array.of(...new Uint8Array(10), 255, 255, 127, 0, 0, 1),
  });

describe('introductions to addresses that the introducer has made up', () => {
  it('leave the session of an open neighbour as it is', async () => {
    const { network, a, b } = await pair();
    const c = await network.add(p2ppacket, { port: 7002, choices });
    c.dial(b);
    network.run(100);
    const keys = b.keys.length;
    c.node.send(1, 'data', introduction(key(b), 7000));
    network.run(100);
    expect(c.complaints()).toEqual(['The introduction was refused (status 1).']);
    a.node.send(1, 'data', entry('reliable_data', { data: Uint8Array.of(5) }));
    b.node.send(1, 'data', entry('reliable_data', { data: Uint8Array.of(6) }));
    network.run(100);
    expect([arrived(b).at(-1), arrived(a).at(-1), a.complaints(), b.keys.length]).toEqual(['05', '06', [], keys]);
  });

  it('take a few places for half a minute, and no key is made for more', async () => {
    const { network, a, b } = await pair();
    // A link has a key of its own, and the introduction brings another one.
    const keys = b.keys.length;
    for (let n = 0; n < 9; n++) {
      a.node.send(1, 'data', introduction(key(b), 8000 + n));
      network.run(100);
    }
    expect([a.complaints(), b.keys.length]).toEqual([['The introduction was refused (status 1).'], keys + 2 * 8]);
    network.run(31_000);
    a.node.send(1, 'data', introduction(key(b), 8100));
    network.run(100);
    expect([a.complaints().length, b.keys.length]).toEqual([1, keys + 2 * 9]);
  });
});

describe('hellos from a forged address', () => {
  it('without a cookie are answered, and leave an open link open', async () => {
    const { network, a, b } = await pair();
    b.node.received(1, sent(a)[0]!);
    network.run(100);
    expect([b.node.status(1).state, lines(b).at(-1)!.message]).toEqual(['open', 'hello_retry']);
    a.node.send(1, 'data', entry('reliable_data', { data: Uint8Array.of(5) }));
    network.run(100);
    // Anything but an open session complains of data.
    expect(b.complaints()).toEqual([]);
  });

  it('that were recorded are taken for two minutes at most, since the cookie is one of the time', async () => {
    const { network, a, b } = await pair();
    const hello = sent(a).at(-1)!;
    b.node.received(1, hello);
    expect(lines(b).at(-1)!.message).toBe('hello');
    network.run(120_000);
    b.node.received(1, hello);
    expect([lines(b).at(-1)!.message, b.node.status(1).state]).toEqual(['hello_retry', 'open']);
    expect(b.complaints()).toEqual(['The cookie of a hello is none that this node gave to its sender in the last minutes.']);
  });

  it('with the cookie begin a session whose channels count from one', async () => {
    const { network, a, b } = await pair();
    for (const data of [1, 2]) a.node.send(1, 'data', entry('reliable_data', { data: Uint8Array.of(data) }));
    network.run(1000);
    network.members.splice(network.members.indexOf(a), 1);
    const again = await network.add(p2ppacket, { port: 7000, choices });
    again.dial(b);
    network.run(100);
    again.node.send(1, 'data', entry('reliable_data', { data: Uint8Array.of(3) }));
    network.run(1000);
    const acks = lines(again).flatMap(({ fields, src }) =>
      src.endsWith(':7001') ? ((fields as { channels?: { ack: number }[] }).channels ?? []).map(({ ack }) => ack) : [],
    );
    expect([again.node.status(1).state, acks, b.complaints()]).toEqual(['open', [1], []]);
  });
});
