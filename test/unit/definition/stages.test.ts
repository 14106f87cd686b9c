/** Conversations written for these tests, over streams that a person would not make. */
import { describe, expect, it } from 'vitest';
import {
  bytes,
  defineConversation,
  Layer,
  type MessageLine,
  type OpenedCapture,
  openBytes,
  type Protocol,
  type Reading,
  struct,
  type Talk,
  uint,
} from '../../../dissector/index.ts';
import { capture, tcpConversation, tcpFlags, tcpFrame } from '../analysis/packets.ts';

const client = { address: '10.0.0.1', port: 40_000 };
const server = { address: '10.0.0.2', port: 4000 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const message = (body: string): Uint8Array => join(Uint8Array.of(body.length), text(body));
const frame = (stream: number, data: Uint8Array): Uint8Array => join(Uint8Array.of(stream, data.length), data);

const line = new Layer({
  id: 'line',
  title: 'line',
  layout: struct('line', 'A line.', [uint(1, 'size', 'Bytes.'), bytes('body', { ref: 'size' }, 'Text.', 'utf8')]),
  info: ({ body }) => String(body),
});
const chunk = new Layer({
  id: 'chunk',
  title: 'chunk',
  layout: struct('chunk', 'A chunk of a stream.', [
    uint(1, 'stream', 'Number.'),
    uint(1, 'size', 'Bytes.'),
    bytes('data', { ref: 'size' }, 'Bytes of the stream.'),
  ]),
});

function toy(conversation: (talk: Talk) => Reading): Protocol {
  const begins = text('\x04open');
  return defineConversation({ id: 'toy', title: 'Toy', document: 'this test', layers: [line, chunk], begins, conversation });
}

function open(protocol: Protocol, streams: readonly [Uint8Array, Uint8Array], size = 1000, limits = {}): OpenedCapture {
  const opened = openBytes(capture(tcpConversation(client, server, streams, size)), { protocols: [protocol], limits });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

const shown = (opened: OpenedCapture) =>
  [...opened.messages()].map(({ message: name, state, fields }: MessageLine) => [name, state, fields]);
const lineOf = (body: string) => ['line', 'decoded', { size: body.length, body }];

function* lines(talk: Talk): Reading {
  for (;;) yield* talk.read(line);
}

describe('a conversation', () => {
  it('reads messages that come in segments of any size', () => {
    const sent = join(message('open'), message('first'), message(''), message('second'));
    for (const size of [1, 2, 3, 7, 1000])
      expect(shown(open(toy(lines), [sent, new Uint8Array(0)], size))).toEqual(['open', 'first', '', 'second'].map(lineOf));
  });

  it('reads a hundred thousand messages of one segment after the other without a stack for each', () => {
    const sent = join(message('open'), new Uint8Array(100_000));
    expect(open(toy(lines), [sent, new Uint8Array(0)], 60_000).messageCount).toBe(100_001);
  });

  it('waits for both sides, in whatever order they speak', () => {
    const pairs: unknown[] = [];
    const protocol = toy(function* (talk) {
      for (;;) pairs.push((yield* talk.pair(line)).map(({ body }) => body));
    });
    // The client says everything before the server says anything.
    open(protocol, [join(message('open'), message('b')), join(message('1'), message('2'))]);
    expect(pairs).toEqual([
      ['open', '1'],
      ['b', '2'],
    ]);
  });

  it('shows what follows its end as bytes', () => {
    const protocol = toy(function* (talk) {
      yield* talk.read(line, 0);
    });
    expect(shown(open(protocol, [join(message('open'), text('rest')), text('answer')]))).toEqual([
      lineOf('open'),
      ['bytes', 'decoded', { bytes: '72657374' }],
      ['bytes', 'decoded', { bytes: '616e73776572' }],
    ]);
  });

  it('says where a stream is closed inside a message, and nothing where the capture ended first', () => {
    const sent = join(message('open'), Uint8Array.of(9, 1, 2));
    const frames = tcpConversation(client, server, [sent, new Uint8Array(0)], 1000);
    const fin = tcpFrame(client, server, 1000 + sent.length, 5000, tcpFlags.fin | tcpFlags.ack, new Uint8Array(0));
    for (const [all, expected] of [
      [frames, []],
      [[...frames, fin], ['the connection is closed inside a message of line']],
    ] as const) {
      const opened = openBytes(capture(all), { protocols: [toy(lines)] }) as OpenedCapture;
      expect(shown(opened).map(([name, state]) => [name, state])).toEqual([
        ['line', 'decoded'],
        ['line', 'incomplete'],
      ]);
      expect([...opened.findings()].map((each) => each.text)).toEqual(expected);
    }
  });

  it('has a finding where bytes are missing, and shows what follows as bytes', () => {
    const sent = join(message('open'), message('lost!'), message('after'));
    const frames = tcpConversation(client, server, [sent, new Uint8Array(0)], 6).filter((_, at) => at !== 3);
    const opened = openBytes(capture(frames), { protocols: [toy(lines)] }) as OpenedCapture;
    expect(shown(opened)[0]).toEqual(lineOf('open'));
    const told = [...opened.findings()].map((each) => each.text);
    expect(told).toEqual(['6 bytes are missing in the capture: what follows is not decoded']);
    expect(
      shown(opened)
        .slice(1)
        .map(([name]) => name),
    ).not.toContain('chunk');
    expect(
      shown(opened)
        .slice(1)
        .every(([name, state]) => name === 'bytes' || state !== 'decoded'),
    ).toBe(true);
  });

  it('gives a message up that is over the limit', () => {
    const long = new Layer({
      id: 'long',
      title: 'long',
      layout: struct('long', 'A long one.', [uint(4, 'size', 'Bytes.'), bytes('body', { ref: 'size' }, 'Bytes.')]),
    });
    const protocol = defineConversation({
      ...{ id: 'toy', title: 'Toy', document: 'this test', layers: [line, long], begins: text('\x04open') },
      *conversation(talk) {
        yield* talk.read(line);
        yield* talk.read(long);
      },
    });
    const sent = join(message('open'), Uint8Array.of(0x7f, 0, 0, 0), new Uint8Array(5000));
    expect(open(protocol, [sent, new Uint8Array(0)], 1000, { pendingStream: 2000 }).messageCount).toBeGreaterThan(1);
  });
});

describe('a multiplexer', () => {
  const followed = toy(function* (talk) {
    yield* talk.read(line, 0);
    talk.mux(chunk, { stream: ({ stream }) => stream, data: 'data' }, lines);
  });

  it('keeps its streams apart, and shows their messages in the frame that completes them', () => {
    const [a, b] = [message('of one stream'), message('of another')];
    const sent = join(message('open'), frame(1, a.subarray(0, 5)), frame(2, b), frame(1, a.subarray(5)));
    const inside = shown(open(followed, [sent, new Uint8Array(0)])).map(([, , fields]) => (fields as { line?: unknown }).line);
    expect(inside).toEqual([undefined, undefined, { size: 10, body: 'of another' }, { size: 13, body: 'of one stream' }]);
  });

  it('follows no more streams than the limit', () => {
    const sent = join(message('open'), ...[1, 2, 3].map((stream) => frame(stream, message('x'))));
    const inside = shown(open(followed, [sent, new Uint8Array(0)], 1000, { sessions: 2 }));
    expect(inside.filter(([, , fields]) => 'line' in (fields as object))).toHaveLength(2);
    expect(inside).toHaveLength(4);
  });
});

describe('messages inside of one frame', () => {
  const followed = toy(function* (talk) {
    yield* talk.read(line, 0);
    talk.mux(chunk, { stream: ({ stream }) => stream, data: 'data' }, lines);
  });

  it('are no more than the limit, and the list tells of a few', () => {
    const sent = join(message('open'), frame(1, new Uint8Array(200)));
    const opened = open(followed, [sent, new Uint8Array(0)], 1000, { fields: 50 });
    const { inside = [], info } = opened.analysis.dissect(1).dissection;
    expect(inside).toHaveLength(50);
    expect(info).toBe('line, line, line, line, 196 more');
  });
});

describe('a layer', () => {
  it('that does not tell where a message ends is not read from a stream', () => {
    const whole = new Layer({ id: 'whole', title: 'whole', layout: line.messages[0]! });
    const protocol = toy(function* (talk) {
      yield* talk.read(whole);
    });
    expect(() => open(protocol, [message('open'), new Uint8Array(0)])).toThrow('nothing tells where its messages end');
  });
});

describe('a definition', () => {
  it.each([
    [{ begins: text('abc') }, 'toy: "begins" is at least 4 bytes: fewer prove nothing.'],
    [{ conversation: undefined }, 'toy: "conversation" is a generator function.'],
    [{ layers: [line, line] }, 'toy: '],
    [{ id: 'line' }, 'line: the layer line has the name of the protocol: give it another one.'],
  ])('that cannot be is refused: %s', (wrong, sentence) => {
    const right = {
      id: 'toy',
      title: 'Toy',
      document: 'this test',
      layers: [line],
      begins: text('\x04open'),
      conversation: lines,
    };
    expect(() => defineConversation({ ...right, ...wrong } as never)).toThrow(sentence);
    expect(() => defineConversation(right)).not.toThrow();
  });
});
