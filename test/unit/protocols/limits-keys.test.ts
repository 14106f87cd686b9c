/** Keys and groups at their extremes, and limits on trying keys: each is told where it bites. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { defaultLimits, toHex } from '../../../dissector/bytes/index.ts';
import { memoryFile, unpack } from '../../../dissector/capture/index.ts';
import { encodeProto } from '../../../dissector/codec/index.ts';
import { bytesOfInteger, x25519 } from '../../../dissector/crypto/index.ts';
import { openBytes } from '../../../dissector/open.ts';
import { payloads } from '../../../dissector/protocols/botd/messages.ts';
import { decompressors } from '../../../extension/capture/decompressors.web.ts';
import { goldenKeys, goldenPath } from '../../golden/open.ts';
import { capture, udpFrame } from '../analysis/packets.ts';
import * as botd from './botd.build.ts';
import { nested, read, varint } from './hostile.build.ts';
import * as p2p from './p2p.build.ts';
import * as p2ppacket from './p2ppacket.build.ts';
import { certificate, key, message, scriptFile } from './ptpchat-script.ts';

const lengths = [0xffff_ffff, 2 ** 53 - 1, 0x7fff_ffff];

describe('p2pke', () => {
  const [a, b] = [
    { address: '192.0.2.1', port: 4000 },
    { address: '192.0.2.2', port: 4001 },
  ] as const;
  const secret = (n: number): Uint8Array => new Uint8Array(32).fill(n);
  const initHello = (seed: number, payload: readonly number[]): Uint8Array =>
    Uint8Array.from([0, 0, 0, 0, ...x25519.publicOf(secret(seed)), ...payload]);
  const timestamp = [0x12, 12, 0x40, 0, 0, 0, 0x6b, 0, 0, 0, 0, 0, 0, 0];
  const good = initHello(1, timestamp);
  const file = (...sent: Uint8Array[]): Uint8Array => capture(sent.map((bytes) => udpFrame(a, b, bytes)));

  it.each([1, 3, 9])('with a payload of 10,000 levels in field %d is read: an unknown field is no message', (field) => {
    const bomb = initHello(2, [...timestamp, ...nested(field, 10_000)]);
    expect(read(file(good, bomb, good)).states.map((state) => state.split(' ')[0])).toEqual(new Array(3).fill('InitHello'));
  });

  it.each(lengths)('with a length of %d in its payload tells what is left', (length) => {
    for (const tag of [0x0a, 0x12, 0x1a, 0x4a]) {
      const { states, told } = read(file(good, initHello(2, [...timestamp, tag, ...varint(length), 1, 2, 3]), good));
      expect(states).toHaveLength(3);
      expect(states[1]).toBe('InitHello malformed');
      expect(told).toContain(`claims ${length} bytes, 3 are left`);
    }
  });

  it('names the limits that keep a RespHello and data from being tried', () => {
    const hellos = Array.from({ length: 40 }, (_, i) => udpFrame(a, b, initHello(i + 1, timestamp)));
    const answer = Uint8Array.from([0x80, 0, 0, 1, ...x25519.publicOf(secret(99)), ...new Uint8Array(40)]);
    const data = Uint8Array.from([0, 0, 0, 16, ...new Uint8Array(40)]);
    const frames = [...hellos, udpFrame(b, a, answer), udpFrame(a, b, data)];
    const { told, states } = read(capture(frames), `P2PKE_EPHEMERAL_PRIVATE ${toHex(secret(1))}\n`);
    expect(states.slice(-2)).toEqual(['RespHello encrypted', 'data encrypted']);
    expect(told).toContain('The limit askingSessions of 8 is passed');
    expect(told).toContain('The limit recentSessions of 32 is passed');
  });
});

describe('botd', () => {
  it.each(lengths)('with a length of %d inside its protobuf tells what is left', (length) => {
    const own = botd.session();
    const bomb = Uint8Array.from([0x0a, ...varint(length), 1, 2, 3]);
    const init = encodeProto(payloads.Init, { id: 'init' });
    const file = botd.recorded({
      sent: [
        [0, own.init],
        [1, own.ack],
        [0, own.seal(bomb)],
        [0, own.ping('0123456789abcdef')],
      ],
    });
    const sealed = read(file, own.keys);
    expect(sealed.states).toEqual(['Init decoded', 'Ack decoded', 'protobuf malformed', 'Ping decoded']);
    expect(sealed.told).toContain(`field 1 claims ${length} bytes, 3 are left`);
    const clear = read(
      botd.recorded({
        sent: [
          [0, botd.clearFrame(Uint8Array.from([...init, 0x12, ...varint(length), 1, 2, 3]))],
          [0, own.init],
          [1, own.ack],
        ],
      }),
    );
    expect(clear.told).toContain(`claims ${length} bytes, 3 are left`);
    expect(clear.states.slice(1)).toEqual(['Init decoded', 'Ack decoded']);
  });
});

describe('p2p', () => {
  const groups: [string, bigint, bigint, bigint][] = [
    ['p of one byte', 0xfbn, 2n, 9n],
    ['p = 0', 0n, 2n, 9n],
    ['p = 1', 1n, 2n, 0n],
    ['an even p', 1n << 2000n, 2n, 9n],
    ['g = 0', BigInt(`0x${p2p.prime}`), 0n, 0n],
  ];

  it.each(groups)('with %s opens nothing', (_, p, g, y) => {
    const spki = p2p.publicKey(y, p, g);
    const hello = p2p.hello({ a_peer_public_key: spki, param_p: p.toString(16), param_g: g.toString(16) });
    const file = p2p.recorded([
      ['outbound', hello, 'clear'],
      ['inbound', p2p.helloAck({ b_peer_public_key: spki }), 'clear'],
      ['outbound', p2p.fin()],
      ['inbound', p2p.finAck],
      ['outbound', p2p.keepAlive],
    ]);
    const { states, told } = read(file, p2p.dhKey('outbound') + p2p.dhKey('inbound'));
    expect(states.map((state) => state.split(' ')[0])).toEqual(['HELLO', 'HELLO_ACK', 'undecodable', 'undecodable']);
    expect(states.slice(2)).toEqual(['undecodable encrypted', 'undecodable encrypted']);
    expect(told).not.toBe('');
  });

  const limited = (limits: Readonly<Record<string, number>>, file: Uint8Array, keys: string): ReturnType<typeof read> =>
    read(file, keys, { ...defaultLimits, ...limits });

  it('says that a modulus was not tested, a list not checked, a tunnel not tried', () => {
    const data = Uint8Array.from([...Buffer.from('BZh9'), ...new Uint8Array(16)]);
    const list = p2p.packet('NLIST_RES', { data, size: '14' });
    const file = p2p.recorded([...p2p.handshake, ['inbound', list]]);
    const { told, states } = limited({ captureOperations: 0, unpackedBytes: 0 }, file, p2p.secretKey);
    expect(told).toContain('Whether param_p is prime was not tested');
    expect(states).toContain('NLIST_RES decoded');
    expect(told).toContain('The limit unpackedBytes is passed: the node list was not unpacked');
  });

  it('says that not every exponent was tried where a public key is missing', () => {
    const file = p2p.recorded(p2p.handshake, { lost: (index) => index === 0 });
    const many = Array.from({ length: 70 }, (_, i) => `P2P_DH_PRIVATE ${(i + 1000).toString(16)}\n`).join('');
    const { told } = read(file, many + p2p.dhKey('outbound'));
    expect(told).toContain('over the limit orphanKeys');
  });

  it('explains a thousand keys, and says how many more there are', () => {
    const many = Array.from({ length: 2500 }, (_, i) => `P2P_DH_PRIVATE ${(i + 1000).toString(16)}\n`).join('');
    const opened = openBytes(p2p.recorded(p2p.handshake), { keys: [many] });
    if ('problem' in opened) throw new Error(opened.problem.text);
    const { keys_tried: tried } = opened.explain(opened.messageCount - 1);
    expect(tried).toHaveLength(1001);
    expect(tried.at(-1)!.steps[0]!.result).toBe('1500 more keys were given, over the limit explainedKeys of 1000');
  });
});

describe('p2ppacket', () => {
  it('says when no further key is tried', () => {
    const [a, b] = [1, 2].map((i) => new p2ppacket.Node({ address: `10.0.0.${i}`, port: i * 1000 }, i)) as [
      p2ppacket.Node,
      p2ppacket.Node,
    ];
    const sent = Array.from({ length: 30 }, (_, i): p2ppacket.Sent => {
      const packet = p2ppacket.data([p2ppacket.reliable(1, i + 1)]);
      return [a, b, p2ppacket.sealed(packet, a, b, i)];
    });
    const keys = Array.from({ length: 100 }, (_, i) => {
      const own = toHex(x25519.publicOf(new Uint8Array(32).fill(i + 1)));
      return `P2PPACKET_SESSION_KEY ${own} ${toHex(new Uint8Array(32).fill(i + 7))}\n`;
    });
    const { told, states } = read(p2ppacket.recorded([[a, b, a.hello()], ...sent.slice(0, 1)]), keys.join(''));
    expect(states.at(-1)).toBe('data encrypted');
    expect(told).not.toContain('limit');
    const orphans = read(p2ppacket.recorded(sent), keys.join(''));
    expect(orphans.states.every((state) => state === 'data encrypted')).toBe(true);
    expect(orphans.told).toContain('of 100 session keys 64 are tried, the limit orphanKeys');
    expect(orphans.told).toContain('The limit sessionTrials of 1024 is passed');
  });
});

describe('ptpchat', () => {
  const channelKey = `PTPCHAT_CHANNEL_KEY c1 ${Buffer.alloc(32, 7).toString('base64')}\n`;
  const sealed = message('2', 'a', { message: Buffer.alloc(64, 0x93).toString('base64') });

  it('says when no further key is tried on messages', () => {
    const file = scriptFile([[0, 'A B', 'MESSAGE', sealed]]);
    expect(read(file, channelKey, { ...defaultLimits, channelTrials: 0 }).told).toContain(
      'the limit channelTrials of 0 is passed',
    );
    expect(read(file, channelKey).told).not.toContain('limit');
  });

  it('says when no further KEY is unwrapped', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const keys = `PTPCHAT_RSA_PRIVATE ${privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')}\n`;
    const wrapped = { ...key('3', 'a', 'b'), key: Buffer.alloc(128, 1).toString('base64') };
    const file = scriptFile([[0, 'A B', 'KEY', wrapped]]);
    const few = { ...defaultLimits, privateOperations: 0 };
    expect(read(file, keys, few).told).toContain('The limit privateOperations of 0 is passed: not every RSA key was tried');
    expect(read(file, keys).told).not.toContain('limit');
  });

  it('says when a message was not kept until its key may come', () => {
    const file = scriptFile([[0, 'A B', 'MESSAGE', sealed]]);
    const { told, states } = read(file, channelKey, { ...defaultLimits, pendingStream: 32 });
    expect(states).toEqual(['MESSAGE decoded']);
    expect(told).toContain('The limit pendingStream of 32 bytes');
  });
});

describe('an RSA key of 16 KiB', () => {
  const der = (tag: number, ...parts: Uint8Array[]): Uint8Array => {
    const content = Buffer.concat(parts);
    const digits = Buffer.from(content.length.toString(16).padStart(8, '0'), 'hex');
    return Uint8Array.from(Buffer.concat([Buffer.of(tag, 0x84), digits, content]));
  };
  const sequence = (...parts: Uint8Array[]): Uint8Array => der(0x30, ...parts);
  const number = (value: bigint): Uint8Array => der(2, bytesOfInteger(value, Math.floor(value.toString(16).length / 2) + 1));
  const rsa = sequence(der(6, Buffer.from('2a864886f70d010101', 'hex')), der(5));
  const half = (1n << 65_535n) + 1n;
  const modulus = half * half;
  const spki = sequence(rsa, der(3, Buffer.of(0), sequence(number(modulus), number(65_537n))));

  it.each(['P2P_RSA_PRIVATE', 'PTPCHAT_RSA_PRIVATE'])('is refused as %s without a word of it', (label) => {
    const numbers = sequence(...[0n, modulus, 65_537n, 3n, half, half, 3n, 3n, 3n].map(number));
    const text = Buffer.from(sequence(number(0n), rsa, der(4, numbers))).toString('base64');
    const opened = openBytes(p2p.recorded(p2p.handshake), { keys: [`${label} ${text}\n${p2p.dhKey('inbound')}`] });
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect(opened.problems).toEqual([`keys 1:1: ${label}: expected an RSA private key, base64 of PKCS #8`]);
    expect(opened.analysis.message(3).name).toBe('FIN_ACK');
  });

  it('is not computed with in a TUNNEL_REQ', () => {
    const own = new Uint8Array(16);
    const request = {
      hops: 1,
      tunnel_id: 9n,
      public_key: spki,
      test_hash: new Uint8Array(32),
      test_encrypted: own,
      shared_key: own,
    };
    const file = p2p.recorded([
      ...p2p.handshake,
      ['outbound', p2p.packet('TUNNEL_REQ', { ...request, data: own })],
      ['outbound', p2p.packet('TUNNEL_CLOSE', { tunnel_id: 9n, random: own, signature: new Uint8Array(16_384) })],
    ]);
    const { states, told } = read(file, p2p.dhKey('inbound'));
    expect(states.slice(-2)).toEqual(['TUNNEL_REQ encrypted', 'TUNNEL_CLOSE decoded']);
    expect(told).toContain('over the limit modulusBits of 16384');
  });

  it('is not computed with as the signer of a node list', () => {
    const lines = goldenKeys('p2p_a').split('\n');
    const others = lines.filter((line) => !line.startsWith('P2P_NODE_LIST_KEY'));
    const file = readFileSync(goldenPath('p2p_a.pcapng'));
    const signer = `P2P_NODE_LIST_KEY ${Buffer.from(spki).toString('base64')}`;
    expect(read(file, [...others, signer].join('\n')).told).toContain(
      'unchecked: not checked: a modulus of 131071 bits or its exponent is over the limit modulusBits of 16384',
    );
  });

  it('is not computed with out of a certificate of ptpchat', () => {
    const name = sequence(der(0x31, sequence(der(6, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from('a')))));
    const sha256 = sequence(der(6, Buffer.from('2a864886f70d01010b', 'hex')), der(5));
    const times = sequence(der(0x17, Buffer.from('250101000000Z')), der(0x17, Buffer.from('350101000000Z')));
    const body = sequence(der(0xa0, number(2n)), number(1n), sha256, name, times, name, spki);
    const x509 = sequence(body, sha256, der(3, Buffer.of(0), new Uint8Array(64)));
    const signed = Buffer.concat([Buffer.from('Good morning.'), Buffer.alloc(16_384, 0x81)]);
    const file = scriptFile([
      [0, 'A B', 'CERTIFICATE', { ...certificate('1', 'a', 'b'), certificate: Buffer.from(x509).toString('base64') }],
      [1, 'A B', 'MESSAGE', { ...message('2', 'a'), message: signed.toString('base64') }],
      [2, 'A B', 'KEY', key('3', 'a', 'b')],
    ]);
    const { states, told } = read(file);
    expect(states).toEqual(['CERTIFICATE decoded', 'MESSAGE decoded', 'KEY encrypted']);
    expect(told).toContain(
      'unchecked: not checked: a modulus of 131071 bits or its exponent is over the limit modulusBits of 16384',
    );
  });
});

it('a gzip file that unpacks to a gigabyte stops at the limit, and the capture in front of it is read', async () => {
  const good = p2p.recorded(p2p.handshake);
  // Members of a gzip file follow one another, so the zeros need not be packed in one piece.
  const zeros = gzipSync(Buffer.alloc(64 << 20), { level: 9 });
  const bomb = Buffer.concat([gzipSync(good), ...new Array(16).fill(zeros)]);
  const limits = { ...defaultLimits, unpackedSize: 8 << 20 };
  const { chunks, size, problem } = await unpack(memoryFile(Uint8Array.from(bomb)), 'gzip', decompressors, limits);
  expect(problem).toMatchObject({ kind: 'limit', limit: 'unpackedSize' });
  expect(size).toBe(limits.unpackedSize);
  expect(read(Buffer.concat(chunks), p2p.dhKey('inbound')).states.slice(-1)).toEqual(['FIN_ACK decoded']);
});
