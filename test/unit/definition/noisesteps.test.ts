/** The session of a handshake that a protocol of one's own reads: its steps, and what is told of values that no key tells. */
import { describe, expect, it } from 'vitest';
import {
  bytes,
  defineConversation,
  Layer,
  noise,
  type OpenedCapture,
  openBytes,
  struct,
  toHex,
  uint,
  x25519PrivateKind,
} from '../../../dissector/index.ts';
import { capture, udpFrame } from '../analysis/packets.ts';
import { quantities } from '../protocols/steps.build.ts';

const NAME = 'Noise_NN_25519_ChaChaPoly_BLAKE2s';
const key = (value: number): Uint8Array => new Uint8Array(32).fill(value);
const opens = `TOY_EPHEMERAL ${toHex(key(2))}`;
const ends = [
  { address: '10.0.0.1', port: 1 },
  { address: '10.0.0.2', port: 2 },
] as const;
const types = ['hello', 'answer', 'data'];
const packet = new Layer({
  id: 'packet',
  title: 'packet',
  layout: struct('packet', 'A datagram.', [
    uint(2, 'magic', 'Always the same.'),
    uint(1, 'type', 'Kind.'),
    bytes('body', 'rest', 'A Noise message.'),
  ]),
  names: types,
  name: ({ type }) => types[Number(type)]!,
});
const protocol = defineConversation({
  ...{ id: 'toy', title: 'Toy', document: 'this test', layers: [packet] },
  keys: [x25519PrivateKind('TOY_EPHEMERAL', 'An ephemeral private key.')],
  looksLike: (given) => given[0] === 0x70 && given[1] === 0x71,
  *conversation(talk) {
    const begun = talk.handshake(NAME, { keys: { e: 'TOY_EPHEMERAL' } }).read(yield* talk.read(packet), 'body');
    let handshake = begun;
    for (;;) {
      const message = yield* talk.read(packet);
      if (message.type === 1) {
        const next = begun.read(message, 'body');
        if (!handshake.isOpen) handshake = next;
      } else handshake.open(message, 'body', { from: message.$.direction === 0 ? 'initiator' : 'responder', nonce: 0 });
    }
  },
});

/** A handshake, and a message of each side after it. */
function messages(): readonly [hello: Uint8Array, answer: Uint8Array, there: Uint8Array, back: Uint8Array] {
  const names = noise.readProtocolName(NAME) as noise.NoiseProtocol;
  const a = noise.beginHandshake(names, 'initiator', { e: key(1) }) as noise.HandshakeState;
  const b = noise.beginHandshake(names, 'responder', { e: key(2) }) as noise.HandshakeState;
  const hello = a.writeMessage();
  b.readMessage(hello);
  const answer = b.writeMessage();
  a.readMessage(answer);
  const [there, back] = [a, b].map((side) => side.split().send!.encryptWithAd(new Uint8Array(0), key(7)));
  return [hello, answer, there!, back!];
}

function open(keys: string, sent: readonly (readonly [side: 0 | 1, type: number, body: Uint8Array])[]): OpenedCapture {
  const frames = sent.map(([side, type, body]) =>
    udpFrame(ends[side], ends[side === 0 ? 1 : 0], packet.messages[0]!.encode({ magic: 0x7071, type, body })),
  );
  const opened = openBytes(new Uint8Array(capture(frames)), { protocols: [protocol], keys: [keys] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

const steps = ({ analysis }: OpenedCapture) =>
  analysis
    .steps(0)!
    .steps.map(({ n, by, before, after, allowed }) => `${n} ${by} ${before} → ${after}${allowed ? '' : ' refused'}`);

describe('the steps of a handshake', () => {
  const [hello, answer, there, back] = messages();
  const forged = answer.slice();
  forged[forged.length - 1]! ^= 1;

  it('are its messages and those after it; a forged answer changes nothing, and a second one is not allowed', () => {
    const opened = open(opens, [
      [0, 0, hello],
      [1, 1, forged],
      [1, 1, answer],
      [0, 2, there],
      [1, 1, answer],
      [1, 2, back],
    ]);
    expect(opened.analysis.steps(0)!.title).toBe('handshake 1 of 1');
    expect(steps(opened)).toEqual([
      '0 opener message 1 → message 2',
      '1 answerer message 2 → message 2',
      '2 answerer message 2 → transport',
      '3 opener transport → transport',
      '4 answerer transport → transport refused',
      '5 answerer transport → transport',
    ]);
    const [sealed] = opened.analysis.compute(1).filter(({ check }) => check !== undefined);
    expect(sealed!.check).toEqual({ state: 'invalid', why: 'the tag does not verify' });
  });

  it('go on where the answer is not in the capture', () => {
    const opened = open(opens, [
      [0, 0, hello],
      [0, 2, there],
    ]);
    expect(steps(opened)).toEqual(['0 opener message 1 → message 2', '1 opener message 2 → message 2']);
    const [sealed] = opened.analysis.compute(1);
    expect(sealed!.check).toEqual({ state: 'unchecked', why: 'message 2 of the handshake is not in the capture' });
  });

  it('name the key that a value needs, and show no secret without it', () => {
    const opened = open('', [
      [0, 0, hello],
      [1, 1, answer],
      [0, 2, there],
    ]);
    const all = quantities(opened.analysis);
    expect(all.filter(({ secret, value }) => secret && value !== undefined)).toEqual([]);
    const unknown = new Set(all.flatMap(({ unknown: why }) => why ?? []));
    expect([...unknown]).toEqual([
      "needs TOY_EPHEMERAL: the initiator's ephemeral private key",
      "needs TOY_EPHEMERAL: the responder's ephemeral private key",
      "needs TOY_EPHEMERAL: the initiator's ephemeral private key, or the responder's ephemeral private key",
    ]);
  });
});
