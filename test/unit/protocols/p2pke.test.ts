/** p2pke with sessions that the test makes itself: IPv6, fragments, several sessions, time, and what breaks the rules. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../dissector/bytes/index.ts';
import { signatureDigest, x25519 } from '../../../dissector/crypto/index.ts';
import { exchange, keyOf, nn, readMessage1, sealMessage2 } from '../../../dissector/protocols/p2pke/keyschedule.ts';
import { analyse } from '../../golden/open.ts';
import { capture, type Endpoint, ipFrame, udpBody, udpFrame } from '../analysis/packets.ts';

const initiator: Endpoint = { address: '2001:db8::1', port: 4000 };
const responder: Endpoint = { address: '2001:db8::2', port: 4001 };

const record = (number: number, bytes: Uint8Array): number[] => {
  const { length } = bytes;
  return [(number << 3) | 2, ...(length < 128 ? [length] : [(length & 0x7f) | 0x80, length >>> 7]), ...bytes];
};
const message = (bit: number, counter: number, ...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from([
    (bit << 7) | ((counter >>> 24) & 0x7f),
    (counter >>> 16) & 0xff,
    (counter >>> 8) & 0xff,
    counter & 0xff,
    ...parts.flatMap((part) => [...part]),
  ]);

/** Both sides of one session, with keys that follow from a seed. */
function session(seed: number, longTerm = 7) {
  const secret = (n: number): Uint8Array => new Uint8Array(32).fill(n);
  const [own, peer] = [secret(seed), secret(seed + 100)];
  const [e1, e2] = [x25519.publicOf(own), x25519.publicOf(peer)];
  const claim = (number: number, signer: Uint8Array, purpose: string, signed: Uint8Array): number[] => {
    const spki = Uint8Array.from([0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0, ...ed25519.getPublicKey(signer)]);
    return record(
      number,
      Uint8Array.from([...record(1, spki), ...record(2, ed25519.sign(signatureDigest(purpose, signed), signer))]),
    );
  };
  const binding = 'p2pke/sig-channel-binding';
  const timestamp = Uint8Array.from([0x40, 0, 0, 0, 0x6b, seed, 0, 0, 0, 0, 0, 0]);
  const suite = new TextEncoder().encode('25519_ChaChaPoly_BLAKE2b');
  const hello = Uint8Array.from([
    ...record(1, suite),
    ...record(2, timestamp),
    ...claim(3, secret(longTerm), 'p2pke/timestamp', timestamp),
  ]);
  const first = readMessage1(e1, hello);
  const answer = Uint8Array.from([...record(1, suite), ...claim(2, secret(9), binding, first.h)]);
  const keys = exchange(peer, e1)!;
  const second = sealMessage2(first.h, e2, answer, keys);
  const sealed = (bit: 0 | 1, counter: number, plaintext: Uint8Array): Uint8Array => {
    const header = message(bit, counter);
    return message(bit, counter, nn.cipher.encrypt(keyOf(keys, bit)!, counter, header, plaintext));
  };
  const done = Uint8Array.from(claim(1, secret(longTerm), binding, second.h));
  return {
    initHello: message(0, 0, e1, hello),
    respHello: message(1, 1, e2, second.ciphertext),
    initDone: sealed(0, 2, done),
    data: (bit: 0 | 1, counter: number, text: string) => sealed(bit, counter, new TextEncoder().encode(text)),
    key: `P2PKE_EPHEMERAL_PRIVATE ${toHex(peer)}\n`,
  };
}

type Sent = readonly [bit: 0 | 1, bytes: Uint8Array];
const frames = (sent: readonly Sent[]): Uint8Array[] =>
  sent.map(([bit, bytes]) => (bit === 0 ? udpFrame(initiator, responder, bytes) : udpFrame(responder, initiator, bytes)));
const handshake = (one: ReturnType<typeof session>): Sent[] => [
  [0, one.initHello],
  [1, one.respHello],
  [0, one.initDone],
];

function messages(file: Uint8Array, keys: string) {
  const analysis = analyse(file, keys);
  return Array.from({ length: analysis.messageCount }, (_, n) => {
    const { name, state, frames: made, findings } = analysis.message(n);
    const { dissection } = analysis.dissect(n);
    const { data } = dissection.fields as { data?: string };
    return {
      name,
      state,
      frames: made,
      rules: findings.map(({ rule }) => rule),
      text: data === undefined ? undefined : Buffer.from(data, 'hex').toString(),
    };
  });
}

describe('p2pke', () => {
  const a = session(1);
  const b = session(2);

  it("opens a session over IPv6 with the responder's key alone, without a finding", () => {
    const seen = messages(capture(frames([...handshake(a), [0, a.data(0, 16, 'one')], [1, a.data(1, 16, 'two')]])), a.key);
    expect(seen.map(({ name, state, text, rules }) => [name, state, text, rules])).toEqual([
      ['InitHello', 'decoded', undefined, []],
      ['RespHello', 'decoded', undefined, []],
      ['InitDone', 'decoded', undefined, []],
      ['data', 'decoded', 'one', []],
      ['data', 'decoded', 'two', []],
    ]);
  });

  it('opens data whose handshake was changed on its way, by the keys that the ephemerals make, and no other', () => {
    const changed = Uint8Array.from([...a.initHello, 0x78, 1]);
    const sent: Sent[] = [
      [0, changed],
      [1, a.respHello],
      [0, a.initDone],
      [0, a.data(0, 16, 'one')],
      [1, a.data(1, 16, 'two')],
    ];
    const states = (keys: string) => messages(capture(frames(sent)), keys).map(({ state, text }) => text ?? state);
    expect(states(a.key)).toEqual(['decoded', 'encrypted', 'decoded', 'one', 'two']);
    expect(states(b.key)).toEqual(['decoded', 'encrypted', 'encrypted', 'encrypted', 'encrypted']);
  });

  it('tells two sessions of one channel apart, also while they overlap, and opens the one whose key it has', () => {
    const sent: Sent[] = [
      ...handshake(a),
      [0, a.data(0, 16, 'a')],
      ...handshake(b),
      [0, b.data(0, 16, 'b')],
      [0, a.data(0, 17, 'late a')],
    ];
    const texts = (keys: string) => messages(capture(frames(sent)), keys).map(({ text, state }) => text ?? state);
    expect(texts(a.key + b.key).filter((_, n) => [3, 7, 8].includes(n))).toEqual(['a', 'b', 'late a']);
    expect(texts(a.key).filter((_, n) => [3, 7, 8].includes(n))).toEqual(['a', 'encrypted', 'late a']);
    // What the key of the second session does not open may be the first one's.
    expect(texts(b.key).filter((_, n) => [3, 7, 8].includes(n))).toEqual(['encrypted', 'b', 'encrypted']);
    expect(messages(capture(frames(sent)), b.key).flatMap(({ rules }) => rules)).toEqual([]);
  });

  it('tells of every message of a session that is too old', () => {
    const sent: Sent[] = [...handshake(a), [0, a.data(0, 16, 'x')], [1, a.data(1, 16, 'x')]];
    const seen = messages(capture(frames(sent), 1_700_000_000, 30), a.key);
    expect(seen.slice(3).map(({ rules }) => rules)).toEqual([['p2pke.session-age'], ['p2pke.session-age']]);
  });

  it('puts a message together that came in fragments, and lists all their frames', () => {
    const [from, to] = [
      { address: '192.0.2.1', port: 1 },
      { address: '192.0.2.2', port: 2 },
    ];
    const body = udpBody(from, to, a.initHello);
    const cut = 64;
    const parts = [
      ipFrame(17, from, to, body.slice(cut), { id: 5, offset: cut, more: false }),
      ipFrame(17, from, to, body.slice(0, cut), { id: 5, offset: 0, more: true }),
    ];
    const seen = messages(capture([...parts, udpFrame(to, from, a.respHello)]), a.key);
    expect(seen.map(({ name, state, frames: made }) => [name, state, made])).toEqual([
      ['InitHello', 'decoded', [1, 2]],
      ['RespHello', 'decoded', [3]],
    ]);
  });

  it.each([
    ['p2pke.replay', [...handshake(a), [0, a.data(0, 16, 'x')], [0, a.data(0, 16, 'x')]], 1],
    ['p2pke.stale-counter', [...handshake(a), [0, a.data(0, 9000, 'x')], [0, a.data(0, 16, 'y')]], 1],
    ['p2pke.late-handshake', [...handshake(a), [1, a.respHello]], 1],
    ['p2pke.reserved-counter', [...handshake(a), [0, a.data(0, 5, 'x')]], 1],
    ['p2pke.direction', [...handshake(a), [1, a.data(0, 16, 'x')]], 1],
    ['p2pke.session-age', [...handshake(a), [0, a.data(0, 16, 'x')]], 30],
    ['p2pke.remote-key-changed', [...handshake(a), ...handshake(session(3, 8)).slice(0, 1)], 1],
  ] as [string, Sent[], number][])('finds %s', (rule, sent, step) => {
    const seen = messages(capture(frames(sent), 1_700_000_000, step), a.key);
    expect(seen.at(-1)!.rules).toEqual([rule]);
    expect(seen.slice(0, -1).flatMap(({ rules }) => rules)).toEqual([]);
  });

  it.each<[string, 0 | 1]>([
    ['p2pke.early-data', 0],
    ['p2pke.order', 1],
  ])('finds %s once the InitDone has come, and nothing where none does', (rule, side) => {
    const begun: Sent[] = [
      [0, a.initHello],
      [1, a.respHello],
      [side, a.data(side, 16, 'x')],
    ];
    const rules = (sent: Sent[]) => messages(capture(frames(sent)), a.key).map((one) => one.rules);
    expect(rules([...begun, handshake(a)[2]!])).toEqual([[], [], [rule], []]);
    // The capture may have lost it.
    expect(rules(begun)).toEqual([[], [], []]);
  });

  it('says nothing of a RespHello that crosses the InitDone', () => {
    const [hello, answer, done] = handshake(a) as [Sent, Sent, Sent];
    const rules = (sent: Sent[]) => messages(capture(frames(sent)), a.key).map((one) => one.rules);
    expect(rules([hello, hello, answer, done, answer])).toEqual([[], [], [], [], []]);
    const heard: Sent = [1, a.data(1, 16, 'x')];
    expect(rules([hello, hello, answer, done, heard, answer]).at(-1)).toEqual(['p2pke.late-handshake']);
  });

  it('says nothing of the direction in a session that the capture does not show', () => {
    const older: Sent = [0, session(3, 8).data(1, 16, 'x')];
    const rules = (sent: Sent[], key = '') => messages(capture(frames(sent)), key).map((one) => one.rules);
    expect(rules([[0, a.initHello], older])).toEqual([[], []]);
    expect(rules([...handshake(a), older]).at(-1)).toEqual(['p2pke.direction']);
  });

  it('says nothing of data whose session began before the capture, and opens nothing', () => {
    const sent: Sent[] = [0, 1, 2, 3, 4, 5].map((n) => [0, a.data(0, 16 + n, 'x')]);
    expect(messages(capture(frames(sent)), a.key).map(({ name, state, rules }) => [name, state, rules])).toEqual(
      sent.map(() => ['data', 'encrypted', []]),
    );
  });

  it('a snapped datagram is incomplete, not malformed', () => {
    const whole = udpFrame(initiator, responder, a.initHello);
    const seen = messages(capture([...frames(handshake(a)), whole.subarray(0, 80)]), a.key);
    expect(seen.at(-1)).toMatchObject({ state: 'incomplete', rules: ['p2pke.incomplete'] });
  });
});
