/**
 * Every pattern of Noise, with the keys and payloads of cacophony's published vectors (25519, ChaChaPoly, BLAKE2s), read from datagrams and
 * from a stream: with the keys of either side, and what it takes of the other one.
 */
import { describe, expect, it } from 'vitest';
import {
  bytes,
  curves,
  defineConversation,
  Layer,
  noise,
  noiseLayer,
  type OpenedCapture,
  openBytes,
  type Protocol,
  sharedKeyKind,
  struct,
  structForm,
  toBase64,
  toHex,
  uint,
  x25519PrivateKind,
  x25519PublicKind,
} from '../../../dissector/index.ts';
import type { Quantity } from '../../../dissector/protocol/index.ts';
import { type NoiseVector, noiseVectors } from '../../vectors/noise-vectors.ts';
import { capture, tcpFlags, tcpFrame, udpFrame } from '../analysis/packets.ts';
import { leaks, secretsOf } from '../protocols/steps.build.ts';

const ends = [
  { address: '10.0.0.1', port: 1 },
  { address: '10.0.0.2', port: 2 },
] as const;
const labels = { s: 'TOY_STATIC', e: 'TOY_EPHEMERAL', rs: 'TOY_PUBLIC', psk: 'TOY_PSK' };
const keys = [
  x25519PrivateKind(labels.s, 'A static private key.'),
  x25519PrivateKind(labels.e, 'An ephemeral private key.'),
  x25519PublicKind(labels.rs, 'A static public key.'),
  sharedKeyKind(labels.psk, 'A pre-shared key.'),
];
const none = new Uint8Array(0);
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const payload = () =>
  new Layer({
    ...{ id: 'payload', title: 'payload' },
    layout: structForm('payload', struct('payload', 'A payload.', [bytes('text', 'rest', 'What it holds.')])),
  });

interface Message {
  readonly isInitiators: boolean;
  readonly bytes: Uint8Array;
}

interface Spoken {
  readonly messages: readonly Message[];
  /** After each message of the handshake. */
  readonly hashes: readonly string[];
  /** Keys of transport messages, from initiator to responder and back, where there is a way back. */
  readonly transport: readonly (string | undefined)[];
}

/** What both sides of a vector say and know. That the messages are those that were published, the tests of the vectors say. */
function speak({ name, prologue, initiator, responder, psks, payloads }: NoiseVector): Spoken {
  const protocol = noise.readProtocolName(name);
  if (typeof protocol === 'string') throw new Error(protocol);
  const begin = (role: noise.Role, own: noise.HandshakeKeys): noise.HandshakeState => {
    const state = noise.beginHandshake(protocol, role, { ...own, psks }, prologue);
    if (typeof state === 'string') throw new Error(state);
    return state;
  };
  const sides = [begin('initiator', initiator), begin('responder', responder)] as const;
  const { length } = protocol.pattern.messages;
  const hashes: string[] = [];
  const messages = payloads.map((each, at) => {
    if (at < length) {
      const isInitiators = sides[0].isTurn;
      const [writer, reader] = isInitiators ? sides : [sides[1], sides[0]];
      const sent = writer.writeMessage(each);
      reader.readMessage(sent);
      hashes.push(toHex(writer.h));
      return { isInitiators, bytes: sent };
    }
    const isInitiators = protocol.pattern.isOneWay || at % 2 === 0;
    const cipher = sides[isInitiators ? 0 : 1].split().send!;
    cipher.setNonce(nonceOf(protocol, at));
    return { isInitiators, bytes: cipher.encryptWithAd(none, each) };
  });
  const { send, receive } = sides[0].split();
  return { messages, hashes, transport: [send, receive].map((cipher) => cipher && toHex(cipher.k)) };
}

/** How many transport messages of its side came before. */
function nonceOf({ pattern }: noise.NoiseProtocol, at: number): number {
  const { length } = pattern.messages;
  const step = pattern.isOneWay ? 1 : 2;
  let count = 0;
  for (let before = at - step; before >= length; before -= step) count++;
  return count;
}

const datagram = new Layer({
  id: 'packet',
  title: 'packet',
  layout: struct('packet', 'A datagram.', [
    uint(4, 'magic', 'Always the same.'),
    uint(8, 'counter', 'Nonce.'),
    bytes('body', 'rest', 'A Noise message.'),
  ]),
});

function overUdp(name: string, prologue: Uint8Array): Protocol {
  const inside = payload();
  return defineConversation({
    ...{ id: 'toy', title: 'Toy', document: 'this test', layers: [datagram, inside], keys },
    looksLike: (given) => given[0] === 0x70 && given[1] === 0x71,
    *conversation(talk) {
      const protocol = noise.readProtocolName(name) as noise.NoiseProtocol;
      let handshake = talk.handshake(name, { keys: labels, prologue, payload: inside });
      for (const _ of protocol.pattern.messages) handshake = handshake.read(yield* talk.read(datagram), 'body');
      for (;;) {
        const message = yield* talk.read(datagram);
        const from = message.$.direction === 0 ? 'initiator' : 'responder';
        handshake.open(message, 'body', { from, nonce: message.counter as bigint, layer: inside });
      }
    },
  });
}

function overTcp(name: string, prologue: Uint8Array): Protocol {
  const inside = payload();
  const line = new Layer({ id: 'line', title: 'line', layout: struct('line', 'A line.', [bytes('body', 4, 'Text.', 'utf8')]) });
  const read = new Layer({ id: 'read', title: 'read', layout: struct('read', 'One byte.', [uint(1, 'byte', 'It.')]) });
  const frame = struct('frame', 'A frame.', [uint(2, 'size', 'Bytes.'), bytes('body', { ref: 'size' }, 'A Noise message.')]);
  const record = noiseLayer(frame, 'body');
  return defineConversation({
    ...{ id: 'toy', title: 'Toy', document: 'this test', layers: [line, record, inside, read], keys, begins: text('open') },
    *conversation(talk) {
      yield* talk.read(line, 0);
      const { inner } = yield* talk.noise(record, name, { keys: labels, prologue, payload: inside });
      for (;;) yield* inner.read(read);
    },
  });
}

function udpFrames(protocol: noise.NoiseProtocol, messages: readonly Message[]): Uint8Array[] {
  return messages.map(({ isInitiators, bytes: body }, at) => {
    const counter = at < protocol.pattern.messages.length ? 0 : nonceOf(protocol, at);
    const sent = datagram.messages[0]!.encode({ magic: 0x70717273, counter: BigInt(counter), body });
    return isInitiators ? udpFrame(ends[0], ends[1], sent) : udpFrame(ends[1], ends[0], sent);
  });
}

function tcpFrames(messages: readonly Message[]): Uint8Array[] {
  const at = [1000, 5000];
  const segment = (side: 0 | 1, sent: Uint8Array): Uint8Array => {
    const [own, other] = [at[side]!, at[1 - side]!];
    at[side] = own + sent.length;
    return tcpFrame(ends[side], ends[side === 0 ? 1 : 0], own, other, tcpFlags.psh | tcpFlags.ack, sent);
  };
  return [
    tcpFrame(ends[0], ends[1], 999, 0, tcpFlags.syn, none),
    tcpFrame(ends[1], ends[0], 4999, 1000, tcpFlags.syn | tcpFlags.ack, none),
    segment(0, text('open')),
    ...messages.map(({ isInitiators, bytes: body }) =>
      segment(isInitiators ? 0 : 1, join(Uint8Array.of(body.length >> 8, body.length & 255), body)),
    ),
  ];
}

function open(protocol: Protocol, frames: readonly Uint8Array[], lines: readonly string[]): OpenedCapture {
  const opened = openBytes(new Uint8Array(capture(frames)), { protocols: [protocol], keys: [lines.join('\n')] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  expect(opened.problems).toEqual([]);
  return opened;
}

/** What one side holds, and a key of each kind that is nobody's. */
function keyLines({ initiator, responder, psks, name }: NoiseVector, role: 'initiator' | 'responder', withPsk = true): string[] {
  const [own, other] = role === 'initiator' ? [initiator, responder] : [responder, initiator];
  const { pattern } = noise.readProtocolName(name) as noise.NoiseProtocol;
  const isAhead = pattern.preMessages.some((each) => each !== role);
  const line = (label: string, key: Uint8Array | undefined): string[] =>
    key === undefined ? [] : [`${label} = ${toBase64(key)}`];
  const strange = new Uint8Array(32).fill(0x5a);
  return [
    ...[...line(labels.s, strange), ...line(labels.rs, curves.x25519.publicOf(strange)), ...line(labels.psk, strange)],
    ...[...line(labels.s, own.s), ...line(labels.e, own.e)],
    ...(isAhead && other.s !== undefined ? line(labels.rs, curves.x25519.publicOf(other.s)) : []),
    ...(withPsk ? psks.flatMap((psk) => line(labels.psk, psk)) : []),
  ];
}

const shown = ({ value }: Quantity): string | undefined => (value instanceof Uint8Array ? toHex(value) : value);
const vectors = noiseVectors('cacophony').filter(({ name }) => name.endsWith('_25519_ChaChaPoly_BLAKE2s'));

describe('the patterns of Noise', () => {
  it('are all there', () => expect(vectors).toHaveLength(59));

  it.each(vectors)('$name', (vector) => {
    const protocol = noise.readProtocolName(vector.name) as noise.NoiseProtocol;
    const { messages, hashes, transport } = speak(vector);
    const wanted = vector.payloads.map((each) => toHex(each));
    for (const role of ['initiator', 'responder'] as const) {
      const udp = open(overUdp(vector.name, vector.prologue), udpFrames(protocol, messages), keyLines(vector, role));
      const lines = [...udp.messages()];
      const { analysis } = udp;
      const computed = messages.map((_, n) => analysis.compute(n));
      const results = computed.map((all) => all.flatMap((each) => each.results));
      const handshakes = results.slice(0, protocol.pattern.messages.length);
      expect(handshakes.map((all) => shown(all.findLast(({ name }) => name === 'h')!))).toEqual(hashes);
      const [there, back] = ['k_i2r', 'k_r2i'].map((name) => shown(handshakes.at(-1)!.find((each) => each.name === name)!));
      expect(protocol.pattern.isOneWay ? [there, undefined] : [there, back]).toEqual(transport);
      expect(computed.flat().filter(({ check }) => check !== undefined && check.state !== 'valid')).toEqual([]);
      expect(leaks(analysis, secretsOf(analysis))).toEqual([]);
      expect(analysis.steps(0)!.steps.map(({ n, allowed }) => [n, allowed])).toEqual(messages.map((_, n) => [n, true]));
      const texts = lines.map(({ fields }) => (fields as { payload?: { text: string } }).payload?.text ?? '');
      expect(texts).toEqual(wanted);
      expect([...udp.findings()]).toEqual([]);
      const tcp = open(overTcp(vector.name, vector.prologue), tcpFrames(messages), keyLines(vector, role));
      expect([...tcp.findings()]).toEqual([]);
      expect([...tcp.messages()].filter(({ state }) => state !== 'decoded')).toEqual([]);
      const inside = [...tcp.messages()].flatMap(({ fields }) => (fields as { payload?: { text: string } }).payload?.text ?? []);
      expect(inside).toEqual(wanted.slice(0, protocol.pattern.messages.length).filter((each) => each !== ''));
    }
    if (vector.psks.length === 0) return;
    // With all keys but the pre-shared one, what depends on it stays closed and names it.
    const closed = open(
      overUdp(vector.name, vector.prologue),
      udpFrames(protocol, messages),
      keyLines(vector, 'initiator', false),
    );
    const last = [...closed.messages()].at(-1)!;
    expect(last).toMatchObject({ state: 'encrypted', decrypted: false });
    expect(closed.explain(last.n).missing.join()).toContain('TOY_PSK');
    const [decryption] = closed.analysis.compute(last.n);
    expect(decryption!.check).toEqual({ state: 'unchecked', why: expect.stringMatching(/^needs .*TOY_PSK/) });
    expect(secretsOf(closed.analysis)).not.toContain(transport[0]);
  });
});
