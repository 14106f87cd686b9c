/** Noise in a conversation of these tests: another pattern, another framing, and messages that hold nothing. */
import { describe, expect, it } from 'vitest';
import {
  bytes,
  defineConversation,
  Layer,
  noise,
  noiseLayer,
  type OpenedCapture,
  openBytes,
  struct,
  toHex,
  uint,
  x25519PrivateKind,
} from '../../../dissector/index.ts';
import { capture, tcpConversation } from '../analysis/packets.ts';

const NAME = 'Noise_NN_25519_AESGCM_BLAKE2s';
const key = (value: number): Uint8Array => new Uint8Array(32).fill(value);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const framed = (message: Uint8Array): Uint8Array => join(Uint8Array.of(message.length & 255, message.length >> 8), message);

const line = new Layer({
  id: 'line',
  title: 'line',
  layout: struct('line', 'A line.', [uint(1, 'size', 'Bytes.'), bytes('body', { ref: 'size' }, 'Text.', 'utf8')]),
});
const record = noiseLayer(
  struct('record', 'A Noise message behind its length.', [
    uint(2, 'size', 'Bytes.', { order: 'little' }),
    bytes('body', { ref: 'size' }, 'A Noise message.'),
  ]),
  'body',
);
const protocol = defineConversation({
  id: 'toy',
  title: 'Toy',
  document: 'this test',
  layers: [line, record],
  begins: text('\x04open'),
  keys: [x25519PrivateKind('TOY_EPHEMERAL', 'An ephemeral private key.')],
  *conversation(talk) {
    yield* talk.read(line, 0);
    const { inner } = yield* talk.noise(record, NAME, { keys: { e: 'TOY_EPHEMERAL' } });
    for (;;) yield* inner.read(line);
  },
});

/** What both sides send; the line of the initiator lies in two messages, between which an empty one goes. */
function streams(): [Uint8Array, Uint8Array] {
  const names = noise.readProtocolName(NAME);
  if (typeof names === 'string') throw new Error(names);
  const [a, b] = [
    noise.beginHandshake(names, 'initiator', { e: key(1) }),
    noise.beginHandshake(names, 'responder', { e: key(2) }),
  ];
  if (typeof a === 'string' || typeof b === 'string') throw new Error('no handshake');
  const first = a.writeMessage();
  b.readMessage(first);
  const second = b.writeMessage();
  a.readMessage(second);
  const { send } = a.split();
  const seal = (plaintext: string): Uint8Array => framed(send!.encryptWithAd(new Uint8Array(0), text(plaintext)));
  return [join(text('\x04open'), framed(first), seal('\x08half'), seal(''), seal('half\x02ok')), framed(second)];
}

function open(keys: string, [initiator, responder] = streams()): OpenedCapture {
  // Each side says one thing after the other: the answer comes before what follows the first message.
  const frames = tcpConversation(
    { address: '10.0.0.1', port: 1 },
    { address: '10.0.0.2', port: 2 },
    [initiator, responder],
    4096,
  );
  const opened = openBytes(capture(frames), { protocols: [protocol], keys: [keys] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

const shown = (opened: OpenedCapture) =>
  [...opened.messages()].map(({ message, state, decrypted }) => [message, state, decrypted]);
const opens = `TOY_EPHEMERAL ${toHex(key(2))}`;

describe('Noise in a conversation', () => {
  it('gives the messages that lie in several of its own, and shows those that hold nothing', () => {
    const opened = open(opens);
    expect(shown(opened).sort()).toEqual([
      ['handshake', 'decoded', false],
      ['handshake', 'decoded', true],
      ['line', 'decoded', false],
      ['line', 'decoded', true],
      ['line', 'decoded', true],
      ['transport', 'decoded', true],
    ]);
    const n = [...opened.messages()].findIndex(({ fields }) => (fields as { body?: string }).body === 'halfhalf');
    const { layers, sources } = opened.tree(n);
    expect(layers.map(({ name }) => name).slice(-3)).toEqual(['noise', 'noise', 'line']);
    expect(layers.at(-3)!.children!.map(({ name, check }) => [name, check?.state])).toEqual([
      ['size', undefined],
      ['body', 'valid'],
    ]);
    expect(sources.at(-1)!.origin.kind).toBe('joined');
    expect([...opened.findings()]).toEqual([]);
  });

  it('stays closed to another key, and says which would open it', () => {
    const opened = open(`TOY_EPHEMERAL ${toHex(key(3))}`);
    const sealed = [...opened.messages()].filter(({ message }) => message === 'transport');
    expect(sealed.map(({ state, decrypted }) => [state, decrypted])).toEqual(new Array(3).fill(['encrypted', false]));
    expect(opened.explain(sealed[0]!.n).missing.join()).toContain("the initiator's ephemeral private key");
  });

  it('has a finding where a byte was changed, and opens nothing behind it', () => {
    const [initiator, responder] = streams();
    initiator[initiator.length - 1]! ^= 1;
    const opened = open(opens, [initiator, responder]);
    expect([...opened.findings()].map(({ text: told }) => told)).toContain('the tag of transport message 2 does not verify');
    expect([...opened.messages()].some(({ fields }) => (fields as { body?: string }).body === 'halfhalf')).toBe(false);
  });
});
