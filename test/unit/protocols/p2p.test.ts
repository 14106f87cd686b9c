import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { toHex } from '../../../dissector/bytes/index.ts';
import { streamCiphers } from '../../../dissector/crypto/index.ts';
import { analyse } from '../../golden/open.ts';
import {
  dhKey,
  disconnect,
  fin,
  finAck,
  handshake,
  hello,
  helloAck,
  keepAlive,
  packet,
  prime,
  publicKey,
  type Recording,
  recorded,
  type Sent,
  secretKey,
  shared,
  vector,
} from './p2p.build.ts';

const work: Sent[] = [
  ['inbound', keepAlive],
  ['outbound', keepAlive],
  ['outbound', packet('TUNNEL_DATA', { tunnel_id: 7n, data: Uint8Array.from({ length: 300 }, (_, i) => i & 255) })],
  ['inbound', packet('TUNNEL_DATA', { tunnel_id: 7n, data: Uint8Array.of(1, 2, 3) })],
  ['outbound', disconnect('bye')],
  ['inbound', disconnect('bye')],
];
const whole = [...handshake, ...work];

function rows(analysis: Analysis): string[] {
  return Array.from({ length: analysis.messageCount }, (_, n) => {
    const { name, state, findings } = analysis.message(n);
    const broken = findings.filter(({ severity }) => severity !== 'note').map(({ rule }) => rule.replace('p2p.', ''));
    return [name, ...(state === 'decoded' ? [] : [state]), ...broken].join(' ');
  });
}

const told = (sent: readonly Sent[], how?: Recording, keys = dhKey('inbound')): string[] =>
  rows(analyse(recorded(sent, how), keys));
const names = (sent: readonly Sent[]): string[] => {
  const plain = [
    'HELLO',
    'HELLO_ACK',
    'FIN',
    'FIN_ACK',
    'DISCONNECT',
    'KEEP_ALIVE',
    'NLIST_REQ',
    'NLIST_RES',
    'PAIR_REQ',
    'PAIR_RES',
  ];
  const all = [...plain, 'DATA', 'TUNNEL_REQ', 'TUNNEL_DATA', 'TUNNEL_CLOSE'];
  return sent.map(([, bytes]) => all[bytes[0]!]!);
};

describe('the open choices of p2p', () => {
  const keyed = [
    ['first-32', shared.slice(0, 32)],
    ['sha-256', sha256(shared)],
  ] as const;
  const cases = streamCiphers.flatMap((cipher) => keyed.map(([id, key]) => [cipher.name, id, cipher, key] as const));

  it.each(cases)('%s with %s opens', (name, id, cipher, key) => {
    const analysis = analyse(recorded(whole, { cipher, key }), dhKey('outbound'));
    expect(rows(analysis)).toEqual(names(whole));
    const tree = JSON.stringify(analysis.dissect(4).tree.layers, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
    expect(tree).toContain(`${name}, ${id} of P2P_DH_PRIVATE`);
  });

  it.each(cases)('%s with %s is not taken for another where the first packet is short', (_, _id, cipher, key) => {
    const short: Sent[] = [...handshake.slice(0, 2), ['outbound', fin(3)], ['inbound', finAck], ...work];
    expect(told(short, { cipher, key })).toEqual(names(short));
  });
});

describe('the streams of p2p', () => {
  it.each<[string, Recording]>([
    ['a byte a segment', { segment: 1 }],
    ['seven bytes a segment', { segment: 7 }],
    ['IPv6', { ipv6: true }],
  ])('open with %s', (_, how) => expect(told(whole, how)).toEqual(names(whole)));

  it.each([
    ["outbound's exponent", dhKey('outbound')],
    ['the shared secret', secretKey],
    ['the AES key', `P2P_AES_KEY ${toHex(vector)} ${toHex(shared.slice(0, 32))}\n`],
    ['several keys of one session', `P2P_AES_KEY ${toHex(vector)} ${'00'.repeat(32)}\n${secretKey}`],
  ])('open with %s', (_, keys) => expect(told(whole, {}, keys)).toEqual(names(whole)));

  it('stay shut with another key', () => {
    const shut = ['HELLO', 'HELLO_ACK', 'undecodable encrypted', 'undecodable encrypted'];
    expect(told(whole, {}, 'P2P_DH_PRIVATE 03\n')).toEqual(shut);
    expect(told(whole, {}, `P2P_AES_KEY ${toHex(vector)} ${'00'.repeat(32)}\n`)).toEqual(shut);
  });

  it('lose their borders at a gap, and keep what came before it', () => {
    // The second of the two segments of outbound's TUNNEL_DATA.
    const lost = (index: number): boolean => index === 7;
    expect(told(whole, { segment: 250, lost })).toEqual([
      ...names(handshake),
      'KEEP_ALIVE',
      'KEEP_ALIVE',
      'TUNNEL_DATA incomplete gap',
      'TUNNEL_DATA',
      'undecodable encrypted',
      'DISCONNECT',
    ]);
  });

  it('that begin in the middle say what cannot be known', () => {
    const analysis = analyse(recorded(whole, { lost: (index) => index < 4 }), dhKey('inbound'));
    expect(rows(analysis).every((row) => row.startsWith('undecodable encrypted'))).toBe(true);
    expect(analysis.dissect(0).dissection.missing.join()).toMatch(/not in the capture/);
  });

  it('show where a byte is no packet type', () => {
    const broken: Sent[] = [...handshake, ['outbound', keepAlive], ['outbound', Uint8Array.of(0x7f, 1, 2)]];
    expect(told(broken)).toEqual([...names(handshake), 'KEEP_ALIVE keepalive-role', 'undecodable malformed unknown-type']);
  });

  it('name the limit that a length passes', () => {
    const huge = Uint8Array.of(7, 4, 255, 255, 255, 255);
    expect(told([...handshake, ['inbound', huge]])).toEqual([...names(handshake), 'undecodable malformed limit']);
  });
});

describe('the rules of p2p', () => {
  it.each<[string, readonly Sent[], string[], Recording?]>([
    ['a whole session', work, names(work)],
    ['a keepalive of outbound that answers none', [['outbound', keepAlive]], ['KEEP_ALIVE keepalive-role']],
    [
      'a keepalive without an answer',
      [
        ['inbound', keepAlive],
        ['inbound', packet('PAIR_REQ')],
      ],
      ['KEEP_ALIVE keepalive-timeout', 'PAIR_REQ'],
      { step: 100 },
    ],
    [
      'a keepalive that ends in the DISCONNECT asked for',
      [
        ['inbound', keepAlive],
        ['inbound', disconnect('timeout')],
      ],
      ['KEEP_ALIVE', 'DISCONNECT'],
      { step: 100 },
    ],
    [
      'a packet after a DISCONNECT',
      [
        ['outbound', disconnect('bye')],
        ['outbound', keepAlive],
        ['inbound', packet('PAIR_REQ')],
        ['inbound', disconnect('')],
      ],
      ['DISCONNECT', 'KEEP_ALIVE after-disconnect', 'PAIR_REQ after-disconnect', 'DISCONNECT'],
    ],
    [
      'a question without an answer',
      [
        ['outbound', packet('NLIST_REQ')],
        ['inbound', disconnect('no')],
      ],
      ['NLIST_REQ unanswered', 'DISCONNECT'],
    ],
    [
      'a question with its answer, an empty list',
      [
        ['outbound', packet('NLIST_REQ')],
        ['inbound', packet('NLIST_RES', { data: Uint8Array.from(Buffer.from('425a683917724538509000000000', 'hex')) })],
        ['inbound', disconnect('no')],
      ],
      ['NLIST_REQ', 'NLIST_RES', 'DISCONNECT'],
    ],
    [
      'a node list that is no bzip2',
      [['inbound', packet('NLIST_RES', { data: Uint8Array.of(1, 2, 3) })]],
      ['NLIST_RES malformed malformed'],
    ],
    ['a second FIN', [['outbound', fin()]], ['FIN order']],
    [
      'a stream closed inside a packet',
      [['outbound', Uint8Array.of(2, 9, 1)]],
      ['FIN incomplete order incomplete'],
      { close: true },
    ],
    ['a capture that ends inside a packet', [['outbound', Uint8Array.of(0x0c, 9, 1)]], ['TUNNEL_DATA incomplete']],
  ])('tell of %s', (_, more, expected, how) =>
    expect(told([...handshake, ...more], how)).toEqual([...names(handshake), ...expected]),
  );

  const first = (sent: Sent): string[] =>
    analyse(recorded([sent]), '')
      .message(0)
      .findings.map(({ rule, severity }) => `${severity} ${rule.replace('p2p.', '')}`);
  const withKey = (y: bigint): Sent => ['outbound', hello({ a_peer_public_key: publicKey(y) }), 'clear'];

  it.each<[string, Sent, string[]]>([
    ['a sound group that is small', ['outbound', hello(), 'clear'], ['note small-group']],
    [
      'a composite modulus',
      ['outbound', hello({ param_p: `${prime.slice(0, -1)}e` }), 'clear'],
      ['note small-group', 'note composite-modulus', 'error parameters-differ'],
    ],
    ['a public key of 1', withKey(1n), ['note small-group', 'error public-key-range']],
    ['a public key of p - 1', withKey(BigInt(`0x${prime}`) - 1n), ['note small-group', 'error public-key-range']],
    ['a modulus of one byte', ['outbound', hello({ param_p: '17' }), 'clear'], ['note small-group', 'error parameters-differ']],
    ['a modulus of zero', ['outbound', hello({ param_p: '0' }), 'clear'], ['error malformed', 'error parameters-differ']],
    [
      'a key that is none',
      ['outbound', hello({ a_peer_public_key: Uint8Array.from({ length: 40 }, () => 0x30) }), 'clear'],
      ['note small-group', 'error malformed'],
    ],
  ])('tell of %s', (_, sent, expected) => expect(first(sent)).toEqual(expected));

  it('compare the parameters of HELLO_ACK with those of HELLO', () => {
    const other: Sent = ['inbound', helloAck({ b_peer_public_key: publicKey(4n, 23n, 5n) }), 'clear'];
    expect(told([handshake[0]!, other])).toEqual(['HELLO', 'HELLO_ACK parameters-differ']);
  });
});

describe('the explanation of p2p', () => {
  it('follows a key to the proof, or to the step that fails', () => {
    const steps = (keys: string) => analyse(recorded(whole), keys).explain(2)[0]!.steps;
    expect(steps(dhKey('inbound')).map(({ ok }) => ok)).toEqual([false, true, true, true]);
    expect(steps('P2P_DH_PRIVATE 03\n').map(({ ok }) => ok)).toEqual([false, false]);
    expect(steps(`P2P_AES_KEY ${toHex(vector)} ${'42'.repeat(32)}\n`).at(-1)).toMatchObject({ ok: false });
  });

  it('holds no key material', () => {
    const text = JSON.stringify(analyse(recorded(whole), `${dhKey('inbound')}${secretKey}`).explain(4));
    expect(text).not.toContain(toHex(shared.slice(0, 16)));
    expect(text).not.toContain(dhKey('inbound').split(' ')[1]!.trim());
  });
});
