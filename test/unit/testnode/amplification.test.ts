/**
 * RFC 9000 section 8.1 for every protocol over UDP: whatever is said to a node, an address that has not shown to hear it is sent three
 * times what came at most, and so is an address that another node has named.
 */
import { describe, expect, it } from 'vitest';
import { type Protocol, protocols } from '../../../dissector/index.ts';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import { type Member, Network } from './network.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A module of a user whose node answers each datagram with 64 kilobytes; `more`: what it says of proofs. */
function loud(more: { readonly isProven?: boolean }): Protocol {
  const start: NonNullable<Protocol['peer']>['start'] = (context) => ({
    opened: ({ id, dialled }) => void (dialled && context.send(id, 'HELLO')),
    received: (link) => {
      for (let n = 0; n < 64; n++) context.send(link, 'ACK');
      context.timer(link, 'again', 1000);
    },
    timer: (link) => {
      context.send(link, 'ACK');
      context.timer(link, 'again', 1000);
    },
    closed: () => {},
    shutdown: (link) => context.send(link, 'ACK'),
    status: () => ({ state: 'open', doc: 'There is one state.', ready: true, ...more }),
    allowedMessages: () => [],
    fill: (_link, _message, given) => given,
    emit: (_link, message) => new Uint8Array(message === 'HELLO' ? 16 : 1024).map(() => Math.random() * 256),
  });
  return { ...ptpchat, id: 'loud', peer: { ...ptpchat.peer!, createIdentity: async () => '{}', start } };
}

/** A node, a forged sender that a person drives, and the most that ever went out for a byte that came; no answer arrives anywhere. */
async function forged(protocol: Protocol) {
  let [came, sent] = [0, 0];
  const worst = { ratio: 0 };
  const network = new Network((bytes, from) => {
    if (from === listener) sent += bytes.length;
    if (from === listener) worst.ratio = Math.max(worst.ratio, sent / came);
    else came += bytes.length;
    return from === listener ? [] : [{ bytes, after: 1 }];
  });
  const listener: Member = await network.add(protocol, { port: 7001, transport: 'udp' });
  const forger = await network.add(protocol, { port: 7000, transport: 'udp' });
  forger.dial(listener);
  return { network, listener, forger, worst, sent: () => sent };
}

const overUdp = protocols.filter(({ peer }) => peer?.transports.includes('udp'));

describe('to an address that has proven nothing', () => {
  it.each(overUdp)('a node of $id sends three times what came at most, whichever messages come', async (protocol) => {
    const { network, forger, worst, sent } = await forged(protocol);
    const { names } = protocol;
    let spoken = 0;
    for (const name of [...names, ...names.toReversed(), ...names]) {
      try {
        forger.node.send(1, name);
        spoken++;
      } catch {
        // Without an answer there is no session for it.
      }
      network.run(700);
    }
    network.run(180_000);
    expect(spoken).toBeGreaterThan(0);
    expect(sent()).toBeGreaterThan(0);
    expect(worst.ratio).toBeLessThanOrEqual(3);
  });

  it.each([
    ['says nothing of it', {}],
    ['believes what nobody can know yet', { isProven: true }],
  ])('a node of a user sends no more either, where its protocol %s', async (_, more) => {
    const { network, listener, worst } = await forged(loud(more));
    network.run(60_000);
    listener.node.stop();
    expect(worst.ratio).toBeLessThanOrEqual(3);
  });

  it('a person is told once a link what waits, why, and what releases it; also of a node of a user', async () => {
    for (const protocol of [loud({}), loud({ isProven: true })]) {
      const network = new Network((bytes, from) => (from === listener ? [] : [{ bytes, after: 1 }]));
      const listener: Member = await network.add(protocol, { port: 7001, transport: 'udp' });
      for (const port of [7002, 7003]) {
        const forger = await network.add(protocol, { port, transport: 'udp' });
        forger.dial(listener);
      }
      network.run(30_000);
      const told = listener.events.flatMap((event) =>
        event.kind === 'told' && event.text.includes(' waits: ') ? [event.text] : [],
      );
      expect(told).toHaveLength(2);
      expect(told[0]).toMatch(
        /^A message of \d+ bytes to 127\.0\.0\.1:7002 waits: .*at most three times the bytes.*goes once more has come/,
      );
      expect(told[1]).toContain('127.0.0.1:7003');
    }
  });

  it('a node of ptpchat says ROUTING and CHANNEL of a crowd in as few bytes', async () => {
    let [came, sent] = [0, 0];
    const network = new Network(() => []);
    const listener = await network.add(ptpchat, { port: 7001, transport: 'udp' });
    const hello = (n: number) =>
      utf8(`{"msg_type":"HELLO","msg_data":{"node_id":"${String(n).padStart(8, '0')}-4a07-9b3e-9b3e-9309e56f52db"}}`);
    const heard = (port: number, bytes: Uint8Array) => {
      const remote = { ip: '127.0.0.1', port };
      const link = listener.node.linkTo(remote) ?? listener.node.opened(remote, listener.address, false)!;
      listener.node.received(link.id, bytes);
      return link.id;
    };
    for (let n = 1; n <= 64; n++) heard(10_000 + n, hello(n));
    const victim = heard(20_000, hello(99_999));
    came = hello(99_999).length;
    network.run(120_000);
    for (const event of listener.events) if (event.kind === 'sent' && event.link.id === victim) sent += event.bytes.length;
    expect(sent).toBeGreaterThan(0);
    expect(sent / came).toBeLessThanOrEqual(3);
  });

  it('an ACK proves nothing whose msg_id another node has got, too', async () => {
    const network = new Network(() => []);
    const listener = await network.add(ptpchat, { port: 7001, transport: 'udp' });
    const links = [1, 2].map((n) => listener.node.opened({ ip: '10.0.0.9', port: n }, listener.address, false)!.id);
    const node_id = (n: number) => `0000000${n}-4a07-9b3e-9b3e-9309e56f52db`;
    for (const [at, id] of links.entries())
      listener.node.received(id, utf8(`{"msg_type":"HELLO","msg_data":{"node_id":"${node_id(at)}"}}`));
    const made = listener.node.made(links[0]!, 'GETCERTIFICATE');
    for (const id of links) listener.node.send(id, 'GETCERTIFICATE', made);
    const { msg_id } = (made as { msg_data: { msg_id: string } }).msg_data;
    for (const id of links) {
      listener.node.received(id, utf8(`{"msg_type":"ACK","msg_data":{"msg_id":"${msg_id}"}}`));
      expect(listener.node.status(id).isProven).toBe(false);
    }
    listener.node.send(links[1]!, 'GETCERTIFICATE');
    const own = listener.events.findLast((event) => event.kind === 'sent');
    const asked = JSON.parse(new TextDecoder().decode(own?.kind === 'sent' ? own.bytes : undefined)) as typeof made;
    const { msg_id: second } = (asked as { msg_data: { msg_id: string } }).msg_data;
    listener.node.received(links[1]!, utf8(`{"msg_type":"ACK","msg_data":{"msg_id":"${second}"}}`));
    expect(listener.node.status(links[1]!).isProven).toBe(true);
  });

  it('a CONNECT that names others makes a node send them three times what it has at most', async () => {
    const network = new Network(() => []);
    const listener = await network.add(ptpchat, { port: 7001, transport: 'udp' });
    const server = listener.node.opened({ ip: '10.0.0.9', port: 9001 }, listener.address, true)!;
    listener.node.received(server.id, utf8('{"msg_type":"HELLO","msg_data":{"node_id":"00000001-4a07-9b3e"}}'));
    let came = 0;
    for (let port = 1; port < 200; port++) {
      const connect = utf8(`{"msg_type":"CONNECT","msg_data":{"dst":"10.0.0.5:${port}","src":"10.0.0.9"}}`);
      came += connect.length;
      listener.node.received(server.id, connect);
    }
    network.run(60_000);
    const named = listener.events.flatMap((event) =>
      event.kind === 'sent' && event.link.remote.ip === '10.0.0.5' ? [event.bytes.length] : [],
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(3 * (came + 70));
  });
});
