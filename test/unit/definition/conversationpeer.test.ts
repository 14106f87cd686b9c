/** Nodes of conversations: handshakes in step mode and by hand, streams of a multiplexer, faults, and what they cannot read. */
import { describe, expect, it } from 'vitest';
import * as library from '../../../dissector/index.ts';
import {
  bytes,
  type ConversationPeer,
  defineConversation,
  Layer,
  noiseLayer,
  openBytes,
  type Protocol,
  struct,
  uint,
  x25519PrivateKind,
} from '../../../dissector/index.ts';
import { nodeLimits } from '../../../dissector/testnode/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/libp2p.js';
import { fault, type Member, Network } from '../testnode/network.ts';

const libp2p = (sample as (given: typeof library) => Protocol)(library);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function pair(protocol: Protocol, own: Parameters<Network['add']>[1] = { port: 1 }) {
  const network = new Network();
  const [a, b] = [await network.add(protocol, { ...own, port: 1 }), await network.add(protocol, { port: 2 })];
  a.dial(b);
  network.run(100);
  const link = (member: Member): number => member.node.links[0]!.id;
  return { network, a, b, link };
}

function decoded(protocol: Protocol, member: Member, keys: readonly string[] = []) {
  const opened = openBytes(member.capture(), { protocols: [protocol], keys });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

const names = (protocol: Protocol, member: Member): string[] =>
  [...decoded(protocol, member).messages()].map(({ message, state }) => (state === 'decoded' ? message : state));

/** A line each way, then Noise, in which lines are sent back. */
const line = new Layer({
  id: 'line',
  title: 'line',
  layout: struct('line', 'A line.', [uint(1, 'size', 'Bytes.'), bytes('body', { ref: 'size' }, 'Text.', 'utf8')]),
});
const record = noiseLayer(
  struct('record', 'A Noise message behind its length.', [
    uint(2, 'size', 'Bytes.'),
    bytes('body', { ref: 'size' }, 'A Noise message.'),
  ]),
  'body',
);
const options = { keys: { s: 'TOY_STATIC', e: 'TOY_EPHEMERAL' }, payload: line };
const NAME = 'Noise_XX_25519_AESGCM_SHA256';

const toy = (peer: Partial<ConversationPeer> = {}): Protocol =>
  defineConversation({
    id: 'toy',
    title: 'Toy',
    document: 'this test',
    layers: [line, record],
    begins: text('\x04open'),
    keys: [x25519PrivateKind('TOY_STATIC', 'A static key.'), x25519PrivateKind('TOY_EPHEMERAL', 'An ephemeral key.')],
    *conversation(talk) {
      yield* talk.read(line, 0);
      const { inner } = yield* talk.noise(record, NAME, options);
      for (;;) yield* inner.read(line);
    },
    peer: {
      identity: { s: 32 },
      fill: (message) => (message === 'line' ? { body: 'filled' } : {}),
      *speak(talk, me) {
        if (talk.dialled) talk.send(line, { body: 'open' });
        else yield* talk.read(line);
        const says = { body: talk.dialled ? 'from a' : 'from b' };
        const { inner, payload } = yield* talk.noise(record, NAME, { ...options, s: me.s!, says });
        talk.tell(`The other side says ${String(payload?.body)}.`);
        talk.ready();
        for (;;) {
          const { body } = yield* inner.read(line);
          if (!talk.dialled) inner.send(line, { body: body! });
        }
      },
      ...peer,
    },
  });

describe('a node of a conversation', () => {
  it('does a Noise handshake with payloads, and what follows is opened by the keys that it logs', async () => {
    const protocol = toy();
    const { network, a, b, link } = await pair(protocol);
    expect([a, b].map((each) => each.node.status(link(each)).state)).toEqual(['open', 'open']);
    a.node.send(link(a), 'line', { body: 'hello' });
    network.run(100);
    expect(names(protocol, a)).toEqual(['line', 'handshake', 'handshake', 'handshake', 'line', 'line']);
    expect(a.events.map((event) => (event.kind === 'told' ? event.text : ''))).toContain('The other side says from b.');
    expect(a.keys.map((key) => key.split(' ')[0])).toEqual(['TOY_EPHEMERAL', 'TOY_STATIC']);
    expect([a, b].flatMap((each) => each.complaints())).toEqual([]);
  });

  it('waits in step mode until a person lets its handshake go', async () => {
    const protocol = toy();
    const { network, a, b, link } = await pair(protocol, { port: 1, mode: 'step' });
    const release = (): string | undefined => {
      const [held] = a.node.held;
      if (held !== undefined) a.node.release(held.id);
      network.run(100);
      return held?.message;
    };
    expect([release(), release()]).toEqual(['line', 'handshake']);
    expect(a.node.status(link(a)).ready).toBe(false);
    expect(a.node.held.map(({ message, values }) => [message, values])).toEqual([['handshake', { payload: text('\x06from a') }]]);
    expect(release()).toBe('handshake');
    expect([a, b].map((each) => each.node.status(link(each)).ready)).toEqual([true, true]);
  });

  it('sends the payload that a person puts in the place of its own', async () => {
    const protocol = toy();
    const { network, a, b } = await pair(protocol, { port: 1, mode: 'step' });
    for (const edited of [undefined, undefined, { payload: text('\x05other') }]) {
      a.node.release(a.node.held[0]!.id, edited === undefined ? {} : { values: edited });
      network.run(100);
    }
    expect(b.events.map((event) => (event.kind === 'told' ? event.text : ''))).toContain('The other side says other.');
  });

  it('says what of a message of the handshake it refuses, and closes', async () => {
    const protocol = toy();
    const { a, b } = await pair(protocol, { port: 1, faults: [fault('flip:handshake#2', protocol)] });
    expect(b.complaints().join()).toContain('A message of the handshake is refused');
    expect(a.node.links).toEqual([]);
  });

  it('encrypts with another key by the fault wrong-key, and the other side closes', async () => {
    const protocol = toy();
    const { network, a, b, link } = await pair(protocol, { port: 1, faults: [fault('wrong-key:line#2', protocol)] });
    a.node.send(link(a), 'line', { body: 'hello' });
    network.run(100);
    expect(b.complaints()).toEqual(['The tag of a transport message does not verify.']);
  });

  it('tells which messages have a place now', async () => {
    const { a, link } = await pair(toy());
    expect(a.node.offers(link(a))).toEqual(['line', 'transport']);
    expect(() => a.node.send(link(a), 'handshake')).toThrow('It is not this side');
    expect(() => a.node.send(link(a), 'nothing')).toThrow('There is no message nothing.');
  });

  it('ends with bytes that are none of its messages, and with more than it holds', async () => {
    const cut = await pair(toy());
    cut.a.node.sendRaw(cut.link(cut.a), Uint8Array.of(0, 3, 1, 2, 3));
    cut.network.run(100);
    expect(cut.b.complaints()).toEqual(['The tag of a transport message does not verify.']);
    expect(cut.a.node.links).toEqual([]);
  });

  it('holds what is not whole up to a limit, for all links together, and forgets what a closed link held', async () => {
    const protocol = toy();
    const network = new Network();
    const limits = { ...nodeLimits, allPending: 100 };
    const [a, b] = [await network.add(protocol, { port: 1, mode: 'step' }), await network.add(protocol, { port: 2, limits })];
    const half = (): void => {
      a.dial(b);
      network.run(10);
      a.node.sendRaw(a.node.links.at(-1)!.id, Uint8Array.from([90, ...new Uint8Array(60)]));
      network.run(10);
    };
    for (let round = 0; round < 5; round++) {
      half();
      a.node.disconnect(a.node.links[0]!.id);
      network.run(10);
    }
    expect(b.complaints()).toEqual([]);
    half();
    half();
    expect(b.complaints().join()).toContain('over the limit allPending');
  });

  it('tells what is thrown in it, and the node goes on', async () => {
    const protocol = toy({
      // biome-ignore lint/correctness/useYield: it throws before.
      *speak() {
        throw new Error('a slip');
      },
    });
    const { b } = await pair(protocol);
    expect(b.complaints().join()).toContain('a slip');
  });

  it('refuses a peer that is none', () => {
    expect(() => toy({ speak: undefined as never })).toThrow('toy: "speak" of its peer is a generator function.');
    expect(() => toy({ speek: () => {} } as never)).toThrow('speek');
  });
});

describe('a node of the sample libp2p', () => {
  it('is dialled and dials: what one sends in a stream, the other sends back', async () => {
    const { network, a, b, link } = await pair(libp2p);
    a.node.send(link(a), 'echo', { value: new Uint8Array(32).fill(9) });
    network.run(100);
    const pings = [...decoded(libp2p, a).messages()].flatMap(
      ({ fields }) => (fields as { ping?: { value: string } }).ping?.value ?? [],
    );
    expect(pings.filter((value) => value === '09'.repeat(32)).length).toBe(2);
    expect([a, b].flatMap((each) => each.complaints())).toEqual([]);
    expect([...decoded(libp2p, b).findings()]).toEqual([]);
  });

  it('refuses an identity that has not signed the static key', async () => {
    const { network, a, b } = await pair(libp2p, { port: 1, mode: 'step' });
    const other = library.curves.ed25519.publicOf(new Uint8Array(32).fill(3));
    for (let round = 0; round < 8 && a.node.held.length > 0; round++) {
      const [held] = a.node.held;
      const payload = held?.values?.payload as Uint8Array | undefined;
      const isLast = held?.message === 'handshake' && (payload?.length ?? 0) > 0;
      const values = isLast
        ? { payload: Uint8Array.from([...payload!.subarray(0, 6), ...other, ...payload!.subarray(38)]) }
        : undefined;
      a.node.release(held!.id, values === undefined ? {} : { values });
      network.run(100);
    }
    expect(b.complaints()).toEqual(['The identity of the other side has not signed its static Noise key.']);
  });
});
