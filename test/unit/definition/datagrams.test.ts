/** Conversations over datagrams that a person would not have, and what is declared for them. */
import { describe, expect, it } from 'vitest';
import {
  bytes,
  defineConversation,
  ipPacketLayer,
  Layer,
  type OpenedCapture,
  openBytes,
  type Protocol,
  type Reading,
  struct,
  type Talk,
  uint,
} from '../../../dissector/index.ts';
import { capture, udpFrame } from '../analysis/packets.ts';

const ends = [
  { address: '10.0.0.1', port: 1 },
  { address: '10.0.0.2', port: 2 },
] as const;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const line = new Layer({
  id: 'line',
  title: 'line',
  layout: struct('line', 'A line.', [uint(1, 'size', 'Bytes.'), bytes('body', { ref: 'size' }, 'Text.', 'utf8')]),
});
const looksLike = (given: Uint8Array): boolean => given[0]! < 64;

function toy(conversation: (talk: Talk) => Reading, layers = [line]): Protocol {
  return defineConversation({ id: 'toy', title: 'Toy', document: 'this test', layers, looksLike, conversation });
}

type Sent = readonly [direction: 0 | 1, body: string | Uint8Array];
const message = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? Uint8Array.from([body.length, ...text(body)]) : body;

function open(protocol: Protocol, sent: readonly Sent[], limits = {}): OpenedCapture {
  const frames = sent.map(([side, body]) => udpFrame(ends[side], ends[side === 0 ? 1 : 0], message(body)));
  const opened = openBytes(new Uint8Array(capture(frames)), { protocols: [protocol], limits });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

const shown = (opened: OpenedCapture) =>
  [...opened.messages()].map(({ message: name, state, frames }) => `${frames[0]} ${name} ${state}`);
const found = (opened: OpenedCapture) => [...opened.findings()].map(({ frame, text: told }) => `${frame} ${told}`);

function* lines(talk: Talk): Reading {
  for (;;) yield* talk.read(line);
}

describe('datagrams', () => {
  it('are one message each: one that is none hides no other', () => {
    const opened = open(toy(lines), [
      [0, 'a'],
      [1, Uint8Array.from([9, 1])],
      [0, new Uint8Array(0)],
      [1, 'b'],
    ]);
    expect(shown(opened)).toEqual(['1 line decoded', '2 line incomplete', '3 line incomplete', '4 line decoded']);
    expect(found(opened)).toHaveLength(2);
  });

  it('may come in fragments that hold no byte of them', () => {
    const whole = udpFrame(...ends, message('a'));
    const empty = udpFrame(...ends, new Uint8Array(0));
    // IPv4: more fragments, then the last one, which begins behind the UDP header and is empty.
    const [first, last] = [empty.slice(), empty.slice(0, empty.length - 8)];
    first[14 + 6] = 0x20;
    last.set([0, 20], 14 + 2);
    last.set([0, 1], 14 + 6);
    const opened = openBytes(new Uint8Array(capture([whole, first, last])), { protocols: [toy(lines)] });
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect(shown(opened)[0]).toBe('1 line decoded');
    expect(shown(opened)).toHaveLength(2);
  });

  it('wait for whoever reads their side, in the order in which they came', () => {
    const read: unknown[] = [];
    const protocol = toy(function* (talk) {
      read.push((yield* talk.read(line, 1)).body, (yield* talk.read(line)).body);
      const [first, second] = yield* talk.pair(line);
      read.push(first.body, second.body);
    });
    const sent: Sent[] = [
      [0, 'a'],
      [0, 'b'],
      [1, 'c'],
      [1, 'd'],
    ];
    expect(shown(open(protocol, [...sent, [0, 'rest']]))).toEqual([
      ...['1 line decoded', '2 line decoded', '3 line decoded', '4 line decoded', '5 bytes decoded'],
    ]);
    expect(read).toEqual(['c', 'a', 'b', 'd']);
  });

  it('that nobody reads are shown as bytes at the end, and told at a limit', () => {
    const protocol = toy(function* (talk) {
      yield* talk.read(line, 1);
    });
    const sent: Sent[] = Array.from({ length: 6 }, () => [0, 'unread']);
    expect(shown(open(protocol, sent))).toEqual(sent.map((_, at) => `${at + 1} bytes decoded`));
    const limited = open(protocol, sent, { pendingStream: 500 });
    expect(limited.messageCount).toBe(6);
    expect(found(limited)).toEqual([
      '1 datagrams that nothing has read are over the limit pendingStream',
      '4 datagrams that nothing has read are over the limit pendingStream',
    ]);
  });

  it('are read a hundred thousand of one loop without a stack for each', () => {
    const opened = open(
      toy(lines),
      Array.from({ length: 100_000 }, (_, at) => [(at % 2) as 0 | 1, 'x'] as const),
    );
    expect(opened.messageCount).toBe(100_000);
  });

  it('may be read as messages of a form that does not tell where it ends', () => {
    const whole = new Layer({ id: 'whole', title: 'whole', layout: line.messages[0]! });
    const protocol = toy(
      function* (talk) {
        for (;;) yield* talk.read(whole);
      },
      [whole],
    );
    expect(shown(open(protocol, [[0, 'a']]))).toEqual(['1 whole decoded']);
  });

  it.each(['noise', 'mux'] as const)('have no %s: that reads a stream', (method) => {
    const protocol = toy(function* (talk) {
      yield* talk.read(line);
      if (method === 'mux') talk.mux(line, { stream: () => 0, data: 'body' }, lines);
      else yield* talk.noise(Object.assign(line, { field: 'body' }), 'Noise_NN_25519_ChaChaPoly_SHA256', { keys: {} });
    });
    expect(() => open(protocol, [[0, 'a']])).toThrow(`"${method}" reads a stream, and these are datagrams.`);
  });

  it('find their sessions by what they carry, no more of them than the limit', () => {
    const known: unknown[] = [];
    const protocol = toy(function* (talk) {
      for (;;) {
        const { body } = yield* talk.read(line);
        known.push(talk.sessions.get(body as string));
        talk.sessions.set(body as string, 'met');
      }
    });
    const sent: Sent[] = ['a', 'b', 'c', 'c', 'a'].map((body) => [0, body]);
    open(protocol, sent);
    expect(known.splice(0)).toEqual([undefined, undefined, undefined, 'met', 'met']);
    open(protocol, sent, { openSessions: 2 });
    expect(known).toEqual([undefined, undefined, undefined, 'met', undefined]);
  });

  it('keep no more handshakes that no key opens than the limit', () => {
    const protocol = toy(function* (talk) {
      for (;;) talk.handshake('Noise_NN_25519_ChaChaPoly_SHA256', { keys: {} }).read(yield* talk.read(line), 'body');
    });
    const key = new Uint8Array(33).fill(32);
    const opened = open(
      protocol,
      [
        [0, key],
        [0, key],
        [0, key],
      ],
      { openSessions: 2 },
    );
    expect(shown(opened)).toEqual(['1 line decoded', '2 line decoded', '3 line encrypted']);
    expect(opened.explain(2).missing).toEqual(['more handshakes that no key opens than the limit openSessions of 2']);
  });
});

describe('a definition of datagrams', () => {
  it.each([
    [{ begins: text('open') }, '"looksLike" is a function, of a protocol over UDP; one over TCP has "begins" alone'],
    [{ looksLike: 'open' }, '"looksLike" is a function'],
    [{ looksLike: undefined }, '"begins" is at least 4 bytes'],
  ])('that cannot be is refused: %s', (wrong, sentence) => {
    const right = { id: 'toy', title: 'Toy', document: 'this test', layers: [line], looksLike, conversation: lines };
    expect(() => defineConversation({ ...right, ...wrong } as never)).toThrow(sentence);
    expect(() => defineConversation(right)).not.toThrow();
  });
});

describe('a layer of several kinds', () => {
  const kinds = new Layer({
    id: 'kinds',
    title: 'kinds',
    layout: struct('kinds', 'One or the other.', [
      uint(1, 'kind', 'Which.'),
      { kind: 'case', on: 'kind', cases: { 1: [uint(1, 'one', 'A byte.')], 2: [uint(2, 'two', 'Two bytes.')] } },
    ]),
    names: ['first', 'second', 'long'],
    name: ({ kind, two }) => (kind === 1 ? 'first' : (two as number) > 255 ? 'long' : 'second'),
  });
  const fieldsOf = (name: string) => kinds.messages.find((form) => form.name === name)!.fields.map((field) => field.name);

  it('has a form of each name, with the fields of that name where an integer tells them', () => {
    expect(fieldsOf('first')).toEqual(['kind', 'one']);
    expect(fieldsOf('second')).toEqual(['kind', 'two']);
    expect(fieldsOf('long')).toEqual(['kind', 'one', 'two']);
    expect(kinds.messages.find(({ name }) => name === 'second')!.encode({ kind: 2, two: 258 })).toEqual(Uint8Array.of(2, 1, 2));
  });
});

describe('IP packets', () => {
  const layer = ipPacketLayer();
  const [form] = layer.messages;
  const empty = new Uint8Array(0);
  const header = {
    id: 1,
    flags: 0,
    offset: 0,
    ttl: 9,
    protocol: 17,
    checksum: 0,
    src: '1.2.3.4',
    dst: '5.6.7.8',
    options: empty,
  };
  const packet = (ip: object) =>
    form!.encode({ ...{ version: 4, words: 5, tos: 0, padding: empty }, ip: { ...header, ...ip } } as never);

  it('have ports, but not in a fragment that is not the first', () => {
    const whole = packet({ srcport: 53, dstport: 54, data: Uint8Array.of(1) });
    expect(whole).toHaveLength(25);
    expect(form!.decode(whole).values).toMatchObject({ length: 25, ip: { src: '1.2.3.4', srcport: 53, dstport: 54 } });
    expect(layer.infoOf(form!.decode(whole).values)).toBe('1.2.3.4 port 53 → 5.6.7.8 port 54, UDP');
    const later = form!.decode(packet({ offset: 3, data: Uint8Array.of(1, 2, 3, 4) })).values;
    expect(later).toMatchObject({ ip: { offset: 3, data: Uint8Array.of(1, 2, 3, 4) } });
    expect(layer.infoOf(later)).toBe('1.2.3.4 → 5.6.7.8, UDP');
  });

  it.each([
    ['nothing', empty],
    ['another version', Uint8Array.of(0x50, 0, 0, 0)],
    ['a header that is cut off', packet({ srcport: 1, dstport: 2, data: empty }).subarray(0, 15)],
    ['a length that is less than the header', Uint8Array.of(0x45, 0, 0, 2, 1, 2, 3, 4)],
    ['a header length of no header', Uint8Array.of(0x41, 0, 0, 24, ...new Uint8Array(20))],
  ])('that are none are told of: %s', (_, given) => {
    expect(form!.decode(given).problem).toBeDefined();
  });
});
