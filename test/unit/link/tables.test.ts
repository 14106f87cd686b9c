import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import {
  ConversationTable,
  FragmentTable,
  PacketView,
  parsePacket,
  parseReassembled,
  tcpFlag,
} from '../../../dissector/link/index.ts';
import { bytes, client, ipv4, ipv6, server, tcp, u16, u32, udp } from './build.ts';

const { syn, ack, fin, rst } = tcpFlag;
const none = new Uint8Array(0);

describe('conversations', () => {
  const view = new PacketView();
  const find = (table: ConversationTable, frame: Uint8Array) => {
    parsePacket(frame, 101, view);
    const id = table.find(frame, view);
    return id < 0 ? id : `${id}${table.direction === 0 ? '>' : '<'}`;
  };
  const datagram = (from: number, to: number, back = false) =>
    ipv4(udp(from, to, none), back ? { src: server, dst: client } : { src: client, dst: server });
  const segment = (flags: number, seq: number, back = false, acked = 0) =>
    ipv4(tcp(back ? 80 : 5000, back ? 5000 : 80, { flags, seq, ack: acked }), {
      protocol: 6,
      src: back ? server : client,
      dst: back ? client : server,
    });

  it('have an id and a direction', () => {
    const table = new ConversationTable();
    expect(find(table, datagram(9, 7, true))).toBe('0>');
    expect(find(table, datagram(7, 9))).toBe('0<');
    expect(find(table, datagram(7, 9, true))).toBe('1>');
    expect(find(table, ipv6(17, udp(7, 9, none)))).toBe('2>');
    expect(find(table, ipv4(none, { protocol: 1 }))).toBe(-1);
    expect(table.length).toBe(3);
    expect(table.endpoint(0, 0)).toBe('198.51.100.2:9');
    expect(table.endpoint(0, 1)).toBe('192.0.2.1:7');
    expect(table.endpoint(2, 1)).toBe('[2001:db8::2]:9');
    expect(table.port(0, 0)).toBe(9);
    expect(table.address(0, 1)).toEqual(client);
    expect(table.protocol(0)).toBe(17);
  });

  it('of one endpoint with itself are one conversation', () => {
    const table = new ConversationTable();
    const self = ipv4(udp(7, 7, none), { src: client, dst: client });
    expect([find(table, self), find(table, self)]).toEqual(['0>', '0>']);
  });

  it('of TCP have the sender of the SYN as direction 0', () => {
    const table = new ConversationTable();
    expect(find(table, segment(syn | ack, 900, true, 101))).toBe('0<');
    expect(find(table, segment(syn, 100))).toBe('0>');
    expect(find(table, segment(ack, 101))).toBe('0>');
    expect(table.endpoint(0, 0)).toBe('192.0.2.1:5000');
  });

  it('of TCP begin anew with another initial sequence number', () => {
    const table = new ConversationTable();
    expect(find(table, segment(syn, 100))).toBe('0>');
    expect(find(table, segment(syn, 100))).toBe('0>');
    expect(find(table, segment(syn | ack, 900, true, 101))).toBe('0<');
    expect(find(table, segment(fin | ack, 101))).toBe('0>');
    expect(find(table, segment(ack, 901, true))).toBe('0<');
    expect(find(table, segment(syn, 200))).toBe('1>');
    expect(find(table, segment(rst | ack, 0, true, 201))).toBe('1<');
    expect(find(table, segment(syn | ack, 950, true, 301))).toBe('2<');
    expect(find(table, segment(syn, 7, true))).toBe('3>');
    expect(find(table, segment(ack, 8, true))).toBe('3>');
    expect([0, 1, 2, 3].map((id) => table.port(id, 0))).toEqual([5000, 5000, 5000, 80]);
  });

  it('of TCP opened from both sides at once are one', () => {
    const table = new ConversationTable();
    expect(find(table, segment(syn, 100))).toBe('0>');
    expect(find(table, segment(syn, 900, true))).toBe('0<');
    expect(find(table, segment(syn | ack, 100, false, 901))).toBe('0>');
    expect(find(table, segment(syn | ack, 900, true, 101))).toBe('0<');
  });

  it('have no packet whose header is cut: where its bytes belong is not known', () => {
    const table = new ConversationTable();
    expect(find(table, segment(syn, 100))).toBe('0>');
    const whole = segment(ack, 101);
    parsePacket(whole.slice(0, 39), 101, view, undefined, whole.length);
    expect(view.srcPort).toBe(5000);
    expect(table.find(whole, view)).toBe(-1);
    expect(table.lookUp(whole, view)).toBe(0);
  });

  it('are as many as the limit', () => {
    const table = new ConversationTable({ ...defaultLimits, conversations: 2 });
    expect([1, 2, 3, 1].map((port) => find(table, datagram(port, 9)))).toEqual(['0>', '1>', -1, '0>']);
    expect(table.problem).toMatchObject({ kind: 'limit', limit: 'conversations' });
  });

  it('are found as a map finds them', () => {
    const one = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(3), fc.nat(3));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 2000, size: 'max' }), (packets) => {
        const table = new ConversationTable();
        const known = new Map<string, [number, string]>();
        for (const [from, to, a, b] of packets) {
          const src = Uint8Array.of(10, 0, 0, a);
          const dst = Uint8Array.of(10, 0, 0, b);
          const key = [`${a}:${from}`, `${b}:${to}`].sort().join(' ');
          if (!known.has(key)) known.set(key, [known.size, `${a}:${from}`]);
          const [id, first] = known.get(key)!;
          const expected = `${id}${first === `${a}:${from}` ? '>' : '<'}`;
          expect(find(table, ipv4(udp(from, to, none), { src, dst }))).toBe(expected);
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('fragments', () => {
  const message = udp(
    7000,
    7001,
    Uint8Array.from({ length: 4001 }, (_, i) => (i * 7) & 0xff),
  );
  const view = new PacketView();
  const add = (table: FragmentTable, frame: Uint8Array, number = 1, seconds = 0) => {
    parsePacket(frame, 101, view);
    expect(view.isFragment).toBe(true);
    return table.add(frame, view, number, seconds);
  };
  const part = (start: number, end: number, id = 1) =>
    ipv4(message.subarray(start, end), { id, flagsOffset: (end < message.length ? 0x2000 : 0) | (start / 8) });
  const part6 = (start: number, end: number) =>
    ipv6(44, bytes(17, 0, u16(start | (end < message.length ? 1 : 0)), u32(5), message.subarray(start, end)));

  it.each([
    ['IPv4', part, 20],
    ['IPv6', part6, 48],
  ])('of %s are put together', (_, cut, header) => {
    const table = new FragmentTable();
    expect(add(table, cut(2400, message.length), 3)).toEqual({});
    expect(add(table, cut(0, 1200), 4)).toEqual({});
    const { datagram, problem } = add(table, cut(1200, 2400), 5);
    expect(problem).toBeUndefined();
    expect(datagram?.bytes).toEqual(message);
    expect(datagram?.overlaps).toBe(false);
    expect(datagram?.pieces).toEqual([
      { frame: 4, offset: header, length: 1200 },
      { frame: 5, offset: header, length: 1200 },
      { frame: 3, offset: header, length: message.length - 2400 },
    ]);
    expect(table.waiting).toBe(0);
    expect(parseReassembled(datagram!, view)).toBe(true);
    expect(view).toMatchObject({ srcPort: 7000, dstPort: 7001, payloadStart: 8, payloadEnd: message.length });
  });

  it.each([
    ['IPv4', part],
    ['IPv6', part6],
  ])('of %s in any order, repeated and overlapping give the datagram', (_, cut) => {
    const blocks = Math.ceil(message.length / 8);
    const cuts = fc.array(fc.integer({ min: 1, max: blocks - 1 }), { minLength: 1, maxLength: 10 });
    const more = fc.array(fc.tuple(fc.nat(blocks - 1), fc.integer({ min: 1, max: 200 })), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, more, fc.nat(3), fc.infiniteStream(fc.nat()), (edges, extra, repeated, random) => {
        const sorted = [...new Set([0, ...edges, blocks])].sort((a, b) => a - b);
        const ranges = sorted.slice(1).map((end, i) => [sorted[i], end]);
        for (const [start, size] of extra) ranges.push([start, Math.min(blocks, start + size)]);
        ranges.push(...ranges.slice(0, repeated));
        const keyed = ranges.map((range) => ({ range, key: random.next().value as number })).sort((a, b) => a.key - b.key);
        const table = new FragmentTable();
        let found: Uint8Array | undefined;
        const frames: Uint8Array[] = [];
        for (const { range } of keyed) {
          const [start, end] = range;
          const frame = cut(start * 8, Math.min(end * 8, message.length));
          frames.push(frame);
          const { datagram, problem } = add(table, frame, frames.length);
          expect(problem).toBeUndefined();
          if (datagram === undefined) continue;
          found ??= datagram.bytes;
          const copy = datagram.pieces.flatMap(({ frame: n, offset, length }) => [
            ...frames[n - 1].subarray(offset, offset + length),
          ]);
          expect(copy).toEqual([...message]);
        }
        expect(found).toEqual(message);
      }),
      { numRuns: 200 },
    );
  });

  it('of IPv6 are of the kind that the first says (RFC 8200 section 4.5), with extension headers before the message', () => {
    const options = bytes(17, 0, '010400000000');
    const content = bytes(options, message);
    const piece = (start: number, end: number, next: number) =>
      ipv6(44, bytes(next, 0, u16(start | (end < content.length ? 1 : 0)), u32(5), content.subarray(start, end)));
    const table = new FragmentTable();
    add(table, piece(0, 2400, 60));
    // tshark takes what the one says that completes it.
    const found = add(table, piece(2400, content.length, 6)).datagram!;
    expect(found.protocol).toBe(60);
    expect(parseReassembled(found, view)).toBe(true);
    expect(view).toMatchObject({ protocol: 17, srcPort: 7000, payloadStart: 16, payloadEnd: content.length });
  });

  it('inside a datagram put together from fragments stay what they are', () => {
    const inner = bytes(17, 0, u16(1), u32(6), message.subarray(0, 800));
    const table = new FragmentTable();
    const piece = (start: number, end: number) =>
      ipv6(44, bytes(44, 0, u16(start | (end < inner.length ? 1 : 0)), u32(5), inner.subarray(start, end)));
    add(table, piece(0, 400));
    const { datagram } = add(table, piece(400, inner.length));
    parseReassembled(datagram!, view);
    expect(view).toMatchObject({ isFragment: true, transport: 0, transportRead: false });
  });

  it('keep the first bytes of an overlap and say so', () => {
    const table = new FragmentTable();
    const other = ipv4(new Uint8Array(16).fill(9), { flagsOffset: 0x2001 });
    add(table, ipv4(new Uint8Array(16).fill(1), { flagsOffset: 0x2000 }));
    add(table, other);
    const { datagram } = add(table, ipv4(bytes(2), { flagsOffset: 3 }));
    expect(datagram?.overlaps).toBe(true);
    expect([...datagram!.bytes]).toEqual([...new Array(16).fill(1), ...new Array(8).fill(9), 2]);
  });

  it('say what is wrong', () => {
    const table = new FragmentTable();
    expect(add(table, ipv4(new Uint8Array(9), { flagsOffset: 0x2000 })).problem?.kind).toBe('malformed');
    expect(add(table, ipv4(new Uint8Array(100), { flagsOffset: 0x1fff })).problem?.kind).toBe('malformed');
    const snapped = ipv4(new Uint8Array(100), { flagsOffset: 0x2000 }).slice(0, 60);
    parsePacket(snapped, 101, view, undefined, 120);
    expect(table.add(snapped, view, 1).problem).toMatchObject({ kind: 'incomplete', needed: 100, had: 40 });
    add(table, ipv4(new Uint8Array(8), { flagsOffset: 0x0002 }));
    expect(add(table, ipv4(new Uint8Array(8), { flagsOffset: 0x0004 })).problem?.kind).toBe('malformed');
    expect(add(table, ipv4(new Uint8Array(16), { flagsOffset: 0x2000 })).datagram?.bytes.length).toBe(24);
  });

  it('keep to the limits, and forget after a minute', () => {
    const table = new FragmentTable({ ...defaultLimits, openDatagrams: 2, fragments: 3 });
    for (const id of [1, 2]) expect(add(table, part(0, 800, id))).toEqual({});
    expect(add(table, part(0, 800, 3)).problem).toMatchObject({ limit: 'openDatagrams' });
    expect(table.waiting).toBe(2);
    add(table, part(800, 1600, 3));
    add(table, part(2400, 3200, 3));
    expect(add(table, part(3200, 4000, 3)).problem).toMatchObject({ limit: 'fragments' });
    const slow = new FragmentTable();
    add(slow, part(0, 2400), 1, 0);
    expect(add(slow, part(2400, message.length), 2, 100).datagram).toBeUndefined();
  });
});
