/** botd's streams cut in any way: segments, gaps, captures that start in the middle, lengths that lie, many messages. */
import { describe, expect, it } from 'vitest';
import { decodeRecords } from '../../../dissector/codec/index.ts';
import { checkTree } from '../../../extension/author/treeranges.ts';
import { analyse } from '../../golden/open.ts';
import { answerer, messages, opener, recorded, type Sent, session, u32 } from './botd.build.ts';

const s = session();
const pings = Array.from({ length: 6 }, (_, i) => s.ping(`ping identifier ${i}`));
const hello: Sent[] = [
  [0, s.init],
  [1, s.ack],
];
const told = (seen: ReturnType<typeof messages>) => seen.map(({ name, state, rules }) => [name, state, rules]);
const whole = [
  ['Init', 'decoded', []],
  ['Ack', 'decoded', []],
  ['Ping', 'decoded', []],
  ['Pong', 'decoded', []],
];
const talk: Sent[] = [...hello, [0, pings[0]!], [1, s.pong('pong identifier', 'ping identifier 0')]];

describe('segments', () => {
  it.each([1, 2, 3, 5, 7, 64])('of %i bytes', (size) => {
    const seen = messages(recorded({ sent: talk, size }), s.keys);
    expect(told(seen)).toEqual(whole);
    expect(seen[0]!.frames.length).toBe(Math.ceil(s.init.length / size));
  });

  it('that hold several frames', () => {
    const sent: Sent[] = [
      [0, s.init],
      [1, s.ack],
      [0, Buffer.concat([pings[0]!, pings[1]!, pings[2]!.subarray(0, 10)])],
      [0, pings[2]!.subarray(10), 40],
    ];
    const seen = messages(recorded({ sent }), s.keys);
    expect(seen.map(({ name, frames }) => [name, frames])).toEqual([
      ['Init', [3]],
      ['Ack', [4]],
      ['Ping', [5]],
      ['Ping', [5]],
      ['Ping', [5, 6]],
    ]);
  });

  it('of a connection on another port are recognised by the first frame', () => {
    const ends = [opener, { ...answerer, port: 41_000 }] as const;
    for (const size of [1, 50, 1500]) expect(told(messages(recorded({ sent: talk, ends, size }), s.keys))).toEqual(whole);
  });
});

describe('a capture that starts in the middle', () => {
  const later: Sent[] = [
    [0, pings[0]!],
    [1, s.pong('pong identifier', 'ping identifier 0')],
    [0, pings[1]!],
  ];
  it('has frames of a session that no key is known for', () => {
    const seen = messages(recorded({ sent: later, opened: false }), s.keys);
    expect(told(seen)).toEqual(new Array(3).fill(['undecodable', 'encrypted', []]));
    expect(seen.map(({ protocol }) => protocol)).toEqual(['botd', 'botd', 'botd']);
  });
  it('is not recognised on another port', () => {
    const ends = [opener, { ...answerer, port: 41_000 }] as const;
    expect(messages(recorded({ sent: later, opened: false, ends }), s.keys)).toEqual([]);
  });
  it('without its SYN still has the handshake, whoever is seen first', () => {
    expect(told(messages(recorded({ sent: talk, opened: false }), s.keys))).toEqual(whole);
    const turned: Sent[] = talk.map(([side, bytes]) => [side === 0 ? 1 : 0, bytes]);
    const ends = [answerer, opener] as const;
    expect(told(messages(recorded({ sent: turned, opened: false, ends }), s.keys))).toEqual(whole);
  });
  it('inside a frame is one line to the end, nobody to blame', () => {
    const sent: Sent[] = [
      [0, pings[0]!.subarray(20)],
      [0, pings[1]!],
      [0, pings[2]!],
    ];
    const seen = messages(recorded({ sent, opened: false, closedBy: 0 }), s.keys);
    expect(told(seen)).toEqual([['undecodable', 'encrypted', []]]);
    expect(seen[0]!.generated.note).toMatch(/^The capture starts in the middle/);
  });
});

describe('a gap', () => {
  const sent: Sent[] = [...hello, [0, pings[0]!], [0, pings[1]!, 17], [0, pings[2]!, 17], [1, s.ping('x')]];
  it('between frames: the tag finds the next frame', () => {
    expect(told(messages(recorded({ sent, lost: [3] }), s.keys))).toEqual([
      ...whole.slice(0, 3),
      ['Ping', 'decoded', ['warning botd.gap']],
      ['Ping', 'decoded', []],
    ]);
  });
  it('between frames, without a key: one line to the end', () => {
    const seen = messages(recorded({ sent, lost: [3] }));
    expect(told(seen).slice(2)).toEqual([
      ['undecodable', 'encrypted', []],
      ['undecodable', 'encrypted', ['warning botd.gap']],
      ['undecodable', 'encrypted', []],
    ]);
  });
  it('inside a frame: its length tells where the next begins, without a key too', () => {
    const parts: Sent[] = [0, 20, 40].map((at, i) => [0, pings[1]!.subarray(at, i === 2 ? undefined : at + 20)]);
    const torn: Sent[] = [...hello, [0, pings[0]!], ...parts, [0, pings[2]!, 40]];
    const seen = messages(recorded({ sent: torn, lost: [4] }), s.keys);
    expect(told(seen).slice(3)).toEqual([
      ['incomplete', 'incomplete', ['warning botd.gap']],
      ['Ping', 'decoded', []],
    ]);
    expect(seen[3]!.findings[0]!.text).toBe('20 bytes inside this frame are missing');
    expect(told(messages(recorded({ sent: torn, lost: [4] }))).at(-1)).toEqual(['undecodable', 'encrypted', []]);
  });
  it('over a border: what is skipped is a line, then the tag finds a frame', () => {
    const parts: Sent[] = [
      [0, pings[1]!.subarray(0, 20)],
      [0, Buffer.concat([pings[1]!.subarray(20), pings[2]!.subarray(0, 20)])],
      [0, pings[2]!.subarray(20)],
      [0, pings[3]!, 40],
    ];
    const seen = messages(recorded({ sent: [...hello, [0, pings[0]!], ...parts], lost: [4] }), s.keys);
    expect(told(seen).slice(3)).toEqual([
      ['incomplete', 'incomplete', ['warning botd.gap']],
      ['undecodable', 'encrypted', []],
      ['Ping', 'decoded', []],
    ]);
  });
  it('in the Init leaves its name, and no key fits', () => {
    const parts: Sent[] = [
      [0, s.init.subarray(0, 50)],
      [0, s.init.subarray(50, 60)],
      [0, s.init.subarray(60)],
      [1, s.ack],
      [0, pings[0]!],
    ];
    expect(told(messages(recorded({ sent: parts, lost: [1] }), s.keys))).toEqual([
      ['Init', 'incomplete', ['warning botd.gap']],
      ['Ack', 'decoded', []],
      ['undecodable', 'encrypted', []],
    ]);
  });
});

describe('hostile bytes', () => {
  it('nest protobuf ten thousand deep without harm', () => {
    let nested = Uint8Array.from([8, 1]);
    const varint = (n: number): number[] =>
      n < 0x80 ? [n] : n < 0x4000 ? [(n & 0x7f) | 0x80, n >>> 7] : [(n & 0x7f) | 0x80, ((n >>> 7) & 0x7f) | 0x80, n >>> 14];
    for (let i = 0; i < 10_000; i++) {
      const head = [0x0a, ...varint(nested.length)];
      const out = new Uint8Array(head.length + nested.length);
      out.set(head);
      out.set(nested, head.length);
      nested = out;
    }
    const { field, problem } = decodeRecords(nested);
    expect(problem).toBeUndefined();
    checkTree({ sources: [{ id: 0, name: 'x', bytes: nested, origin: { kind: 'frame', frame: 1 } }], layers: [field] });
    const seen = messages(recorded({ sent: [...hello, [0, s.seal(nested)]] }), s.keys);
    expect(seen[2]).toMatchObject({ name: 'protobuf', state: 'decoded' });
    checkTree(seen[2]!.tree);
  });

  it('with more records than the limit are malformed', () => {
    const many = new Uint8Array(60_000).map((_, i) => (i % 2 === 0 ? 8 : 1));
    const seen = messages(recorded({ sent: [...hello, [0, s.seal(many)]] }), s.keys)[2]!;
    expect([seen.state, seen.rules]).toEqual(['malformed', ['error botd.limit']]);
    checkTree(seen.tree);
  });

  it.each([
    ['zero lengths', new Uint8Array(40)],
    ['a text', new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')],
    ['a length and nothing', Uint8Array.from(u32(0x00ff_ffff))],
    ['one byte', Uint8Array.from([1])],
  ])('%s on the port', (_, bytes) => {
    for (const opened of [true, false])
      for (const { tree, state, rules } of messages(
        recorded({
          sent: [
            [0, bytes],
            [1, bytes],
          ],
          opened,
          closedBy: 0,
        }),
      )) {
        checkTree(tree);
        if (state === 'malformed') expect(rules).not.toEqual([]);
      }
  });

  it('of twenty thousand messages are read: work that grew with their square would not end', () => {
    for (const cipher of ['AES-256-GCM', 'AES-256-CTR'] as const) {
      const long = session({ cipher });
      const sent: Sent[] = [
        [0, long.init],
        [1, long.ack],
      ];
      for (let i = 0; i < 200; i++) {
        const batch = Array.from({ length: 50 }, (_, n) => n + i * 50);
        sent.push([0, Buffer.concat(batch.map((n) => long.ping(`ping identifier ${n}`))), 40]);
        sent.push([1, Buffer.concat(batch.map((n) => long.pong('p', `ping identifier ${n}`)))]);
      }
      const file = recorded({ sent });
      const analysis = analyse(file, long.keys);
      expect(analysis.messageCount).toBe(20_002);
      expect(analysis.counts.encrypted).toBe(0);
    }
  }, 60_000);
});

describe('a conforming conversation', () => {
  const chunks = (side: 0 | 1, bytes: Uint8Array, seconds: number): Sent[] =>
    Array.from({ length: Math.ceil(bytes.length / 40) }, (_, i) => [
      side,
      bytes.subarray(i * 40, i * 40 + 40),
      i === 0 ? seconds : 0,
    ]);
  const long = (cipher: 'AES-256-GCM' | 'AES-256-CTR') => {
    const one = session({ cipher });
    const sent = [...chunks(0, one.init, 0), ...chunks(1, one.ack, 0)];
    for (let i = 0; i < 4; i++) {
      sent.push(...chunks(0, one.ping(`ping identifier ${i}`), 31));
      sent.push(...chunks(1, one.pong(`pong identifier ${i}`, `ping identifier ${i}`), 1));
      sent.push(...chunks(1, one.seal(Uint8Array.from([8, i])), 1));
    }
    return { ...one, sent };
  };

  it.each(['AES-256-GCM', 'AES-256-CTR'] as const)('under %s, cut anywhere, has no finding', (cipher) => {
    const { sent, keys } = long(cipher);
    for (let from = 0; from < sent.length; from++)
      for (const to of [sent.length, from + 9])
        for (const key of [keys, '']) {
          const seen = messages(recorded({ sent: sent.slice(from, to), opened: from === 0 }), key);
          expect([from, to, seen.flatMap(({ rules }) => rules)]).toEqual([from, to, []]);
        }
  });

  it.each(['AES-256-GCM', 'AES-256-CTR'] as const)('under %s, with any packet missing, tells of the gap alone', (cipher) => {
    const { sent, keys } = long(cipher);
    for (let lost = 0; lost < sent.length; lost++)
      for (const key of [keys, '']) {
        const rules = messages(recorded({ sent, lost: [lost] }), key).flatMap((one) => one.rules);
        expect([lost, rules.filter((rule) => rule !== 'warning botd.gap')]).toEqual([lost, []]);
      }
  });
});
