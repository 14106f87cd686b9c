/** Odd packets, made from a seed: read as they were made, and as tshark reads them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Packets } from '../../../dissector/analysis/packets.ts';
import { addressText, defaultLimits } from '../../../dissector/bytes/index.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../dissector/capture/index.ts';
import { decodeLayers, linkType, PacketView, packetProblem, parsePacket, transport } from '../../../dissector/link/index.ts';
import { Random } from '../../../extension/author/random.ts';
import { collect } from '../analysis/collect.ts';
import { indexed } from '../capture/build.ts';
import { noWireshark, payloadsAlone, tsharkRows } from '../capture/wireshark.ts';
import { client, ipv4, server, udp } from './build.ts';
import { type OddFrame, oddFragments, oddPacket } from './odd.ts';

const scratch = mkdtempSync(join(tmpdir(), 'odd-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const random = new Random(7);
const single = Array.from({ length: 600 }, () => oddPacket(random));
/** Datagrams whose fragments come between those of others. */
const fragmented: OddFrame[] = [];
for (let id = 1; id < 200; id += 3) {
  const open = [id, id + 1, id + 2].map((one) => oddFragments(random, one));
  while (open.some((left) => left.length > 0)) fragmented.push(...random.pick(open).splice(0, 1));
}
const made = [...single, ...fragmented];
/** Packets that the capture cut anywhere, also inside a header. */
const cut = Array.from({ length: 600 }, (): OddFrame => {
  const whole = oddPacket(random);
  return { ...whole, frame: whole.frame.subarray(0, random.below(whole.frame.length + 1)), packet: undefined };
});
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What is compared of a frame: VLANs, addresses, ports, payload; the last two where a packet is whole. */
const row = (vlans: string, addresses: string, ports: string, payload: string) => `${vlans} ${addresses} ${ports} ${payload}`;

/** A pcapng file with an interface a link type. */
function capture(frames: readonly OddFrame[]): Uint8Array {
  const links = [...new Set(frames.map(({ link }) => link))];
  const interfaces = links.map((link) => interfaceDescription({ linkType: link }));
  const packets = frames.map(({ frame, link, original }, i) =>
    enhancedPacket({ bytes: frame, originalLength: original, interfaceIndex: links.indexOf(link), seconds: 1, nanos: i }),
  );
  return Buffer.concat([sectionHeader(), ...interfaces, ...packets]);
}

function ours(frames: readonly OddFrame[]): string[] {
  const packets = new Packets(indexed(capture(frames)), defaultLimits);
  const { view } = packets;
  return frames.map(({ frame, link, original }, i) => {
    const isWhole = packets.read(i);
    expect(packetProblem(view), `frame ${i + 1}`).toBeUndefined();
    const addresses = [view.srcAt, view.dstAt].map((at) => addressText(frame, at, view.addressLength)).join();
    const tags = decodeLayers(frame, link, original).layers.filter(({ name }) => name === 'vlan');
    const vlans = tags.map((tag) => Number(tag.children![0].value) & 0xfff).join();
    if (!isWhole) return row(vlans, addresses, '', '');
    const known = view.transport === transport.udp || view.transport === transport.tcp;
    const ports = known ? `${view.srcPort},${view.dstPort}` : '';
    return row(vlans, addresses, ports, hex(packets.carrier.subarray(view.payloadStart, view.payloadEnd)));
  });
}

describe('odd packets', () => {
  it('as they were made', () => {
    const expected = made.map(({ vlans, addresses, packet }) => {
      const [src, dst] = addresses.map((address) => addressText(address, 0, address.length));
      const payload = packet === undefined ? '' : hex(packet.payload);
      return row(vlans.join(), `${src},${dst}`, packet?.ports.join() ?? '', payload);
    });
    expect(ours(made)).toEqual(expected);
  });

  it.each(['at once', 'late', 'again'] as const)('as protocols get them, recognised %s', (when) => {
    const conversations = collect(indexed(capture(made)), when);
    const found = conversations.flatMap(({ datagrams }) => datagrams).sort((a, b) => a.frame - b.frame);
    const expected = made.flatMap(({ packet }, i) => {
      if (packet?.protocol !== 17) return [];
      return [{ frame: i + 1, direction: 0, payload: hex(packet.payload) }];
    });
    expect(found).toEqual(expected);
    // What the capture cut off is a gap.
    const streams = conversations.flatMap((one) => (one.datagrams.length === 0 ? [one.streams[0].replace(/\[.*/, '')] : []));
    expect(streams).toEqual(made.flatMap(({ packet }) => (packet?.protocol === 6 ? [hex(packet.payload)] : [])));
  });
});

describe.skipIf(noWireshark !== '')(`odd packets${noWireshark}`, () => {
  const tags = ['vlan.id', 'ieee8021ad.id', 'ieee8021ad.svid', 'ieee8021ad.cvid'];
  const addresses = ['ip.src', 'ipv6.src', 'ip.dst', 'ipv6.dst'];
  const ports = ['udp.srcport', 'tcp.srcport', 'udp.dstport', 'tcp.dstport'];
  // Not udp.payload: that goes on to the end of the IP payload, past what the UDP length says (RFC 768).
  const columns = [...tags, ...addresses, ...ports, 'data.data'];

  function theirs(frames: readonly OddFrame[]): string[] {
    const path = join(scratch, 'packets.pcapng');
    writeFileSync(path, capture(frames));
    return tsharkRows(path, columns, payloadsAlone, true).map((values) => {
      const [tag, outer, service, customer, src4, src6, dst4, dst6, udpSrc, tcpSrc, udpDst, tcpDst, data] = values;
      const both = udpSrc || tcpSrc ? `${udpSrc || tcpSrc},${udpDst || tcpDst}` : '';
      const vlans = [tag, outer, service, customer].filter((one) => one !== '').join();
      return row(vlans, `${src4 || src6},${dst4 || dst6}`, both, both === '' ? '' : data);
    });
  }

  /** tshark tells tags by kind, not by place. */
  const sorted = (line: string) => line.replace(/^\S+/, (all) => all.split(',').sort().join());

  it('as tshark reads them', () => expect(theirs(made).map(sorted)).toEqual(ours(made).map(sorted)));

  it('cut anywhere, as tshark reads them', () => {
    const view = new PacketView();
    const [found, expected]: [string[], string[]] = [[], []];
    theirs(cut).forEach((line, i) => {
      const { frame, link, original } = cut[i];
      parsePacket(frame, link, view, undefined, original);
      const [, pair, both, payload] = line.split(' ');
      // Of a header that is cut tshark tells what there is; we tell no address before both are known, and no port of a
      // transport header that ends early: none of its bytes is payload then.
      if (!view.transportRead) expect(payload, `frame ${i + 1}`).toBe('');
      if (view.transport === transport.none) return;
      found.push(row('', pair, view.transportRead ? both : '', payload));
      const mine = [view.srcAt, view.dstAt].map((at) => addressText(frame, at, view.addressLength)).join();
      const own = view.transportRead ? `${view.srcPort},${view.dstPort}` : '';
      expected.push(row('', mine, own, hex(frame.subarray(view.payloadStart, view.payloadEnd))));
    });
    expect(found).toEqual(expected);
    expect(found.length).toBeGreaterThan(200);
  });

  it('checksums, right, wrong and left out, as tshark finds them', () => {
    // Whole ones: we check what was captured of a UDP message, tshark nothing as soon as padding behind it is cut.
    const view = new PacketView();
    const whole = single.filter(({ frame, original }) => frame.length === original);
    const frames = whole.map((one): OddFrame => {
      const frame = one.frame.slice();
      parsePacket(frame, one.link, view);
      // Time to live, or the first byte of an IPv6 address; or the last byte.
      if (random.below(3) === 0) frame[random.pick([view.networkStart + 8, frame.length - 1])] ^= 0x55;
      return { ...one, frame };
    });
    const path = join(scratch, 'checksums.pcapng');
    writeFileSync(path, capture(frames));
    const protocols = ['ip', 'udp', 'tcp'];
    const check = protocols.flatMap((name) => ['-o', `${name}.check_checksum:TRUE`]);
    const status = protocols.map((name) => `${name}.checksum.status`);
    // 0 is bad, 1 good, 3 left out, and 4 left out where it must not be (UDP over IPv6, RFC 8200 section 8.1).
    const found = tsharkRows(path, status, [...payloadsAlone, ...check]).map((values) => values.join(' ').replace('4', '0'));
    const mine = frames.map(({ frame, link, original }) => {
      const { layers } = decodeLayers(frame, link, original);
      const states = ['ipv4', 'udp', 'tcp'].map((name) => {
        const field = layers.find((layer) => layer.name === name)?.children?.find((one) => one.name === 'checksum');
        if (field?.check === undefined) return '';
        if (field.check.state === 'valid') return '1';
        return field.check.state === 'invalid' ? '0' : '3';
      });
      return states.join(' ');
    });
    for (const state of ['0', '1', '3']) expect(mine.join()).toContain(state);
    expect(found).toEqual(mine);
  });

  it('fragments that contradict each other: the bytes captured first count, for tshark those of the lower offset', () => {
    const message = (fill: number) => udp(61_000, 62_000, new Uint8Array(40).fill(fill));
    const part = (fill: number, id: number, start: number, end: number): OddFrame => {
      const header = { id, flagsOffset: (end < 48 ? 0x2000 : 0) | (start / 8) };
      const frame = ipv4(message(fill).subarray(start, end), header);
      return { link: linkType.ipv4, frame, original: frame.length, vlans: [], addresses: [client, server], packet: undefined };
    };
    // RFC 791 leaves it open (its own example takes the later bytes), RFC 5722 has IPv6 drop the datagram, which
    // Datagram.overlaps tells.
    const frames = [part(1, 7, 16, 48), part(2, 7, 0, 24), part(1, 8, 0, 24), part(2, 8, 16, 48)];
    const payloads = (lines: readonly string[]) => lines.map((line) => line.split(' ')[3]).filter((one) => one !== '');
    const [one, two] = ['01', '02'];
    expect(payloads(ours(frames))).toEqual([two.repeat(8) + one.repeat(32), one.repeat(16) + two.repeat(24)]);
    expect(payloads(theirs(frames))).toEqual([two.repeat(16) + one.repeat(24), one.repeat(16) + two.repeat(24)]);
  });
});
