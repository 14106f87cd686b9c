/** What nobody touches passes byte for byte, and faults happen message by message, either way. */
import { describe, expect, it } from 'vitest';
import { Choices, KeyRing } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { parseRelayFault, Relay } from '../../../dissector/relay/index.ts';
import { nodeLimits } from '../../../dissector/testnode/index.ts';
import { Chain, heard } from './chain.ts';

const of = (id: string) => protocols.find((protocol) => protocol.id === id)!;

describe('a relay', () => {
  for (const { id } of protocols)
    for (const mode of ['automatic', 'intercept'] as const)
      it(`lets two nodes of ${id} talk and changes no byte, ${mode}`, async () => {
        const chain = await Chain.of(of(id), { mode });
        for (let turn = 0; turn < 60; turn++) {
          for (const { id: held } of chain.relay.held) chain.relay.release(held);
          chain.run(10);
        }
        expect(chain.client.node.status(chain.client.link.id).ready).toBe(true);
        expect(chain.server.node.status(chain.server.link.id).ready).toBe(true);
        for (const way of [0, 1] as const) expect(chain.bytes('sent', way)).toBe(chain.bytes('received', way));
        expect(heard(chain.server)).toBe(chain.bytes('received', 0));
        expect(heard(chain.client)).toBe(chain.bytes('received', 1));
        expect(chain.told.filter((text) => !text.startsWith('Where messages end'))).toEqual([]);
      });

  for (const kind of ['passes on', 'terminates'] as const)
    it(`that ${kind} knows a connection that is not there yet from one that has gone`, async () => {
      const identity = await of('botd').peer!.createIdentity((length) => new Uint8Array(length).fill(7));
      const chain = (await Chain.of(of('botd'), kind === 'terminates' ? { terminates: { identity } } : {})).run(100);
      const { relay, client, server } = chain;
      const later = relay.opened({ ip: '127.0.0.1', port: 5001 }, { ip: '127.0.0.1', port: 6000 })!;
      expect(relay.forwardState(later.id)).toBe('awaited');
      const { id } = relay.links[0]!;
      expect(relay.forwardState(id)).toBe('open');
      // What waits on its way back keeps the other side open.
      relay.mode = 'intercept';
      server.node.send(server.link.id, 'protobuf', { tree: [{ field: 3, wire_type: 0, value: 7 }] });
      chain.run(10);
      expect(relay.held).toHaveLength(1);
      relay.closed(relay.forwardOf(id)!.id, 'closed');
      expect(relay.forwardState(id)).toBe('gone');
      expect(client.node.links).toHaveLength(1);
    });

  it('carries over that a side has closed, and that it has broken off', async () => {
    const closing = (await Chain.of(of('p2p'))).run(100);
    closing.client.node.disconnect(closing.client.link.id);
    closing.run(10);
    expect(closing.server.node.links).toEqual([]);
    expect(closing.relay.links).toEqual([]);
    const breaking = (await Chain.of(of('p2p'))).run(100);
    breaking.relay.closed(breaking.relay.links[0]!.id, 'reset', true);
    breaking.run(10);
    const closed = breaking.server.events.filter((event) => event.kind === 'closed');
    expect(closed).toMatchObject([{ abrupt: true }]);
    expect(breaking.relay.links).toEqual([]);
  });

  it('holds messages of the way to the forward address alone in step mode, under their names', async () => {
    const chain = (await Chain.of(of('p2p'), { mode: 'step' })).run(10);
    expect(chain.relay.held).toMatchObject([{ direction: 'out', message: 'HELLO' }]);
    chain.relay.release(chain.relay.held[0]!.id);
    chain.run(10);
    // Without its key nobody can tell where a sealed message ends: its bytes pass, and those after them are held in the pieces that came.
    chain.run(400);
    expect(chain.told.join()).toContain('Where messages end to the forward address is not known');
    chain.client.node.send(chain.client.link.id, 'DISCONNECT', { reason: 'x' });
    chain.run(10);
    expect(chain.relay.held).toMatchObject([{ direction: 'out', message: undefined, values: undefined }]);
    chain.relay.mode = 'automatic';
    chain.run(10);
    expect(chain.relay.held).toEqual([]);
    expect(chain.bytes('sent', 0)).toBe(chain.bytes('received', 0));
  });

  it('drops what is held when it stops, and says how much that was', async () => {
    const chain = (await Chain.of(of('p2ppacket'), { mode: 'step' })).run(10);
    const link = chain.client.link.id;
    for (let n = 0; n < 2; n++) chain.client.node.send(link, 'ping');
    chain.run(10);
    const { length } = chain.relay.held;
    expect(length).toBeGreaterThan(1);
    const before = chain.bytes('sent', 0);
    chain.relay.stop();
    chain.run(10);
    expect(chain.bytes('sent', 0)).toBe(before);
    expect(chain.relay.held).toEqual([]);
    expect(chain.told).toContain(`${length} held messages are dropped: the relay stops.`);
  });

  it('says nothing of held messages when it stops without any', async () => {
    const chain = (await Chain.of(of('p2ppacket'))).run(10);
    chain.relay.stop();
    chain.run(10);
    expect(chain.told.join()).not.toContain('dropped');
  });

  it('cuts messages out of the pieces that they come in, and several out of one', async () => {
    const whole = (await Chain.of(of('p2p'))).run(100);
    const bytes = Buffer.from(whole.bytes('received', 0), 'hex');
    const chain = await Chain.of(of('p2p'), { mode: 'step' });
    const link = chain.relay.links[0]!.id;
    for (const byte of bytes.subarray(0, 40)) chain.relay.received(link, Uint8Array.of(byte));
    expect(chain.relay.held).toEqual([]);
    chain.relay.received(link, bytes.subarray(40));
    expect(chain.relay.held[0]).toMatchObject({ message: 'HELLO' });
  });

  it('passes the bytes of a message that does not end, once nobody can expect its end any more', async () => {
    const chain = await Chain.of(of('p2p'), { faults: ['drop:DISCONNECT'] });
    const link = chain.relay.links[0]!.id;
    const whole = (await Chain.of(of('p2p'))).run(100);
    const half = Buffer.from(whole.bytes('received', 0), 'hex').subarray(0, 10);
    chain.relay.received(link, half);
    expect(chain.bytes('sent', 0)).toBe('');
    chain.run(210);
    expect(chain.bytes('sent', 0).startsWith(half.toString('hex'))).toBe(true);
    expect(chain.told.join()).toContain('limit unfinishedMilliseconds');
  });

  it('passes what it does not understand, message or not', async () => {
    for (const [id, transport] of [
      ['p2pke', 'udp'],
      ['botd', 'tcp'],
    ] as const) {
      const chain = await Chain.of(of(id), { transport });
      const before = chain.bytes('sent', 0);
      const noise = Uint8Array.from({ length: 3000 }, (_, at) => (at * 7919) >>> 3);
      chain.relay.received(chain.relay.links[0]!.id, noise);
      expect(chain.bytes('sent', 0)).toBe(before + Buffer.from(noise).toString('hex'));
    }
  });

  it('decodes a link no more whose messages do not end, beyond the limit pendingStream for all ways together', async () => {
    const limits = { ...nodeLimits, pendingStream: 2000 };
    // Without a key nothing tells where packets of p2p end.
    const chain = (await Chain.of(of('p2p'), { limits })).run(400);
    const { client, server } = chain;
    for (const { node, link } of [client, server, client, server]) {
      expect(chain.told.join()).not.toContain('over the limit pendingStream');
      node.send(link.id, 'TUNNEL_DATA', { tunnel_id: 7n, data: new Uint8Array(500) });
      chain.run(10);
    }
    expect(chain.told.join()).toContain('Parts of messages on all links are over the limit pendingStream');
    for (const { node, link } of [client, server])
      node.send(link.id, 'TUNNEL_DATA', { tunnel_id: 7n, data: new Uint8Array(9000) });
    chain.run(10);
    for (const end of [client, server]) expect(end.delivered).toHaveLength(3);
    for (const way of [0, 1] as const) expect(chain.bytes('sent', way)).toBe(chain.bytes('received', way));
    expect(chain.told.filter((text) => text.includes('pendingStream'))).toHaveLength(1);
  });

  it('decodes the link no more that holds the most of pendingStream, and goes on with one that holds a little', () => {
    const told: (number | undefined)[] = [];
    const sent: number[] = [];
    const relay = new Relay(
      {
        ...{
          protocol: of('ptpchat'),
          protocols,
          transport: 'tcp',
          choices: new Choices(),
          keys: new KeyRing(of('ptpchat').keys),
        },
        limits: { ...nodeLimits, pendingStream: 2000 },
      },
      {
        ...{ now: () => 0n, clock: () => 0, random: (length) => new Uint8Array(length), wake: () => {}, read: () => {} },
        ...{ finish: () => {}, close: () => {} },
        write: (_, bytes) => void sent.push(bytes.length),
        happened: (event) => void (event.kind === 'told' && told.push(event.link?.id)),
      },
    );
    const open = (): number => {
      const { id } = relay.opened({ ip: '127.0.0.1', port: 1 }, { ip: '127.0.0.1', port: 2 })!;
      relay.forwarded(id, { ip: '127.0.0.1', port: 4 }, { ip: '127.0.0.1', port: 3 });
      return id;
    };
    // A text of JSON whose end does not come.
    const hello = new TextEncoder().encode('{"a":"');
    const rest = (length: number) => new Uint8Array(length).fill(0x78);
    const [hostile, other] = [open(), open()];
    for (const id of [hostile, other]) relay.received(id, hello);
    relay.received(hostile, rest(1950));
    expect(told).toEqual([]);
    relay.received(other, rest(100));
    expect(told).toEqual([hostile]);
    relay.received(other, rest(1500));
    expect(told).toEqual([hostile]);
    // A way that has ended holds nothing.
    relay.ended(other);
    const third = open();
    relay.received(third, hello);
    relay.received(third, rest(1500));
    expect(told).toEqual([hostile]);
    expect(sent.reduce((sum, length) => sum + length, 0)).toBe(3 * hello.length + 1950 + 100 + 1500 + 1500);
  });

  it('decodes no more than the limit observedPieces, and passes the rest', async () => {
    const chain = (await Chain.of(of('p2p'), { limits: { ...nodeLimits, observedPieces: 1 } })).run(100);
    expect(chain.told.join()).toContain('limit observedPieces');
    expect(chain.server.node.status(chain.server.link.id).ready).toBe(true);
    for (const way of [0, 1] as const) expect(chain.bytes('sent', way)).toBe(chain.bytes('received', way));
  });
});

describe('faults of a relay', () => {
  const p2pke = of('p2pke');
  const data = async (faults: readonly string[], count = 3) => {
    const chain = (await Chain.of(p2pke, { faults })).run(100);
    for (let n = 0; n < count; n++) chain.client.node.send(chain.client.link.id, 'data', { data: Uint8Array.of(n) });
    return chain.run(5000);
  };
  const counters = (chain: Chain) =>
    chain.server.events.flatMap((event) =>
      event.kind === 'received' && event.bytes[0] === 0 && event.bytes[3]! >= 16 ? [event.bytes[3]!] : [],
    );

  it('drop, duplicate, reorder and delay what they name', async () => {
    expect(counters(await data([]))).toEqual([16, 17, 18]);
    expect(counters(await data(['drop:data#2']))).toEqual([16, 18]);
    expect(counters(await data(['duplicate:data#2']))).toEqual([16, 17, 17, 18]);
    expect(counters(await data(['reorder:data']))).toEqual([17, 16, 18]);
    expect(counters(await data(['delay=2000:data#2']))).toEqual([16, 18, 17]);
    expect(counters(await data(['replay:data#2']))).toEqual([16, 17, 16, 18]);
  });

  it('happen on one way where that is said', async () => {
    expect(counters(await data(['forward/drop:data']))).toEqual([17, 18]);
    expect(counters(await data(['back/drop:data']))).toEqual([16, 17, 18]);
  });

  it('flip and truncate bytes without any key', async () => {
    const flipped = await data(['flip:data']);
    expect(flipped.notes).toEqual(['fault "flip" on data']);
    expect(flipped.server.complaints().join()).toMatch(/opens under no session|reserved|no header/);
    const cut = await data(['truncate=5:data#2']);
    expect(cut.server.complaints()).toHaveLength(1);
  });

  it('that need a key are left out without one, and that is said', async () => {
    const chain = await data(['wrong-key:data']);
    expect(counters(chain)).toEqual([16, 17, 18]);
    expect(chain.told).toEqual([
      'The fault "wrong-key" is left out. data is sealed, and no key opens it: only its bytes can be changed.',
    ]);
    expect(chain.notes).toEqual([]);
  });

  it('split and merge the bytes of a stream', async () => {
    const sizes = (chain: Chain) =>
      chain.server.events.flatMap((event) => (event.kind === 'received' ? [event.bytes.length] : []));
    const plain = sizes((await Chain.of(of('p2p'))).run(2000));
    const split = (await Chain.of(of('p2p'), { faults: ['split=10:HELLO'] })).run(2000);
    expect(sizes(split).slice(0, 3)).toEqual([10, 10, 10]);
    expect(split.server.node.status(split.server.link.id).ready).toBe(true);
    expect(sizes(split).reduce((sum, size) => sum + size, 0)).toBe(plain.reduce((sum, size) => sum + size, 0));
  });

  it('merge a message with the one after it, into one piece', async () => {
    const pieces = async (faults: readonly string[]): Promise<number[]> => {
      const chain = (await Chain.of(of('botd'), { keys: 'all', faults })).run(100);
      const before = chain.server.events.length;
      for (const length of [10, 20, 30])
        chain.client.node.send(chain.client.link.id, 'protobuf', {
          tree: [{ field: 3, wire_type: 2, bytes: new Uint8Array(length) }],
        });
      chain.run(10);
      expect(chain.server.complaints()).toEqual([]);
      expect(chain.server.delivered.map(({ message }) => message)).toEqual(['protobuf', 'protobuf', 'protobuf']);
      const after = chain.server.events.slice(before);
      return after.flatMap((event) => (event.kind === 'received' ? [event.bytes.length] : []));
    };
    const [first, second, third] = await pieces([]);
    expect(await pieces(['forward/merge:protobuf#1'])).toEqual([first! + second!, third]);
  });

  it('merge into the last piece of a stream, if nothing comes after it', async () => {
    const chain = (await Chain.of(of('botd'), { keys: 'all', faults: ['forward/merge:protobuf'] })).run(100);
    chain.client.node.send(chain.client.link.id, 'protobuf', { tree: [{ field: 3, wire_type: 2, bytes: Uint8Array.of(1) }] });
    expect(chain.run(10).server.delivered).toEqual([]);
    expect(chain.run(1500).server.delivered).toHaveLength(1);
  });

  it('are refused where they make no sense', () => {
    expect(parseRelayFault('sideways/drop', p2pke.names, 'udp', p2pke.peer!)).toContain('is no fault');
    expect(parseRelayFault('back/split', p2pke.names, 'udp', p2pke.peer!)).toContain('is for TCP');
  });
});
