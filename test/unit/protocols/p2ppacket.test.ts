import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { toHex } from '../../../dissector/bytes/index.ts';
import { analyse } from '../../golden/open.ts';
import {
  cookieOf,
  data,
  type EntryValues,
  handshake,
  Node,
  ping,
  recorded,
  reliable,
  retry,
  type Sent,
  sealed,
} from './p2ppacket.build.ts';

const one = new Node({ address: '192.0.2.1', port: 7000 }, 1);
const two = new Node({ address: '192.0.2.2', port: 7001 }, 2);
const three = new Node({ address: '192.0.2.3', port: 7002 }, 3);
const four = new Node({ address: '192.0.2.4', port: 7003 }, 4);

interface Fields {
  readonly channels: readonly { readonly [name: string]: string | number | boolean }[];
}

const text = (hex: string | number | boolean | undefined): string => Buffer.from(String(hex), 'hex').toString();
const all = (analysis: Analysis): number[] => Array.from({ length: analysis.messageCount }, (_, n) => n);
const fieldsOf = (analysis: Analysis, n: number) => analysis.dissect(n).dissection.fields as unknown as Fields;

/** What is told of a capture: `message rule`, by number. */
function told(sent: readonly Sent[], step?: number): string[] {
  const analysis = analyse(recorded(sent, step));
  return all(analysis).flatMap((n) => analysis.message(n).findings.map(({ rule }) => `${n} ${rule.replace('p2ppacket.', '')}`));
}

const spoken: Sent[] = [...handshake(one, two), [one, two, data([reliable(1, 1)])], [two, one, data([reliable(1, 1, 1)])]];

describe('a session of p2ppacket', () => {
  it('conforms', () => expect(told(spoken)).toEqual([]));

  it.each<[string, readonly Sent[], string[]]>([
    ['an unknown version', [[one, two, Uint8Array.of(2, 0, 1, 2)]], ['6 version']],
    ['an unknown type', [[one, two, Uint8Array.of(1, 9, 1, 2)]], ['6 unknown-type']],
    ['half a head', [[one, two, Uint8Array.of(1)]], ['6 length']],
    ['a ping that is too short', [[one, two, ping(1).subarray(0, 30)]], ['6 length']],
    ['a ping that is too long', [[one, two, Uint8Array.from([...ping(1), 0])]], ['6 length']],
    ['a channel_count over the entries', [[one, two, data([reliable(1, 2, 1)], { channel_count: 2 })]], ['6 channel-count']],
    [
      'a channel_count under the entries',
      [[one, two, data([reliable(1, 2, 1), reliable(1, 3, 1)], { channel_count: 1 })]],
      ['6 channel-count'],
    ],
    ['bytes after the entries', [[one, two, Uint8Array.from([...data([reliable(1, 2, 1)]), 1, 2, 3])]], ['6 trailing-bytes']],
    ['an entry that is longer than the packet', [[one, two, data([{ ...reliable(1, 2, 1), length: 500 }])]], ['6 entry-length']],
    ['an ack of what was never sent', [[one, two, data([reliable(1, 2, 2)])]], ['6 ack-ahead']],
    ['an ack behind', [[one, two, data([reliable(1, 2, 0)])]], []],
    ['a sequence number that jumps at the end of the capture', [[one, two, data([reliable(1, 9, 1)])]], ['6 sequence']],
    [
      'a packet that the capture lost, and the other side has',
      [
        [one, two, data([reliable(1, 3, 1)])],
        [two, one, data([reliable(1, 2, 3)])],
      ],
      ['6 not-captured'],
    ],
    [
      'an acknowledgement captured before what it acknowledges',
      [
        [two, one, data([reliable(1, 2, 2)])],
        [one, two, data([reliable(1, 2, 1)])],
      ],
      [],
    ],
    [
      'a sequence number left out',
      [
        [one, two, data([reliable(1, 5, 1)])],
        [one, two, data([reliable(1, 6, 1)])],
      ],
      ['6 sequence'],
    ],
    [
      'two packets in the wrong order',
      [
        [one, two, data([reliable(1, 3, 1)])],
        [one, two, data([reliable(1, 2, 1)])],
      ],
      [],
    ],
    [
      'a packet that was lost and comes again later',
      [
        [one, two, data([reliable(1, 3, 1)])],
        [one, two, data([reliable(1, 4, 1)])],
        [two, one, data([reliable(1, 2, 1)])],
        [one, two, data([reliable(1, 2, 2)])],
      ],
      [],
    ],
    ['a sequence number left out at the very end', [[one, two, data([reliable(1, 5, 1)])]], ['6 sequence']],
    [
      'holes of unreliable data',
      [
        [one, two, data([{ ...reliable(5, 1), type: 'unreliable_data' }])],
        [one, two, data([{ ...reliable(5, 4), type: 'unreliable_data' }])],
        [one, two, data([reliable(1, 2, 1)])],
      ],
      [],
    ],
    ['another entry under a sequence number', [[one, two, data([reliable(1, 1, 1, 'other')])]], ['6 sequence']],
    ['no channels at all', [[one, two, data([])]], []],
    ['a ping without an answer', [[one, two, ping(3)]], []],
    ['a new session with a new key', handshake(four, two), []],
  ])('tells of %s', (_, more, expected) => expect(told([...spoken, ...more])).toEqual(expected));

  it('marks a retransmission, also with a newer ack', () => {
    const analysis = analyse(recorded([...spoken, [one, two, data([reliable(1, 1, 1)])]]));
    expect(fieldsOf(analysis, 6).channels[0]).toMatchObject({ retransmission: true, ack: 1 });
    expect(fieldsOf(analysis, 4).channels[0]?.retransmission).toBeUndefined();
  });

  it('wants the cookie of the hello retry back', () => {
    const [hello, again, second, answer] = handshake(one, two);
    expect(told([hello!, again!, [one, two, one.hello(cookieOf(77))], answer!])).toContain('2 cookie-echo');
    expect(told([hello!, again!, second!, answer!])).toEqual([]);
    // Sent again before the hello retry arrived.
    expect(told([hello!, again!, hello!, second!, answer!])).toEqual([]);
    // The responder may send zeros.
    expect(told([hello!, again!, second!, [two, one, two.hello()]])).toEqual([]);
  });

  it('tells of data before the handshake is done, not of a capture that begins later', () => {
    const early: Sent = [one, two, data([reliable(1, 1)])];
    expect(told([handshake(one, two)[0]!, handshake(one, two)[1]!, early])).toEqual(['2 order']);
    expect(told([early, [two, one, data([reliable(1, 30, 17)])], [one, two, ping(1)]])).toEqual([]);
  });

  it('asks for an answer to a request within its time', () => {
    const ask: Sent = [one, two, data([{ id: 0, type: 'peers_list_request', sequence: 1 }])];
    expect(told([...spoken, ask])).toEqual([]);
    expect(told([...spoken, ask, [one, two, ping(1)]], 10)).toEqual(['6 request-unanswered']);
    expect(told([...spoken, ask, [two, one, data([reliable(0, 1, 1)])], [one, two, ping(1)]], 4)).toEqual([]);
  });
});

describe('the signature of a hello', () => {
  it.each<[string, readonly Uint8Array[]]>([
    ['both keys', [one.x, one.ed]],
    ['the X25519 key alone', [one.x]],
    ['both keys and the cookie', [one.x, one.ed, new Uint8Array(32)]],
    ['the head and both keys', [Uint8Array.of(1, 0), one.x, one.ed]],
  ])('verifies over %s', (_, signed) => {
    const analysis = analyse(recorded([[one, two, one.hello(new Uint8Array(32), signed)]]));
    expect(analysis.dissect(0).dissection.signatureValid).toBe(true);
  });

  it('does not verify over anything else', () => {
    const analysis = analyse(recorded([[one, two, one.hello(new Uint8Array(32), [one.ed])]]));
    expect(analysis.dissect(0).dissection.signatureValid).toBe(false);
    expect(analysis.message(0).findings.map(({ rule }) => rule)).toEqual(['p2ppacket.signature']);
  });
});

describe('sealed data', () => {
  const secret = [
    sealed(data([reliable(1, 1, 0, 'between us')]), one, two, 1),
    sealed(data([reliable(1, 1, 1, 'indeed')]), one, two, 2),
  ] as const;
  const sent: Sent[] = [...handshake(one, two), [one, two, secret[0]], [two, one, secret[1]]];

  it.each([
    ["the initiator's key", `P2PPACKET_X25519_PRIVATE ${toHex(one.secret)}`],
    ["the responder's key", `P2PPACKET_X25519_PRIVATE ${toHex(two.secret)}`],
  ])('opens with %s', (_, keys) => {
    const analysis = analyse(recorded(sent), keys);
    expect([4, 5].map((n) => [analysis.message(n).state, analysis.message(n).encrypted])).toEqual([
      ['decoded', true],
      ['decoded', true],
    ]);
    expect(text(fieldsOf(analysis, 4).channels[0]?.data)).toBe('between us');
    expect(analysis.counts.findings).toBe(0);
    expect(analysis.explain(4)[0]!.steps.at(-1)).toMatchObject({ ok: true });
  });

  it.each([
    ['without a key', ''],
    ['with the key of somebody else', `P2PPACKET_X25519_PRIVATE ${toHex(three.secret)}`],
    ['with a wrong session key', `P2PPACKET_SESSION_KEY ${toHex(one.x)} ${'11'.repeat(32)}`],
  ])('is perhaps sealed %s, and no breach', (_, keys) => {
    const analysis = analyse(recorded(sent), keys);
    expect([4, 5].map((n) => analysis.message(n).state)).toEqual(['encrypted', 'encrypted']);
    expect(fieldsOf(analysis, 4).channels).toBeUndefined();
    expect(analysis.counts.findings).toBe(0);
    const explained = JSON.stringify(analysis.explain(4));
    expect(explained).not.toContain('11'.repeat(32));
    if (keys !== '') expect(analysis.explain(4)[0]!.steps.at(-1)!.ok).toBe(false);
  });

  it('is malformed where the tag fails under a proven key', () => {
    const broken = secret[1].slice();
    broken[20]! ^= 1;
    const analysis = analyse(recorded([...sent, [two, one, broken]]), `P2PPACKET_X25519_PRIVATE ${toHex(one.secret)}`);
    expect([analysis.message(6).state, analysis.message(6).findings[0]?.rule]).toEqual(['malformed', 'p2ppacket.malformed']);
  });

  it('was malformed once the session turns out to be plain', () => {
    const plain: Sent = [one, two, data([reliable(1, 1)])];
    const noise: Sent = [one, two, Uint8Array.from([1, 3, 200, ...secret[0]])];
    const analysis = analyse(recorded([...handshake(one, two), noise, plain]));
    expect([analysis.message(4).state, analysis.message(5).state]).toEqual(['malformed', 'decoded']);
  });
});

describe('an introduction over three nodes', () => {
  const entry = (type: EntryValues['type'], sequence: number, more: object): EntryValues => ({ id: 0, type, sequence, ...more });
  const requested: Sent[] = [
    ...handshake(one, two, 5),
    ...handshake(three, two, 6),
    [one, two, data([entry('introduction_request', 1, one.introduction(three))])],
    [one, three, ping(1)],
  ];
  const socket = { ipv6: Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]), port: 7000 };
  const introduced: Sent = [two, three, data([entry('introduction', 1, { ...one.introduction(three), ...socket })])];
  const rest: Sent[] = [
    [three, two, data([entry('introduction_ack', 1, { ack: 1, status: 0 })])],
    [three, one, ping(2)],
    [two, one, data([entry('introduction_ack', 1, { ack: 1, status: 0 })])],
    [three, one, three.hello()],
  ];

  it('conforms, and ties its messages together', () => {
    const analysis = analyse(recorded([...requested, introduced, ...rest]));
    expect(analysis.counts.findings).toBe(0);
    expect(fieldsOf(analysis, 8).channels[0]).toMatchObject({ type: 'introduction_request', signature_valid: true });
    expect(fieldsOf(analysis, 10).channels[0]).toMatchObject({ type: 'introduction', signature_valid: true, port: 7000 });
    const tree = JSON.stringify(analysis.dissect(10).tree.layers, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
    expect(tree).toContain('"requested_in"');
    expect(tree).toContain('"192.0.2.1"');
  });

  it('gives a session whose initiator is the requester', () => {
    const secret: Sent = [one, three, sealed(data([reliable(1, 1, 0, 'at last')]), one, three)];
    const analysis = analyse(
      recorded([...requested, introduced, ...rest, secret]),
      `P2PPACKET_X25519_PRIVATE ${toHex(three.secret)}`,
    );
    const n = analysis.messageCount - 1;
    expect(text(fieldsOf(analysis, n).channels[0]?.data)).toBe('at last');
    expect(analysis.counts.findings).toBe(0);
  });

  it('follows a request', () => {
    const bare = requested.filter((_, i) => i !== 8);
    expect(told([...bare, introduced, ...rest])).toContain('9 introduction-unrequested');
  });

  it('is not held against a capture taken where only the target is seen', () => {
    expect(told([...handshake(three, two, 6), introduced])).toEqual([]);
    const analysis = analyse(recorded([introduced]));
    expect(fieldsOf(analysis, 0).channels[0]?.signature_valid).toBeNull();
  });

  it('goes to its target', () => {
    const misled: Sent = [two, four, introduced[2]];
    expect(told([...requested, ...handshake(four, two, 7), misled])).toContain('14 introduction-target');
  });

  it('is acknowledged', () => {
    expect(told([...requested, introduced, [two, three, ping(8)]], 8)).toContain('10 introduction-unacknowledged');
  });

  it('carries the signature of its requester', () => {
    const forged: Sent = [
      two,
      three,
      data([entry('introduction', 1, { ...one.introduction(three), signature: four.sign(one.x), ...socket })]),
    ];
    expect(told([...requested, forged])).toContain('10 signature');
  });
});

describe('an introduction over IPv6', () => {
  const at = (last: number) => new Node({ address: `2001:db8::${last}`, port: 7000 + last }, last);
  const [requester, introducer, target] = [at(1), at(2), at(3)];

  it('is tied to its request and verified', () => {
    const ipv6 = Uint8Array.from([0x20, 1, 0x0d, 0xb8, ...new Array(11).fill(0), 1]);
    const entry = { id: 0, sequence: 1, ...requester.introduction(target) };
    const analysis = analyse(
      recorded([
        ...handshake(requester, introducer, 5),
        ...handshake(target, introducer, 6),
        [requester, introducer, data([{ ...entry, type: 'introduction_request' }])],
        [introducer, target, data([{ ...entry, type: 'introduction', ipv6, port: 7001 }])],
        [introducer, target, ping(1)],
        [target, requester, target.hello()],
        [requester, target, data([reliable(1, 1)])],
      ]),
    );
    expect(analysis.counts.findings).toBe(0);
    expect(fieldsOf(analysis, 9).channels[0]?.signature_valid).toBe(true);
  });
});

describe('the recognition of p2ppacket', () => {
  it('takes a single hello, and no other traffic', () => {
    expect(analyse(recorded([[one, two, one.hello()]])).messageCount).toBe(1);
    expect(
      analyse(
        recorded([
          [one, two, Uint8Array.of(1, 2, 3, 4)],
          [two, one, Uint8Array.of(1, 0, 9)],
        ]),
      ).messageCount,
    ).toBe(0);
  });

  it('begins a capture with a hello retry', () =>
    expect(
      told([
        [two, one, retry(1)],
        [one, two, one.hello(cookieOf(1))],
        [two, one, two.hello()],
      ]),
    ).toEqual([]));
});
