/** Payload that one protocol hands over to another: rows and layers of both, fields in filters, and nobody who takes it. */
import { describe, expect, it } from 'vitest';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import {
  bytes,
  type ConversationDefinition,
  defineConversation,
  Layer,
  noiseLayer,
  type OpenedCapture,
  openBytes,
  type Protocol,
  rulesOf,
  struct,
  uint,
} from '../../../dissector/index.ts';
import { capture, tcpConversation } from '../analysis/packets.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const line = (value: string): Uint8Array => Uint8Array.from([value.length, ...text(value)]);
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const lineLayer = (id: string) =>
  new Layer({
    id,
    title: id,
    layout: struct(id, 'A line.', [uint(1, 'size', 'Bytes.'), bytes('body', { ref: 'size' }, 'Text.', 'utf8')]),
    info: ({ body }) => String(body),
  });
const select = lineLayer('select');
const frame = new Layer({
  id: 'frame',
  title: 'frame',
  layout: struct('frame', 'A frame.', [
    uint(1, 'stream', 'Its stream.'),
    uint(1, 'length', 'Bytes.'),
    bytes('data', { ref: 'length' }, 'Data.'),
  ]),
});

/** Names a protocol, and hands the rest over to it: the stream itself, or each stream of a multiplexer. */
const carrier = defineConversation({
  id: 'carrier',
  title: 'Carrier',
  document: 'this test',
  layers: [select, frame],
  begins: text('\x07carrier'),
  *conversation(talk) {
    yield* talk.read(select);
    const { body } = yield* talk.read(select, 0);
    if (body !== 'mux') {
      yield* talk.handOver('carrier.protocol', String(body));
      return;
    }
    talk.mux(frame, { stream: (each) => each.stream, data: 'data' }, function* (stream) {
      const named = yield* stream.read(select);
      yield* stream.handOver('carrier.protocol', String(named.body));
    });
  },
});

const rule = rulesOf('chat')('shout', 'warning', 'chat 1');
const said = lineLayer('said');
const chat = (more: Partial<ConversationDefinition> = {}): Protocol =>
  defineConversation({
    id: 'chat',
    title: 'Chat',
    document: 'chat',
    layers: [said],
    rules: [rule],
    carriedIn: [{ table: 'carrier.protocol', value: 'chat' }],
    *conversation(talk) {
      for (;;) {
        const message = yield* talk.read(said);
        if (String(message.body) === String(message.body).toUpperCase()) talk.find(rule, message, 'it is shouted');
      }
    },
    ...more,
  });

const ends = [
  { address: '10.0.0.1', port: 1 },
  { address: '10.0.0.2', port: 2 },
] as const;

function open(sent: Uint8Array, protocols: readonly Protocol[]) {
  const opened = openBytes(capture(tcpConversation(...ends, [sent, text('')], 4096)), { protocols });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

function filtered(opened: OpenedCapture, protocols: readonly Protocol[], filter: string): number[] {
  const compiled = compileFilter(filter, new FieldCatalog(protocols));
  if (!('filter' in compiled)) throw new Error(JSON.stringify(compiled));
  const row = new FilterRow(opened.analysis);
  return [...opened.messages()].filter(({ n, frames }) => compiled.filter.matches(row.at(frames[0]!, n))).map(({ n }) => n);
}

const plain = join(line('carrier'), line('chat'), line('hello'), line('HEY'));
const inFrames = join(
  line('carrier'),
  line('mux'),
  ...[line('chat'), line('hello'), line('HEY')].map((each) => Uint8Array.from([5, each.length, ...each])),
);

describe('payload that is handed over', () => {
  it('is read by who registered for its value: rows, layers, findings and filters', () => {
    const opened = open(plain, [carrier, chat()]);
    expect([...opened.messages()].map(({ message }) => message)).toEqual(['select', 'select', 'said', 'said']);
    expect(filtered(opened, [carrier, chat()], 'said.body == "hello"')).toEqual([2]);
    expect([...opened.findings()].map(({ rule: each, severity }) => [each, severity])).toEqual([['chat.shout', 'warning']]);
    expect(opened.tree(2).layers.at(-1)?.name).toBe('said');
  });

  it('is read inside of a multiplexer, as layers of its frames', () => {
    const opened = open(inFrames, [carrier, chat()]);
    expect([...opened.messages()].map(({ message }) => message)).toEqual(['select', 'select', 'frame', 'frame', 'frame']);
    expect([...opened.messages()][3]!.fields).toMatchObject({ stream: 5, said: { body: 'hello' } });
    expect(filtered(opened, [carrier, chat()], 'said.body contains "HEY" && frame.stream == 5')).toEqual([4]);
    expect([...opened.findings()].map(({ rule: each }) => each)).toEqual(['chat.shout']);
  });

  it('is shown as bytes where nobody takes it', () => {
    expect([...open(plain, [carrier]).messages()].map(({ message }) => message)).toEqual(['select', 'select', 'bytes']);
    const other = chat({ carriedIn: [{ table: 'carrier.protocol', value: 'other' }] });
    expect([...open(plain, [carrier, other]).messages()].map(({ message }) => message)).toEqual(['select', 'select', 'bytes']);
  });

  it('belongs to the first of two that registered for it', () => {
    const second = chat({ id: 'second', rules: [] });
    expect([...open(plain, [carrier, chat(), second]).findings()].length).toBe(1);
  });

  it('is no reason to claim a conversation', () => {
    expect([...open(plain, [chat()]).messages()]).toEqual([]);
  });

  it('is registered by a list of entries', () => {
    expect(() => chat({ carriedIn: [{ value: 'x' }] as never })).toThrow('"carriedIn" is a list of { table, value }');
    expect(() => chat({ carriedIn: [{ table: 'x' }] })).toThrow('without a value needs "begins"');
    expect(() => chat({ carriedIn: undefined as never })).toThrow('"begins" is at least 4 bytes');
  });
});

describe('what a conversation names', () => {
  const spoken = (conversation: ConversationDefinition['conversation']): Protocol =>
    chat({ begins: text('\x07carrier'), carriedIn: undefined as never, conversation });

  it('is a rule that its definition declares', () => {
    const other = rulesOf('chat')('shuot', 'warning', 'chat 1');
    const protocol = spoken(function* (talk) {
      talk.find(other, yield* talk.read(said), 'no');
    });
    expect(() => open(plain, [protocol])).toThrow('"chat.shuot" is none of the "rules" of chat: did you mean "chat.shout"?');
  });

  it('is a label of its keys', () => {
    const record = noiseLayer(
      struct('record', 'A message.', [uint(1, 'size', 'Bytes.'), bytes('body', { ref: 'size' }, 'Noise.')]),
      'body',
    );
    const protocol = spoken(function* (talk) {
      yield* talk.noise(record, 'Noise_XX_25519_ChaChaPoly_SHA256', { keys: { s: 'CHAT_STATIC' } });
    });
    expect(() => open(plain, [protocol])).toThrow('"CHAT_STATIC" is none of the "keys" of chat: there are none');
  });
});
