/** Captures made to cost much: each ends with its limit named and the rest decoded. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../dissector/bytes/index.ts';
import { type OpenedCapture, openBytes } from '../../../dissector/index.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import * as p2p from '../protocols/p2p.build.ts';
import * as p2ppacket from '../protocols/p2ppacket.build.ts';

/** A hundredth of what is usual: what goes past it would take minutes, and the runner ends that. */
const few = { privateOperations: 20, captureOperations: 20 };

function open(bytes: Uint8Array, keys: string, limits = {}): { names: Record<string, number>; rules: Record<string, number> } {
  const opened = openBytes(bytes, { keys: [keys], limits });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return { names: counted(states(opened)), rules: counted([...opened.findings()].map(({ rule }) => rule)) };
}

function states({ analysis }: OpenedCapture): string[] {
  return Array.from({ length: analysis.messageCount }, (_, n) => `${analysis.message(n).name} ${analysis.message(n).state}`);
}

function counted(texts: readonly string[]): Record<string, number> {
  const out: Record<string, number> = {};
  for (const text of texts) out[text] = (out[text] ?? 0) + 1;
  return out;
}

/** A number of so many bits that a seed stands for. */
function numberOf(bits: number, seed: number): bigint {
  let state = seed >>> 0;
  let hex = '';
  for (let i = 0; i < bits / 4; i++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) + 0x9e37_79b9) >>> 0;
    hex += ((state >>> 8) & 15).toString(16);
  }
  return BigInt(`0x${hex}`) | 1n | (1n << BigInt(bits - 1));
}

/** The same connection from other ports. */
function connections(count: number, make: (i: number) => Uint8Array): Uint8Array {
  const port = (port: number, i: number): number => (port === 40_000 ? 10_000 + i : port);
  return rewrite.written(
    Array.from({ length: count }, (_, i) =>
      rewrite.packetsOf(make(i)).map((one) => ({ ...one, srcPort: port(one.srcPort, i), dstPort: port(one.dstPort, i) })),
    ).flat(),
  );
}

describe('p2p', () => {
  it('with many moduli stops computing', () => {
    const exponents = Array.from({ length: 20 }, (_, i) => `P2P_DH_PRIVATE ${numberOf(1024, i + 99).toString(16)}`).join('\n');
    const file = connections(300, (i) => {
      const p = numberOf(2040, i + 5);
      const key = (seed: number): Uint8Array => p2p.publicKey(numberOf(2030, seed), p);
      const greeting = p2p.hello({ a_peer_public_key: key(i), param_p: p.toString(16) });
      return p2p.recorded([
        ['outbound', greeting, 'clear'],
        ['inbound', p2p.helloAck({ b_peer_public_key: key(i + 9) }), 'clear'],
        ['outbound', p2p.fin()],
        ['inbound', p2p.finAck],
      ]);
    });
    expect(open(file, exponents, few).names).toEqual({
      'HELLO decoded': 300,
      'HELLO_ACK decoded': 300,
      'undecodable encrypted': 600,
    });
  }, 60_000);

  it('with many exponents and many connections finds the right one', () => {
    const ring = Array.from({ length: 3000 }, (_, i) => `P2P_DH_PRIVATE ${numberOf(256, i + 1).toString(16)}\n`).join('');
    const file = connections(500, () => p2p.recorded(p2p.handshake));
    expect(open(file, ring + p2p.dhKey('inbound')).names['FIN_ACK decoded']).toBe(500);
  }, 60_000);

  it('with many keys that do not fit stays encrypted', () => {
    const keys = Array.from({ length: 100 }, (_, i) => `P2P_AES_KEY ${toHex(p2p.vector)} ${numberOf(256, i + 3).toString(16)}`);
    const data = p2p.packet('TUNNEL_DATA', { tunnel_id: 5n, data: new Uint8Array(1000) });
    const sent: p2p.Sent[] = [...p2p.handshake, ...Array.from({ length: 1000 }, (): p2p.Sent => ['outbound', data])];
    expect(open(p2p.recorded(sent), keys.join('\n')).names['undecodable encrypted']).toBe(2);
  }, 60_000);

  it('with node lists that unpack to much names the limit', () => {
    const bomb = Buffer.from(
      '425a6839314159265359d8ecddfe01325f4008c00000100008200030cc09aa69a04a515b501294578bb9229c28486c766eff00',
      'hex',
    );
    const list = p2p.packet('NLIST_RES', { data: Uint8Array.from(bomb), size: bomb.length.toString(16).padStart(4, '0') });
    const sent: p2p.Sent[] = [...p2p.handshake];
    for (let i = 0; i < 50; i++) sent.push(['outbound', p2p.packet('NLIST_REQ')], ['inbound', list]);
    const { names, rules } = open(p2p.recorded([...sent, ['inbound', p2p.disconnect('bye')]]), p2p.dhKey('inbound'));
    expect(rules['p2p.limit']).toBeGreaterThan(10);
    expect(names['DISCONNECT decoded']).toBe(1);
  }, 60_000);

  it('of twenty thousand messages in one segment or many', () => {
    const sent: p2p.Sent[] = [...p2p.handshake];
    for (let i = 0; i < 5000; i++)
      sent.push(
        ['inbound', p2p.keepAlive],
        ['outbound', p2p.keepAlive],
        ['inbound', p2p.packet('DATA')],
        ['inbound', p2p.packet('PAIR_REQ')],
      );
    const file = p2p.recorded(sent, { step: 0.0001 });
    const expected = { 'KEEP_ALIVE decoded': 10_000, 'DATA decoded': 5000, 'PAIR_REQ decoded': 5000 };
    expect(open(file, p2p.dhKey('inbound')).names).toMatchObject(expected);
    expect(open(rewrite.written(rewrite.coalesced(rewrite.packetsOf(file))), p2p.dhKey('inbound')).names).toMatchObject(expected);
  }, 60_000);
});

describe('p2ppacket', () => {
  const [a, b] = [1, 2].map((i) => new p2ppacket.Node({ address: `10.0.0.${i}`, port: i * 1000 }, i)) as [
    p2ppacket.Node,
    p2ppacket.Node,
  ];

  it('with sequence numbers that jump far on every channel', () => {
    const sent = [...p2ppacket.handshake(a, b)];
    for (let i = 1; i <= 500; i++) {
      const entries = Array.from({ length: 100 }, (_, id) => ({ id, type: 'peers_list_request' as const, sequence: i * 10_000 }));
      sent.push([a, b, p2ppacket.data(entries)]);
    }
    expect(open(p2ppacket.recorded(sent, 0.001), '').rules['p2ppacket.sequence']).toBeGreaterThan(10_000);
  }, 60_000);

  it('with a count that hides entries', () => {
    const sent = [...p2ppacket.handshake(a, b), [a, b, p2ppacket.data([p2ppacket.reliable(1, 1)])] as p2ppacket.Sent];
    const hidden = Array.from({ length: 100 }, (_, id) => ({ id, type: 'peers_list_request' as const, sequence: 2 }));
    for (let i = 0; i < 1000; i++) sent.push([a, b, p2ppacket.data(hidden, { channel_count: 0 })]);
    expect(open(p2ppacket.recorded(sent, 0.001), '').rules['p2ppacket.channel-count']).toBe(1000);
  }, 60_000);

  it('of twenty thousand messages, plain, sealed, and sealed without a key', () => {
    for (const form of ['plain', 'sealed', 'without a key']) {
      const sent = [...p2ppacket.handshake(a, b)];
      for (let i = 1; i <= 20_000; i++) {
        const packet = p2ppacket.data([p2ppacket.reliable(1, i)]);
        sent.push([a, b, form === 'plain' ? packet : p2ppacket.sealed(packet, a, b, i)]);
      }
      const keys = form === 'sealed' ? `P2PPACKET_X25519_PRIVATE ${toHex(a.secret)}\n` : '';
      const { names, rules } = open(p2ppacket.recorded(sent, 0.001), keys);
      expect(names[form === 'without a key' ? 'data encrypted' : 'data decoded']).toBe(20_000);
      expect(rules).toEqual({});
    }
  }, 60_000);
});
