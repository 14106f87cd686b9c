/** botd with sessions that the test makes itself: every open choice, every encoding, every form of key. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../dissector/analysis/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { decodeRecords, type Encodable, encodeRecords, fieldToValues } from '../../../dissector/codec/index.ts';
import { Choices, KeyRing, type Pins } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { checkTree } from '../../../extension/author/treeranges.ts';
import { messages, recorded, type Script, type Style, session } from './botd.build.ts';

const record = (number: number, ...bytes: number[]): number[] => [(number << 3) | 2, bytes.length, ...bytes];
/** {1: 7, 2: bytes that are no text, 3: {1: "x", 2: 0xff}, 4: fixed32} */
const other = Uint8Array.from([
  8,
  7,
  ...record(2, 0xff, 0xfe),
  ...record(3, ...record(1, 0x78), ...record(2, 0xff)),
  0x25,
  1,
  2,
  3,
  4,
]);

function script(s: ReturnType<typeof session>): Script {
  return {
    sent: [
      [0, s.init],
      [1, s.ack],
      [0, s.ping('first-ping-identifier')],
      [1, s.pong('first-pong-identifier', 'first-ping-identifier')],
      [1, s.seal(other)],
    ],
  };
}

const names = ['Init', 'Ack', 'Ping', 'Pong', 'protobuf'];
const ciphers = ['AES-256-GCM', 'AES-256-CTR', 'AES-256-CBC'] as const;
const derivations = ['sha256-compressed-point', 'x-coordinate', 'sha256-x'] as const;

describe('botd opens', () => {
  it.each(ciphers.flatMap((cipher) => derivations.map((key) => [cipher, key] as const)))('%s under %s', (cipher, key) => {
    const s = session({ cipher, key });
    for (const keys of [s.keys, s.peerKeys, s.pointKeys, s.aesKeys]) {
      const seen = messages(recorded(script(s)), keys);
      expect(seen.map(({ name, state, rules }) => [name, state, rules])).toEqual(names.map((name) => [name, 'decoded', []]));
      expect(seen[3]!.fields).toEqual({ id: 'first-pong-identifier', ping_id: 'first-ping-identifier' });
      const label = keys.split(' ')[0]!;
      const how = label === 'BOTD_AES_KEY' ? label : `${key} of ${label}`;
      expect(seen[2]!.generated.opened_by).toBe(`${cipher.toLowerCase()}, ${how}`);
    }
  });

  it('a generic message with the best reading of each record', () => {
    const s = session();
    expect(messages(recorded(script(s)), s.keys)[4]!.fields).toEqual({
      tree: [
        { field: 1, wire_type: 0, value: 7 },
        { field: 2, wire_type: 2, length: 2, bytes: 'fffe' },
        {
          field: 3,
          wire_type: 2,
          length: 6,
          bytes: '0a01781201ff',
          message: [
            { field: 1, wire_type: 2, length: 1, bytes: '78', string: 'x' },
            { field: 2, wire_type: 2, length: 1, bytes: 'ff' },
          ],
        },
        { field: 4, wire_type: 5, value: 0x04030201 },
      ],
    });
  });

  it.each([
    ['compressed keys, compact signatures', {}],
    ['uncompressed keys', { uncompressed: true }],
    ['DER signatures', { format: 'der' }],
    ['both', { uncompressed: true, format: 'der' }],
  ] as [string, Style][])('%s', (_, style) => {
    const s = session(style);
    for (const keys of [s.keys, s.peerKeys, s.aesKeys, s.pointKeys]) {
      const seen = messages(recorded(script(s)), keys);
      expect(seen.map(({ state, valid }) => [state, valid])).toEqual([
        ['decoded', true],
        ['decoded', true],
        ...[2, 3, 4].map(() => ['decoded', undefined]),
      ]);
    }
  });

  it('a session whose ephemeral key is compressed in the message and not in the key log', () => {
    const [s, long] = [session(), session({ uncompressed: true })];
    const [, point] = long.aesKeys.split(' ');
    const keys = `BOTD_AES_KEY ${point} ${s.aesKeys.trim().split(' ')[2]}`;
    expect(messages(recorded(script(s)), keys).map(({ name }) => name)).toEqual(names);
  });

  it('two sessions over IPv6, each with its own key', () => {
    const ends = [
      { address: '2001:db8::1', port: 40_000 },
      { address: '2001:db8::2', port: 41_000 },
    ] as const;
    const [a, b] = [session({}, 1), session({}, 2)];
    expect(messages(recorded({ ...script(a), ends }), a.keys + b.keys).map(({ name }) => name)).toEqual(names);
    expect(messages(recorded({ ...script(b), ends }), a.keys).map(({ state }) => state)).toEqual([
      'decoded',
      'decoded',
      ...new Array(3).fill('encrypted'),
    ]);
  });
});

describe('what counts as a proof', () => {
  const handshake = (s: ReturnType<typeof session>) =>
    [
      [0, s.init],
      [1, s.ack],
    ] as const;

  it('an empty plaintext proves nothing without a tag', () => {
    for (const [cipher, state] of [
      ['AES-256-CTR', 'encrypted'],
      ['AES-256-CBC', 'encrypted'],
      ['AES-256-GCM', 'decoded'],
    ] as const) {
      const s = session({ cipher });
      const seen = messages(recorded({ sent: [...handshake(s), [0, s.seal(new Uint8Array(0))]] }), s.keys);
      expect([cipher, seen[2]!.state]).toEqual([cipher, state]);
      expect(seen[2]!.generated.proof).toBe(state === 'encrypted' ? 'unproven' : 'the tag of a frame opens');
    }
  });

  it('without a tag, one frame that does not parse refutes the key', () => {
    const s = session({ cipher: 'AES-256-CTR' });
    const sent = [...handshake(s), [0, s.ping('one ping')], [1, s.seal(Uint8Array.from([7, 7, 7]))]] as const;
    expect(messages(recorded({ sent }), s.keys).map(({ state }) => state)).toEqual([
      'decoded',
      'decoded',
      'encrypted',
      'encrypted',
    ]);
  });

  it('without a tag, a session of one Ping opens when it is over', () => {
    const s = session({ cipher: 'AES-256-CTR', key: 'sha256-x' });
    const seen = messages(recorded({ sent: [...handshake(s), [0, s.ping('one ping')]] }), s.keys);
    expect(seen[2]).toMatchObject({ name: 'Ping', state: 'decoded', fields: { id: 'one ping' } });
    expect(seen[2]!.generated.proof).toMatch(/^all 1 encrypted frames/);
  });

  it('keys of another session open nothing', () => {
    for (const cipher of ciphers) {
      const [s, wrong] = [session({ cipher }), session({ cipher }, 9)];
      const keys = s.aesKeys.replace(/\S+\n$/, `${wrong.aesKeys.trim().split(' ')[2]}\n`);
      const seen = messages(recorded(script(s)), keys);
      expect(seen.slice(2).map(({ name, state, fields }) => [name, state, fields])).toEqual(
        new Array(3).fill(['undecodable', 'encrypted', {}]),
      );
    }
  });

  it('under a proven key a frame whose tag fails is malformed, before the proof too', () => {
    const s = session();
    const broken = s.ping('broken ping').fill(1, 20, 21);
    const sent = [...handshake(s), [0, broken], [0, s.ping('whole ping')], [1, broken]] as const;
    const seen = messages(recorded({ sent }), s.keys);
    expect(seen.slice(2).map(({ name, state, rules }) => [name, state, rules])).toEqual([
      ['undecodable', 'malformed', ['error botd.malformed']],
      ['Ping', 'decoded', []],
      ['undecodable', 'malformed', ['error botd.malformed']],
    ]);
  });

  it('two strings are a Pong only when the second names a Ping', () => {
    const s = session();
    const sent = [...handshake(s), [0, s.ping('a ping')], [1, s.pong('x', 'another')], [1, s.pong('y', 'a ping')]] as const;
    const seen = messages(recorded({ sent }), s.keys);
    expect(seen.map(({ name }) => name)).toEqual(['Init', 'Ack', 'Ping', 'protobuf', 'Pong']);
    expect(seen[2]!.generated.answered_in).toBe('frame 7');
    expect(seen[4]!.generated.answers).toBe('frame 5');
  });

  it('a pinned candidate is the only one that is tried', () => {
    const s = session({ cipher: 'AES-256-GCM', key: 'x-coordinate' });
    const states = (pins: Pins) => {
      const opened = openCapture(memoryFile(recorded(script(s))));
      if ('problem' in opened) throw new Error();
      const ring = new KeyRing(protocols.flatMap((protocol) => protocol.keys));
      ring.add('keys', s.keys);
      const analysis = new Analysis(opened.reader, protocols, ring, { choices: new Choices(pins) });
      while (analysis.step(1000));
      analysis.finish();
      return analysis.counts.encrypted;
    };
    expect(states({})).toBe(0);
    expect(states({ 'botd.key': 'x-coordinate', 'botd.cipher': 'aes-256-gcm' })).toBe(0);
    expect(states({ 'botd.key': 'sha256-x' })).toBe(3);
    expect(states({ 'botd.cipher': 'aes-256-ctr' })).toBe(3);
  });
});

describe('key log lines', () => {
  const point = `02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`;
  const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
  it.each([
    [`BOTD_EPHEMERAL_PRIVATE ${'0'.repeat(64)}`, false],
    [`BOTD_EPHEMERAL_PRIVATE ${order}`, false],
    [`BOTD_EPHEMERAL_PRIVATE ${order.replace(/41$/, '40')}`, true],
    [`BOTD_EPHEMERAL_PRIVATE ${'1'.repeat(62)}`, false],
    [`BOTD_SHARED_POINT ${point} ${point.toUpperCase()}`, true],
    [`BOTD_SHARED_POINT ${point} ${point.replace(/^02/, '05')}`, false],
    [`BOTD_SHARED_POINT ${'0'.repeat(66)} ${point}`, false],
    [`BOTD_AES_KEY ${point} ${'1'.repeat(64)}`, true],
    [`BOTD_AES_KEY ${point} ${'1'.repeat(66)}`, false],
    [`BOTD_AES_KEY ${'1'.repeat(64)}`, false],
  ])('%s: %s', (line, parses) => {
    const ring = new KeyRing(protocols.flatMap((protocol) => protocol.keys));
    const { added, problems } = ring.add('log', line);
    expect(added).toBe(parses ? 1 : 0);
    expect(problems.join()).not.toMatch(/[0-9a-f]{40}/i);
  });
});

describe('records', () => {
  const records = fc.array(
    fc.oneof(
      fc.record({
        field: fc.integer({ min: 1, max: 0x1fff_ffff }),
        wire_type: fc.constant(2),
        bytes: fc.uint8Array({ maxLength: 300 }),
      }),
      fc.record({
        field: fc.integer({ min: 1, max: 40 }),
        wire_type: fc.constantFrom(0, 1),
        value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      }),
      fc.record({ field: fc.constant(1), wire_type: fc.constant(5), value: fc.nat() }),
    ),
  );
  it('come back from their bytes, in ranges without gaps', () => {
    fc.assert(
      fc.property(records, (tree) => {
        const bytes = encodeRecords(tree);
        const { field, end, problem } = decodeRecords(bytes);
        expect([end, problem]).toEqual([bytes.length, undefined]);
        expect(encodeRecords(fieldToValues(field) as Encodable)).toEqual(bytes);
        checkTree({ sources: [{ id: 0, name: 'x', bytes, origin: { kind: 'frame', frame: 1 } }], layers: [field] });
      }),
    );
  });
  it('of any bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const { field, end, problem } = decodeRecords(bytes);
        expect(end === bytes.length).toBe(problem === undefined);
        checkTree({ sources: [{ id: 0, name: 'x', bytes, origin: { kind: 'frame', frame: 1 } }], layers: [field] });
      }),
    );
  });
  it('need their items', () => {
    expect(() => encodeRecords([{ field: 1, wire_type: 2 }])).toThrow('tree[0].bytes');
    expect(() => encodeRecords([{ field: 1, wire_type: 3, value: 1 }])).toThrow('wire_type');
    expect(() => encodeRecords('x')).toThrow('tree');
  });
});
