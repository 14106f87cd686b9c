/** Each rule of botd with what breaks it and a twin that does not. */
import { describe, expect, it } from 'vitest';
import { clearFrame, messages, recorded, type Script, type Sent, session, u32 } from './botd.build.ts';

const good = session();
const hello: Sent[] = [
  [0, good.init],
  [1, good.ack],
];
const none = new Uint8Array(0);

/** The findings of a script: `n severity rule`. */
function found(script: Script, keys = good.keys): string[] {
  return messages(recorded(script), keys).flatMap(({ rules }, n) => rules.map((rule) => `${n} ${rule}`));
}

function wrongChecksum(payload: Uint8Array): Uint8Array {
  return clearFrame(payload, Uint8Array.from([1, 2, 3, 4]));
}

describe('checksum', () => {
  it('is an error when it does not fit, and the session goes on', () => {
    const sent: Sent[] = [
      [0, wrongChecksum(good.initPayload)],
      [1, wrongChecksum(good.ackPayload)],
      [0, good.ping('a ping')],
    ];
    expect(found({ sent })).toEqual(['0 error botd.checksum', '1 error botd.checksum']);
    const seen = messages(recorded({ sent }), good.keys);
    expect(seen.map(({ name, state }) => [name, state])).toEqual([
      ['Init', 'decoded'],
      ['Ack', 'decoded'],
      ['Ping', 'decoded'],
    ]);
  });
  it('is silent when it fits', () => expect(found({ sent: hello })).toEqual([]));
});

describe('init-id', () => {
  const other = session({ initId: 'another' });
  it('is an error when the Ack names another Init, and the session goes on', () => {
    const sent: Sent[] = [
      [0, other.init],
      [1, other.ack],
      [0, other.ping('a ping')],
    ];
    expect(found({ sent }, other.keys)).toEqual(['1 error botd.init-id']);
    expect(messages(recorded({ sent }), other.keys)[2]!.name).toBe('Ping');
  });
});

describe('signature and not-closed', () => {
  const [badInit, badAck] = [session({ badInit: true }), session({ badAck: true })];
  it('a bad Init must be followed by a close', () => {
    const both = ['0 error botd.signature', '1 error botd.not-closed'];
    expect(
      found(
        {
          sent: [
            [0, badInit.init],
            [1, badInit.ack],
            [1, badInit.ping('x')],
          ],
        },
        '',
      ),
    ).toEqual(both);
    expect(found({ sent: [[0, badInit.init]], closedBy: 1 }, '')).toEqual(['0 error botd.signature']);
  });
  it('a bad Ack must be followed by a close of the opener, also where no key opens', () => {
    const sent: Sent[] = [
      [0, badAck.init],
      [1, badAck.ack],
      [1, badAck.ping('x')],
      [0, badAck.ping('y')],
      [0, badAck.ping('z')],
    ];
    expect(found({ sent }, '')).toEqual(['1 error botd.signature', '3 error botd.not-closed']);
    expect(found({ sent: sent.slice(0, 2), closedBy: 0 }, '')).toEqual(['1 error botd.signature']);
    expect(messages(recorded({ sent }), '')[1]!.valid).toBe(false);
  });
  it('an Ack without its Init cannot be checked', () => {
    const seen = messages(recorded({ sent: [[1, good.ack]], opened: false }), good.keys);
    expect(seen.map(({ name, valid, rules }) => [name, valid, rules])).toEqual([['Ack', null, []]]);
  });
});

describe('ping-interval and not-closed', () => {
  const pings = (seconds: number): Sent[] => [
    ...hello,
    [0, good.ping('ping one')],
    [1, good.pong('pong one', 'ping one')],
    [0, good.ping('ping two'), seconds],
    [1, good.pong('pong two', 'ping two')],
  ];
  it('is a warning under 24 s, and so is an answer to it', () => {
    expect(found({ sent: pings(20) })).toEqual(['4 warning botd.ping-interval', '5 warning botd.not-closed']);
    expect(messages(recorded({ sent: pings(20) }), good.keys)[4]!.findings[0]!.frames).toEqual([7, 5]);
  });
  it('tolerates 24 s', () => expect(found({ sent: pings(24) })).toEqual([]));
  it('is silent when the receiver closes', () =>
    expect(found({ sent: pings(5).slice(0, 5), closedBy: 1 })).toEqual(['4 warning botd.ping-interval']));
  it('counts each side for itself', () => {
    const sent: Sent[] = [...hello, [0, good.ping('ping one')], [1, good.ping('ping two')]];
    expect(found({ sent })).toEqual([]);
  });
  it('is found in a session without tags, too', () => {
    const s = session({ cipher: 'AES-256-CBC' });
    const sent: Sent[] = [
      [0, s.init],
      [1, s.ack],
      [0, s.ping('a')],
      [0, s.ping('b')],
      [1, s.ping('c')],
    ];
    expect(found({ sent }, s.keys)).toEqual(['3 warning botd.ping-interval', '4 warning botd.not-closed']);
  });
});

describe('ping-unanswered', () => {
  it('is a warning on the Ping when a later packet shows it', () => {
    const sent: Sent[] = [...hello, [0, good.ping('a ping')], [1, good.seal(Uint8Array.from([8, 1])), 40]];
    expect(found({ sent })).toEqual(['2 warning botd.ping-unanswered']);
    expect(messages(recorded({ sent }), good.keys)[2]!.findings[0]!.frames).toEqual([5, 6]);
  });
  it('is shown by a packet without bytes, too', () =>
    expect(found({ sent: [...hello, [0, good.ping('a ping')], [1, none, 40]] })).toEqual(['2 warning botd.ping-unanswered']));
  it('is shown by a Pong that comes too late', () =>
    expect(found({ sent: [...hello, [0, good.ping('a ping')], [1, good.pong('x', 'a ping'), 37]] })).toEqual([
      '2 warning botd.ping-unanswered',
    ]));
  it('is silent within 36 s, at the end of the capture, and after an answer', () => {
    expect(found({ sent: [...hello, [0, good.ping('a ping')], [1, good.seal(Uint8Array.from([8, 1])), 35]] })).toEqual([]);
    expect(found({ sent: [...hello, [0, good.ping('a ping')]] })).toEqual([]);
    expect(found({ sent: [...hello, [0, good.ping('a ping')], [1, good.pong('x', 'a ping')], [1, none, 100]] })).toEqual([]);
  });
  it('is silent where the answer may have been missed', () => {
    const sent: Sent[] = [
      ...hello,
      [0, good.ping('a ping')],
      [1, good.pong('x', 'a ping')],
      [1, good.seal(Uint8Array.from([8, 1])), 40],
    ];
    expect(found({ sent, lost: [3] })).toEqual(['3 warning botd.gap']);
  });
});

describe('length', () => {
  const huge = Uint8Array.from([...u32(0xffff_ffff), 1, 2, 3]);
  it('over the limit ends the direction, in clear and later', () => {
    expect(
      found({
        sent: [
          [0, huge],
          [1, good.ack],
        ],
      }),
    ).toEqual(['0 error botd.length']);
    const seen = messages(recorded({ sent: [...hello, [0, huge], [0, good.ping('x')], [1, good.ping('y')]] }), good.keys);
    expect(seen.map(({ name, state, rules }) => [name, state, rules])).toEqual([
      ['Init', 'decoded', []],
      ['Ack', 'decoded', []],
      ['undecodable', 'malformed', ['error botd.length']],
      ['Ping', 'decoded', []],
    ]);
  });
});

describe('order', () => {
  it('Ack before Init', () =>
    expect(
      found({
        sent: [
          [1, good.ack],
          [0, good.init],
        ],
      }),
    ).toEqual(['0 warning botd.order']));
  it('an encrypted frame of the opener before the Ack', () => {
    const sent: Sent[] = [
      [0, good.init],
      [0, good.ping('early')],
      [1, good.ack],
    ];
    expect(found({ sent })).toEqual(['1 warning botd.order']);
    expect(messages(recorded({ sent }), good.keys)[1]!.name).toBe('Ping');
  });
  it('a second Init', () => {
    expect(found({ sent: [...hello, [0, good.init], [0, good.ping('x')]] })).toEqual(['2 warning botd.order']);
  });
  it('an Init of both sides', () =>
    expect(
      found({
        sent: [
          [0, good.init],
          [1, good.init],
        ],
      }),
    ).toEqual(['1 warning botd.order']));
  it('is silent where the Ack is not in the capture', () =>
    expect(
      found({
        sent: [
          [0, good.init],
          [0, good.ping('x')],
        ],
      }),
    ).toEqual([]));
});

describe('incomplete', () => {
  const cut = good.ping('a ping').subarray(0, 30);
  it('is a warning when the connection closes inside a frame', () =>
    expect(found({ sent: [...hello, [0, cut]], closedBy: 0 })).toEqual(['2 warning botd.incomplete']));
  it('is a state, and no finding, at the end of the capture', () => {
    expect(found({ sent: [...hello, [0, cut]] })).toEqual([]);
    const seen = messages(recorded({ sent: [...hello, [0, cut]] }), good.keys);
    expect(seen[2]).toMatchObject({ name: 'incomplete', state: 'incomplete' });
  });
  it('names an Init that is cut off', () => {
    const seen = messages(recorded({ sent: [[0, good.init.subarray(0, 60)]], closedBy: 0 }));
    expect(seen.map(({ name, state, rules }) => [name, state, rules])).toEqual([
      ['Init', 'incomplete', ['warning botd.incomplete']],
    ]);
  });
});

describe('malformed', () => {
  it('a payload that is no protobuf under a tag that opens', () => {
    const sent: Sent[] = [...hello, [0, good.seal(Uint8Array.from([8, 1, 0x12, 9, 1]))]];
    expect(found({ sent })).toEqual(['2 error botd.malformed']);
    const seen = messages(recorded({ sent }), good.keys)[2]!;
    expect(seen).toMatchObject({
      name: 'protobuf',
      state: 'malformed',
      fields: { tree: [{ field: 1, wire_type: 0, value: 1 }] },
    });
  });
  it('an Init whose payload breaks off', () =>
    expect(found({ sent: [[0, clearFrame(good.initPayload.subarray(0, 150))]] })).toEqual([
      '0 error botd.malformed',
      '0 error botd.signature',
    ]));
});

describe('a Pong', () => {
  it('of the own side answers nothing', () => {
    const sent: Sent[] = [...hello, [0, good.ping('a ping')], [0, good.pong('x', 'a ping')], [1, none, 40]];
    expect(found({ sent })).toEqual(['2 warning botd.ping-unanswered']);
  });
});
