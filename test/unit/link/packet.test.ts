import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressText, endpointText, ipv6Text } from '../../../dissector/bytes/index.ts';
import { PacketView, packetIssue, packetProblem, parsePacket, transport } from '../../../dissector/link/index.ts';
import { bytes, ethernet, ipv4, ipv6, tcp, u16, udp } from './build.ts';

const view = new PacketView();
const payload = bytes('c0 ff ee');
const message = udp(7000, 7001, payload);

function parse(frame: Uint8Array, link = 1, original = frame.length) {
  parsePacket(frame, link, view, undefined, original);
  const { issue, version, srcPort, dstPort, payloadMissing, highest } = view;
  return {
    issue,
    version,
    srcPort,
    dstPort,
    missing: payloadMissing,
    highest,
    payload: frame.slice(view.payloadStart, view.payloadEnd),
  };
}

const good = { issue: 0, srcPort: 7000, dstPort: 7001, missing: 0, highest: 'UDP', payload };

describe('link layers', () => {
  it('of a payload without headers are none', () => {
    expect(parse(payload, 147)).toEqual({
      issue: 0,
      version: 0,
      srcPort: 0,
      dstPort: 0,
      missing: 0,
      highest: 'Payload',
      payload,
    });
    expect(view.transport).toBe(transport.udp);
    expect(endpointText(payload, view.srcAt, view.addressLength, view.srcPort)).toBe('');
  });

  const inner = ipv4(message);
  it.each([
    ['Ethernet', 1, ethernet(0x0800, inner)],
    ['802.1Q', 1, ethernet(0x8100, bytes(u16(5), u16(0x0800), inner))],
    ['802.1ad', 1, ethernet(0x88a8, bytes(u16(5), u16(0x8100), u16(6), u16(0x0800), inner))],
    ['QinQ', 1, ethernet(0x9100, bytes(u16(5), u16(0x8100), u16(6), u16(0x0800), inner))],
    ['Linux cooked 1', 113, bytes(u16(4), u16(1), u16(6), '0200000000010000', u16(0x0800), inner)],
    ['Linux cooked 2', 276, bytes(u16(0x0800), u16(0), '00000002', u16(1), 4, 6, '0200000000010000', inner)],
    ['BSD null, little-endian', 0, bytes('02000000', inner)],
    ['BSD null, big-endian', 0, bytes('00000002', inner)],
    ['BSD loop', 108, bytes('00000002', inner)],
    ['raw', 101, inner],
    ['raw (OpenBSD)', 12, inner],
    ['raw (BSD/OS)', 14, inner],
    ['IPv4', 228, inner],
  ])('%s', (_, link, frame) => expect(parse(frame, link)).toEqual({ ...good, version: 4 }));

  const inner6 = ipv6(17, message);
  it.each([
    ['Ethernet', 1, ethernet(0x86dd, inner6)],
    ['BSD null of FreeBSD', 0, bytes('1c000000', inner6)],
    ['BSD null of macOS', 0, bytes('0000001e', inner6)],
    ['raw', 101, inner6],
    ['IPv6', 229, inner6],
  ])('IPv6 over %s', (_, link, frame) => expect(parse(frame, link)).toEqual({ ...good, version: 6 }));

  it('says what it does not know', () => {
    expect(parse(inner, 105).issue).toBe(packetIssue.unknownLink);
    expect(parse(ethernet(0x0806, bytes('0001'))).highest).toBe('ARP');
    expect(parse(ethernet(0x88cc, bytes('0001')))).toMatchObject({
      issue: 0,
      version: 0,
      highest: 'Ethernet',
      payload: bytes('0001'),
    });
    expect(parse(ethernet(0x0800, inner6)).issue).toBe(packetIssue.version);
    expect(parse(bytes('00000063', inner), 0)).toMatchObject({ issue: 0, version: 0 });
  });

  it('stops at the limit of headers', () => {
    const tags = new Uint8Array(4 * 40);
    for (let i = 0; i < tags.length; i += 4) tags.set(u16(0x8100), i + 2);
    expect(parse(ethernet(0x8100, tags)).issue).toBe(packetIssue.tooManyHeaders);
    expect(packetProblem(view)).toMatchObject({ kind: 'limit', limit: 'headers' });
  });
});

describe('IPv4', () => {
  it('skips options', () => expect(parse(ipv4(message, { options: bytes('94040000 01010100') }), 228)).toMatchObject(good));
  it('cuts padding', () => expect(parse(ethernet(0x0800, bytes(ipv4(message), new Uint8Array(20))))).toMatchObject(good));
  it('takes length 0 as the rest (offload)', () => expect(parse(ipv4(message, { total: 0 }), 228)).toMatchObject(good));
  it('counts what was not captured', () => {
    const whole = ipv4(udp(7000, 7001, new Uint8Array(100)));
    expect(parse(whole.slice(0, 60), 228, whole.length)).toMatchObject({ issue: 0, missing: 68, payload: new Uint8Array(32) });
    const nothing = { issue: packetIssue.short, missing: 100, payload: new Uint8Array(0) };
    expect(parse(whole.slice(0, 26), 228, whole.length)).toMatchObject(nothing);
    expect(parse(whole.slice(0, 24), 228, whole.length)).toMatchObject({ ...nothing, srcPort: 7000 });
    expect(view.transportRead).toBe(false);
  });
  it('says when a length is a lie', () => {
    expect(parse(ipv4(message, { total: 200 }), 228).issue).toBe(packetIssue.length);
    expect(parse(ipv4(message, { total: 10 }), 228).issue).toBe(packetIssue.headerLength);
    const lie = message.slice();
    lie.set(u16(50), 4);
    expect(parse(ipv4(lie), 228)).toMatchObject({ issue: packetIssue.length, payload });
    lie.set(u16(10), 4);
    expect(parse(ipv4(lie), 228)).toMatchObject({ issue: 0, payload: payload.slice(0, 2) });
  });
  it('leaves the transport of fragments alone', () => {
    const first = parse(ipv4(message, { flagsOffset: 0x2000, id: 77 }), 228);
    expect(first).toMatchObject({ highest: 'IPv4 fragment', payload: message, srcPort: 0 });
    expect(view).toMatchObject({ isFragment: true, fragmentId: 77, fragmentOffset: 0, moreFragments: true, transport: 0 });
    parse(ipv4(message, { flagsOffset: 0x0003 }), 228);
    expect(view).toMatchObject({ isFragment: true, fragmentOffset: 24, moreFragments: false });
  });
});

describe('IPv6', () => {
  const hop = (next: number) => bytes(next, 0, '010400000000');
  it('walks extension headers', () => {
    const chain = bytes(hop(43), bytes(60, 1, new Uint8Array(14)), hop(51), bytes(17, 4, new Uint8Array(22)), message);
    expect(parse(ipv6(0, chain), 229)).toMatchObject(good);
  });
  it('reads an atomic fragment as a packet', () => {
    expect(parse(ipv6(44, bytes(17, 0, 0, 0, '00000009', message)), 229)).toMatchObject(good);
  });
  it('leaves the transport of fragments alone', () => {
    expect(parse(ipv6(0, bytes(hop(44), 17, 0, u16(0x0011), '00000009', message)), 229)).toMatchObject({ payload: message });
    expect(view).toMatchObject({ isFragment: true, fragmentId: 9, fragmentOffset: 16, moreFragments: true, protocol: 17 });
  });
  it('says when an extension header does not fit', () => {
    expect(parse(ipv6(60, bytes(17, 9, '010400000000')), 229).issue).toBe(packetIssue.headerLength);
    expect(parse(ipv6(60, bytes(17, 9, '010400000000'), { length: 80 }), 229, 120).issue).toBe(packetIssue.short);
  });
});

describe('TCP', () => {
  it('is read', () => {
    const frame = ipv4(tcp(1, 2, { seq: 0xffff_fffe, ack: 5, flags: 0x12, options: bytes('02040514') }, payload), {
      protocol: 6,
    });
    expect(parse(frame, 228)).toMatchObject({ issue: 0, srcPort: 1, dstPort: 2, payload });
    expect(view).toMatchObject({ seq: 0xffff_fffe, ack: 5, flags: 0x12, window: 1000, transport: transport.tcp });
  });
  it('says when its header length is a lie', () => {
    const segment = tcp(1, 2, {});
    segment[12] = 0xf0;
    expect(parse(ipv4(segment, { protocol: 6 }), 228).issue).toBe(packetIssue.headerLength);
    segment[12] = 0x40;
    expect(parse(ipv4(segment, { protocol: 6 }), 228).issue).toBe(packetIssue.headerLength);
    expect(view.transportRead).toBe(false);
  });
  it('is of use once the fixed part of its header was captured', () => {
    const frame = ipv4(tcp(1, 2, { seq: 7, flags: 0x18, options: bytes('02040514') }, payload), { protocol: 6 });
    for (const [length, read, missing] of [
      [39, false, 7],
      [40, true, 3],
      [42, true, 3],
    ] as const) {
      const expected = { issue: packetIssue.short, missing, payload: new Uint8Array(0) };
      expect(parse(frame.slice(0, length), 228, frame.length)).toMatchObject(expected);
      expect(view.transportRead).toBe(read);
    }
  });
});

describe('any bytes', () => {
  it('never throw, and offsets stay in the frame', () => {
    const links = fc.constantFrom(0, 1, 12, 14, 101, 108, 113, 276, 228, 229, 9);
    const seeds = fc.constantFrom(
      ethernet(0x0800, ipv4(message)),
      ethernet(0x0800, ipv4(tcp(1, 2, {}, payload), { protocol: 6 })),
      ethernet(0x86dd, ipv6(0, bytes(44, 0, '010400000000', 17, 0, u16(1), '00000001', message))),
    );
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc.tuple(seeds, fc.array(fc.tuple(fc.nat(100), fc.nat(255)), { maxLength: 5 }), fc.nat(100)).map(([seed, changes, cut]) => {
        const changed = seed.slice(0, Math.max(cut, 30));
        for (const [at, value] of changes) changed[at % changed.length] = value;
        return changed;
      }),
    );
    fc.assert(
      fc.property(frame, links, fc.nat(60), (content, link, more) => {
        const ok = parsePacket(content, link, view, undefined, content.length + more);
        expect(ok).toBe(packetProblem(view) === undefined);
        expect(view.payloadStart).toBeLessThanOrEqual(view.payloadEnd);
        expect(view.payloadEnd).toBeLessThanOrEqual(content.length);
        expect(view.payloadMissing).toBeGreaterThanOrEqual(0);
        expect(view.srcAt + view.addressLength).toBeLessThanOrEqual(content.length);
        expect(view.dstAt + view.addressLength).toBeLessThanOrEqual(content.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('addresses', () => {
  // RFC 5952 section 4 and appendix A of RFC 4291's forms.
  it.each([
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000100010001000100010001', '2001:db8:1:1:1:1:1:1'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['20010000000000010000000000000001', '2001:0:0:1::1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['00010000000000000000000000000000', '1::'],
    ['fe80000000000000021b21fffe0a0b0c', 'fe80::21b:21ff:fe0a:b0c'],
    ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
    ['0000000000000000000000000000ffff', '::ffff'],
  ])('%s is %s', (hex, text) => expect(ipv6Text(bytes(hex))).toBe(text));

  it('has endpoints', () => {
    expect(endpointText(bytes(0, 127, 0, 0, 1), 1, 4, 7000)).toBe('127.0.0.1:7000');
    expect(endpointText(bytes('00000000000000000000000000000001'), 0, 16, 7101)).toBe('[::1]:7101');
    expect(addressText(bytes(), 0, 0)).toBe('');
  });
});
