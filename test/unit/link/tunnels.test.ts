import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import {
  decodeLayers,
  FragmentTable,
  linkType,
  PacketView,
  packetIssue,
  packetProblem,
  parsePacket,
} from '../../../dissector/link/index.ts';
import { bytes, ethernet, ipv4, ipv6, u16, u32, udp } from './build.ts';

const payload = new TextEncoder().encode('inside');
const inner = ipv4(udp(7000, 7001, payload));
const frame = ethernet(0x0800, inner);
const view = new PacketView();

function read(content: Uint8Array, link: number = linkType.ethernet, limits = defaultLimits) {
  parsePacket(content, link, view, limits);
  const { layers } = decodeLayers(content, link, content.length, limits);
  let at = 0;
  for (const layer of layers) {
    expect(layer.start).toBe(at);
    at = layer.end;
  }
  return {
    ports: [view.srcPort, view.dstPort],
    text: new TextDecoder().decode(content.subarray(view.payloadStart, view.payloadEnd)),
    layers: layers.map(({ name }) => name),
    issue: view.issue,
  };
}

const good = { ports: [7000, 7001], text: 'inside', issue: 0 };
const outer = (protocol: number, content: Uint8Array) => ethernet(0x0800, ipv4(content, { protocol }));
const vxlan = (content: Uint8Array) => outer(17, udp(40_000, 4789, bytes('08000000', '00000700', content)));

describe('a packet inside a packet', () => {
  it.each([
    ['VXLAN', vxlan(frame), ['ethernet', 'ipv4', 'udp', 'vxlan', 'ethernet', 'ipv4', 'udp']],
    [
      'VXLAN with a group policy',
      outer(17, udp(40_000, 4789, bytes('8800642d', '00000700', frame))),
      ['ethernet', 'ipv4', 'udp', 'vxlan', 'ethernet', 'ipv4', 'udp'],
    ],
    [
      'Geneve with options',
      outer(17, udp(40_000, 6081, bytes('01006558', '00000700', 'aabbccdd', frame))),
      ['ethernet', 'ipv4', 'udp', 'geneve', 'ethernet', 'ipv4', 'udp'],
    ],
    ['GRE', outer(47, bytes(u16(0), u16(0x0800), inner)), ['ethernet', 'ipv4', 'gre', 'ipv4', 'udp']],
    [
      'GRE with a key and a sequence number',
      outer(47, bytes(u16(0x3000), u16(0x0800), u32(7), u32(1), inner)),
      ['ethernet', 'ipv4', 'gre', 'ipv4', 'udp'],
    ],
    ...[bytes(), bytes('00320018')].map((header): [string, Uint8Array, string[]] => [
      `a packet that WCCP redirects, ${header.length} bytes before it`,
      outer(47, bytes(u16(0), u16(0x883e), header, inner)),
      ['ethernet', 'ipv4', 'gre', 'ipv4', 'udp'],
    ]),
    [
      'ERSPAN',
      outer(47, bytes(u16(0x1000), u16(0x88be), u32(1), new Uint8Array(8), frame)),
      ['ethernet', 'ipv4', 'gre', 'ethernet', 'ipv4', 'udp'],
    ],
    [
      'ERSPAN III with an Ethernet frame',
      outer(47, bytes(u16(0x1000), u16(0x22eb), u32(1), new Uint8Array(12), frame)),
      ['ethernet', 'ipv4', 'gre', 'ethernet', 'ipv4', 'udp'],
    ],
    [
      'ERSPAN III with an IP packet and a platform header',
      outer(47, bytes(u16(0x1000), u16(0x22eb), u32(1), new Uint8Array(10), 0x08, 0x01, new Uint8Array(8), inner)),
      ['ethernet', 'ipv4', 'gre', 'ipv4', 'udp'],
    ],
    ['IP in IP', outer(4, inner), ['ethernet', 'ipv4', 'ipv4', 'udp']],
    ['IPv4 in IPv6', ethernet(0x86dd, ipv6(4, inner)), ['ethernet', 'ipv6', 'ipv4', 'udp']],
    [
      'AH',
      outer(51, bytes(17, 4, u16(0), u32(7), u32(1), new Uint8Array(12), udp(7000, 7001, payload))),
      ['ethernet', 'ipv4', 'authentication', 'udp'],
    ],
    ['LLC and SNAP', ethernet(8 + inner.length, bytes('aaaa03 000000 0800', inner)), ['ethernet', 'llc', 'ipv4', 'udp']],
    ['LLC', ethernet(3 + inner.length, bytes('060603', inner)), ['ethernet', 'llc', 'ipv4', 'udp']],
  ])('%s', (_name, content, layers) => expect(read(content)).toEqual({ ...good, layers }));

  it('is looked for as deep as the limit says, and the rest is told', () => {
    let content = frame;
    for (let i = 0; i < 3; i++) content = vxlan(content);
    expect(read(content)).toMatchObject(good);
    expect(read(content, linkType.ethernet, { ...defaultLimits, tunnels: 2 }).issue).toBe(packetIssue.tooManyTunnels);
    expect(packetProblem(view)).toMatchObject({ kind: 'limit', limit: 'tunnels' });
  });

  it.each([
    ['other flags', '0c000000 00000700'],
    ['a policy that is not announced', '0800642d 00000700'],
    ['a reserved byte', '08000000 00000701'],
  ])('has bits that a receiver ignores (RFC 7348 section 5), and IP has to be inside: %s', (_name, header) => {
    expect(read(outer(17, udp(40_000, 4789, bytes(header, frame))))).toEqual({
      ...good,
      layers: expect.arrayContaining(['vxlan']),
    });
    const other = bytes('ffffffffffff ffffffffffff 88b5', payload);
    expect(read(outer(17, udp(40_000, 4789, bytes('08000000 00000700', other)))).layers).toContain('vxlan');
    expect(read(outer(17, udp(40_000, 4789, bytes(header, other)))).ports).toEqual([40_000, 4789]);
  });

  it('is none by its port alone', () => {
    expect(read(outer(17, udp(40_000, 4789, bytes('80000000 00000700', frame)))).ports).toEqual([40_000, 4789]);
  });

  it('is none where ERSPAN carries what is neither Ethernet nor IP', () => {
    const header = bytes(u16(0x1000), u16(0x22eb), u32(1), new Uint8Array(10), 0x1c, 0x00);
    expect(read(outer(47, bytes(header, frame))).layers).toEqual(['ethernet', 'ipv4']);
    expect(view).toMatchObject({ depth: 0, protocol: 47 });
  });

  it('is none where nothing of the kind is inside', () => {
    const content = outer(17, udp(40_000, 4789, bytes('08000000 00000700', 'ffffffffffff ffffffffffff 0800 99')));
    expect(read(content).ports).toEqual([40_000, 4789]);
  });
});

describe('link types', () => {
  it('NFLOG, its attributes in either byte order', () => {
    const little = bytes('02000000', '0500 0a00 78000000', u16(((4 + inner.length) & 0xff) << 8), '0900', inner);
    expect(read(little, linkType.nflog)).toEqual({ ...good, layers: ['nflog', 'ipv4', 'udp'] });
    const big = bytes('02000000', '0005 000a 78000000', u16(4 + inner.length), '0009', inner);
    expect(read(big, linkType.nflog)).toEqual({ ...good, layers: ['nflog', 'ipv4', 'udp'] });
  });

  it('PKTAP, and the link type that it names', () => {
    const header = (link: number) => bytes('6c000000 01000000', link, 0, 0, 0, new Uint8Array(108 - 12));
    expect(read(bytes(header(1), frame), linkType.pktap)).toEqual({ ...good, layers: ['pktap', 'ethernet', 'ipv4', 'udp'] });
    expect(read(bytes(header(12), inner), linkType.pktap)).toEqual({ ...good, layers: ['pktap', 'ipv4', 'udp'] });
  });

  it.each(['02000000', '00000002', '0f000800', '00020000', '08000000', '02000f0f'])('BSD loopback, family %s', (family) => {
    expect(read(bytes(family, inner), linkType.null)).toEqual({ ...good, layers: ['bsd_loopback', 'ipv4', 'udp'] });
  });
});

describe('fragments', () => {
  it('of two VLANs, or two tunnels, with one identification are kept apart', () => {
    const table = new FragmentTable();
    const message = udp(7000, 7001, bytes(payload, payload));
    const first = (tag: number) => bytes(u16(tag), u16(0x0800), ipv4(message.slice(0, 8), { id: 5, flagsOffset: 0x2000 }));
    const last = (tag: number) => bytes(u16(tag), u16(0x0800), ipv4(message.slice(8), { id: 5, flagsOffset: 1 }));
    const add = (content: Uint8Array, n: number) => {
      parsePacket(content, linkType.ethernet, view);
      return table.add(content, view, n, 1).datagram?.pieces.map((piece) => piece.frame);
    };
    expect(add(ethernet(0x8100, first(10)), 1)).toBeUndefined();
    expect(add(ethernet(0x8100, last(20)), 2)).toBeUndefined();
    expect(add(ethernet(0x8100, first(20)), 3)).toEqual([3, 2]);
    expect(add(ethernet(0x8100, last(10)), 4)).toEqual([1, 4]);
  });
});

it('a length beyond a frame that was not cut counts no bytes as missing', () => {
  for (const content of [ipv4(udp(7000, 7001, payload), { total: 900 }), ipv6(17, udp(7000, 7001, payload), { length: 900 })]) {
    parsePacket(content, content[0] >>> 4 === 4 ? linkType.ipv4 : linkType.ipv6, view);
    expect([view.issue, view.payloadMissing]).toEqual([packetIssue.length, 0]);
    expect(view.payloadEnd).toBe(content.length);
  }
});
