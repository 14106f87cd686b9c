/** A relay that ends both conversations itself: what one of its sessions opens, the other one says anew, without any key of others. */
import { describe, expect, it } from 'vitest';
import type { FieldValues } from '../../../dissector/codec/index.ts';
import { Choices, KeyRing, type Protocol } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { type RelayEnvironment, TerminatingRelay } from '../../../dissector/relay/index.ts';
import { mulberry32, nodeLimits, seededBytes } from '../../../dissector/testnode/index.ts';
import { Chain, type ChainOptions, type End, heard } from './chain.ts';

const named = (id: string): Protocol => protocols.find((each) => each.id === id)!;
const hello = new TextEncoder().encode('hello');

async function terminating(id: string, options: ChainOptions = {}): Promise<Chain> {
  const protocol = named(id);
  const random = mulberry32(9);
  const identity = await protocol.peer!.createIdentity((length) => seededBytes(random, length));
  const chain = await Chain.of(protocol, { terminates: { identity }, ...options });
  return chain.run(400);
}

/** What a protocol says of its application: the message, its values, and what of them has to arrive. */
const says: Readonly<Record<string, readonly [message: string, values: FieldValues]>> = {
  p2pke: ['data', { data: hello }],
  botd: ['protobuf', { tree: [{ field: 3, wire_type: 2, bytes: hello }] }],
  p2ppacket: ['data', { channels: [{ id: 4, type: 'reliable_data', data: hello }] }],
  p2p: ['TUNNEL_DATA', { tunnel_id: 7n, data: hello }],
  ptpchat: ['MESSAGE', { text: 'hello' }],
};

function said(end: End): readonly (readonly [string, FieldValues])[] {
  return end.delivered.map(({ message, given }) => [message, given]);
}

/** A way out that nothing goes. */
const silent: RelayEnvironment = {
  ...{ now: () => 0n, clock: () => 0, random: (length: number) => new Uint8Array(length) },
  ...{ write: () => {}, finish: () => {}, close: () => {}, read: () => {}, wake: () => {}, happened: () => {} },
};

/** A protocol that says bytes as they are, and never knows whether it is heard. */
const echoing: Protocol = {
  ...named('p2pke'),
  peer: {
    ...{ transports: ['udp'], roles: [], signatures: {}, nonces: {}, sealed: [], delivers: ['data'] },
    createIdentity: async () => '',
    start: (context) => ({
      ...{ opened: () => {}, timer: () => {}, closed: () => {}, shutdown: () => {}, allowedMessages: () => [] },
      received: (link, bytes) => context.deliver(link, 'data', { data: bytes.slice() }),
      status: () => ({ state: 'open', doc: 'Always.', ready: true }),
      fill: (_, __, given) => given,
      emit: (_, __, { data }) => data as Uint8Array,
    }),
  },
};

describe('a relay that terminates', () => {
  for (const [id, [message, values]] of Object.entries(says)) {
    it(`says in its own session what another one has said: ${id}`, async () => {
      const chain = await terminating(id);
      const { client, server } = chain;
      expect([client.node.status(client.link.id).ready, server.node.status(server.link.id).ready]).toEqual([true, true]);
      // Who writes in a channel of ptpchat has joined it.
      if (id === 'ptpchat') client.node.send(client.link.id, 'JOIN');
      chain.run(300);
      client.node.send(client.link.id, message, values);
      chain.run(300);
      server.node.send(server.link.id, message, values);
      chain.run(300);
      for (const end of [server, client]) {
        const joined = id === 'ptpchat' && end === server ? ['JOIN'] : [];
        expect(said(end).map(([name]) => name)).toEqual([...joined, message]);
        expect(JSON.stringify(said(end), plain)).toContain(id === 'ptpchat' ? '"hello"' : Buffer.from(hello).toString('hex'));
        expect(end.complaints()).toEqual([]);
      }
      // Nothing of the one session is in the other one.
      expect(heard(server)).not.toBe(chain.bytes('received', 0));
      expect(heard(server)).not.toContain(heard(client));
    });

    it(`passes nothing on that its session refuses: ${id}`, async () => {
      const chain = await terminating(id);
      const { client, server } = chain;
      const before = heard(server);
      client.node.sendRaw(client.link.id, new Uint8Array(40).fill(0xee));
      chain.run(10);
      expect(said(server)).toEqual([]);
      expect(heard(server).startsWith(before)).toBe(true);
    });
  }

  it('holds, edits, delays and drops what is carried over, and no handshake', async () => {
    const chain = await terminating('p2pke', { mode: 'intercept' });
    const { client, server, relay } = chain;
    const say = (text: string) => client.node.send(client.link.id, 'data', { data: new TextEncoder().encode(text) });
    const texts = () => said(server).map(([, { data }]) => new TextDecoder().decode(data as Uint8Array));
    for (const text of ['one', 'two', 'three', 'four']) say(text);
    chain.run(10);
    expect(relay.held.map(({ message, direction }) => `${message} ${direction}`)).toEqual(Array(4).fill('data out'));
    const [one, two, three, four] = relay.held.map(({ id }) => id);
    relay.delay(one!, 200);
    relay.drop(two!);
    relay.release(three!, { values: { data: new TextEncoder().encode('3') }, times: 2 });
    expect(() => relay.release(four!, { values: { data: 'no bytes' } })).toThrow();
    expect(relay.held.map(({ id }) => id)).toEqual([four]);
    chain.run(10);
    expect(texts()).toEqual(['3', '3']);
    chain.run(300);
    expect(texts()).toEqual(['3', '3', 'one']);
    relay.mode = 'automatic';
    chain.run(10);
    expect(texts()).toEqual(['3', '3', 'one', 'four']);
  });

  it('carries over what a held message was replaced by, and says who changed it', async () => {
    const chain = await terminating('p2pke', { mode: 'intercept' });
    const { client, server, relay } = chain;
    for (const text of ['one', 'two']) client.node.send(client.link.id, 'data', { data: new TextEncoder().encode(text) });
    chain.run(10);
    const [one, two] = relay.held;
    relay.replace(one!.id, { values: { data: new TextEncoder().encode('eins') } });
    relay.replace(two!.id, { values: { data: new TextEncoder().encode('zwei') } });
    expect(relay.held.map(({ values }) => new TextDecoder().decode(values!.data as Uint8Array))).toEqual(['eins', 'zwei']);
    expect(said(server)).toEqual([]);
    relay.release(one!.id);
    relay.mode = 'automatic';
    chain.run(10);
    expect(said(server).map(([, { data }]) => new TextDecoder().decode(data as Uint8Array))).toEqual(['eins', 'zwei']);
    expect(chain.told.filter((text) => text.includes('edited')).map((text) => text.replace(/^.*: /, ''))).toEqual(
      Array(2).fill('data edited by hand.'),
    );
  });

  it('counts anew what was edited', async () => {
    const chain = await terminating('p2p', { mode: 'step' });
    const { client, server, relay } = chain;
    client.node.send(client.link.id, 'TUNNEL_DATA', { tunnel_id: 7n, data: hello });
    chain.run(10);
    const [held] = relay.held;
    expect(Object.keys(held!.values!).sort()).toEqual(['data', 'tunnel_id', 'type']);
    relay.release(held!.id, { values: { ...held!.values!, data: new Uint8Array(300) } });
    chain.run(10);
    expect(server.complaints()).toEqual([]);
    expect(said(server)).toMatchObject([['TUNNEL_DATA', { size: 300, data: new Uint8Array(300) }]]);
  });

  it('spoils what it says where it is told to, and only that way', async () => {
    const chain = await terminating('p2pke', { faults: ['forward/wrong-key:data#1'] });
    const { client, server } = chain;
    for (const { node, link } of [client, client, server]) node.send(link.id, 'data', { data: hello });
    chain.run(10);
    expect(said(server).length).toBe(1);
    expect(said(client).length).toBe(1);
    expect(server.complaints().join()).toContain('opens under no session');
    expect(client.complaints()).toEqual([]);
  });

  it('keeps what comes before the other session is ready', async () => {
    const identity = await named('p2pke').peer!.createIdentity((length) => seededBytes(mulberry32(9), length));
    // Its own first message of the session with the forward address is lost.
    const chain = await Chain.of(named('p2pke'), { terminates: { identity }, faults: ['forward/drop:InitHello#1'] });
    const { client, server } = chain.run(100);
    client.node.send(client.link.id, 'data', { data: hello });
    expect(said(chain.run(100).server)).toEqual([]);
    chain.run(2000);
    expect(said(server).map(([name]) => name)).toEqual(['data']);
  });

  it('says goodbye on the one side once it is said on the other', async () => {
    const chain = await terminating('p2p');
    chain.client.node.disconnect(chain.client.link.id);
    chain.run(100);
    expect(chain.server.node.links).toEqual([]);
    expect(chain.relay.links).toEqual([]);
    expect(chain.told.join()).toContain('The other side disconnects');
  });

  it('says what was held before it closes the other side, and drops it where its side broke off', async () => {
    for (const abrupt of [false, true]) {
      const chain = await terminating('botd', { mode: 'step' });
      const { client, server, relay } = chain;
      client.node.send(client.link.id, ...says.botd!);
      chain.run(10);
      const [held] = relay.held;
      relay.closed(relay.links[0]!.id, 'gone', abrupt);
      chain.run(10);
      expect(server.node.links.length).toBe(abrupt ? 0 : 1);
      relay.release(held!.id);
      chain.run(10);
      expect(said(server).length).toBe(abrupt ? 0 : 1);
      expect(server.node.links).toEqual([]);
      expect(relay.links).toEqual([]);
    }
  });

  it('closes the link of who came where nobody is at the forward address', () => {
    const closed: number[] = [];
    const relay = new TerminatingRelay(
      {
        protocol: echoing,
        protocols,
        transport: 'udp',
        choices: new Choices(),
        keys: new KeyRing([]),
        terminates: { identity: '' },
      },
      { ...silent, close: ({ id }) => void closed.push(id) },
    );
    const { id } = relay.opened({ ip: '127.0.0.1', port: 1 }, { ip: '127.0.0.1', port: 2 })!;
    relay.unreached(id, 'refused');
    expect(closed).toEqual([id]);
    expect(relay.links).toEqual([]);
  });

  it('sends who has proven nothing at most three times what came from there, whatever the forward address says', () => {
    const sent = [0, 0];
    const relay = new TerminatingRelay(
      {
        protocol: echoing,
        protocols,
        transport: 'udp',
        choices: new Choices(),
        keys: new KeyRing([]),
        terminates: { identity: '' },
      },
      {
        ...silent,
        write: ({ dialled }, bytes) => {
          sent[dialled ? 1 : 0]! += bytes.length;
        },
      },
    );
    const client = relay.opened({ ip: '192.0.2.1', port: 1 }, { ip: '127.0.0.1', port: 2 })!;
    const server = relay.forwarded(client.id, { ip: '127.0.0.1', port: 4 }, { ip: '127.0.0.1', port: 3 })!;
    relay.received(client.id, new Uint8Array(100));
    expect(sent).toEqual([0, 100]);
    for (let n = 0; n < 20; n++) relay.received(server.id, new Uint8Array(90));
    expect(sent[0]).toBe(270);
    relay.received(client.id, new Uint8Array(100));
    expect(sent[0]).toBeGreaterThan(270);
    expect(sent[0]).toBeLessThanOrEqual(600);
  });

  it('leaves out what is more than may wait, and counts it', () => {
    const limits = { ...nodeLimits, heldMessages: 3 };
    const relay = new TerminatingRelay(
      {
        ...{ protocol: echoing, protocols, transport: 'udp', choices: new Choices(), keys: new KeyRing([]), limits },
        ...{ mode: 'intercept', terminates: { identity: '' } },
      },
      silent,
    );
    const client = relay.opened({ ip: '127.0.0.1', port: 1 }, { ip: '127.0.0.1', port: 2 })!;
    for (let n = 0; n < 5; n++) relay.received(client.id, Uint8Array.of(n));
    expect(relay.held.map(({ values }) => values)).toEqual([0, 1, 2].map((n) => ({ data: Uint8Array.of(n) })));
    expect(relay.counts).toMatchObject({ received: 5, dropped: 2 });
  });

  it('drops what is held when it stops, and says how much that was', () => {
    const told: string[] = [];
    let sent = 0;
    const relay = new TerminatingRelay(
      {
        ...{ protocol: echoing, protocols, transport: 'udp', choices: new Choices(), keys: new KeyRing([]) },
        ...{ mode: 'intercept', terminates: { identity: '' } },
      },
      {
        ...silent,
        write: () => {
          sent++;
        },
        happened: (event) => {
          if (event.kind === 'told') told.push(event.text);
        },
      },
    );
    const client = relay.opened({ ip: '127.0.0.1', port: 1 }, { ip: '127.0.0.1', port: 2 })!;
    relay.forwarded(client.id, { ip: '127.0.0.1', port: 4 }, { ip: '127.0.0.1', port: 3 });
    relay.received(client.id, Uint8Array.of(1));
    relay.stop();
    expect(sent).toBe(0);
    expect(relay.held).toEqual([]);
    expect(told).toEqual(['1 held message is dropped: the relay stops.']);
  });

  it('is refused where there is no node, or an identity that is none', () => {
    const made = (protocol: Protocol, identity: string) => () =>
      new TerminatingRelay(
        { protocol, protocols, transport: 'udp', choices: new Choices(), keys: new KeyRing([]), terminates: { identity } },
        silent,
      );
    const { peer: _, ...without } = named('p2pke');
    expect(made(without as Protocol, '')).toThrow('There is no test node of p2pke.');
    expect(made(named('p2pke'), 'nonsense')).toThrow();
  });
});

function plain(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'bigint' ? String(value) : value;
}
