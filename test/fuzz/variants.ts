/**
 * The packets of a recording as other recorders would have written them: other link layers, tags, fragments, IPv6, other
 * formats. Recordings alone would leave most of the lower layers' code untouched by the search.
 */
import { enhancedPacket, interfaceDescription, memoryFile, openCapture, sectionHeader } from '../../dissector/capture/index.ts';
import { linkType, PacketView, parsePacket } from '../../dissector/link/index.ts';
import { block, order, pcap } from '../unit/capture/build.ts';
import { bytes, ipv4, ipv6, u16, u32 } from '../unit/link/build.ts';

interface Packet {
  readonly seconds: number;
  readonly nanos: number;
  /** From the first byte of the IPv4 header. */
  readonly ip: Uint8Array;
}

const FRAGMENT_FLAG = 0x2000;

function packetsOf(capture: Uint8Array): Packet[] {
  const opened = openCapture(memoryFile(capture));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step());
  const view = new PacketView();
  return Array.from({ length: reader.frames.length }, (_, index) => {
    const frame = reader.frameBytes(index).slice();
    parsePacket(frame, reader.frames.linkType(index), view);
    const start = view.version === 4 && view.addressLength === 4 ? view.srcAt - 12 : frame.length;
    return { seconds: reader.frames.seconds(index), nanos: reader.frames.nanos(index), ip: frame.subarray(start) };
  }).filter(({ ip }) => ip.length > 20);
}

/** Parts of 64 bytes and the rest, the last one first every other time. */
function fragments(
  ip: Uint8Array,
  n: number,
  wrap: (part: Uint8Array, offset: number, more: boolean) => Uint8Array,
): Uint8Array[] {
  const payload = ip.subarray((ip[0]! & 15) * 4);
  const cuts = [0, 64, 128].filter((cut) => cut < payload.length);
  const parts = cuts.map((cut, at) => wrap(payload.subarray(cut, cuts[at + 1]), cut, at < cuts.length - 1));
  return n % 2 === 0 ? parts : parts.reverse();
}

const address6 = (ip: Uint8Array, at: number): Uint8Array => bytes('20010db8 00000000 00000000', ip.subarray(at, at + 4));

/** One packet as the frames that it becomes; UDP and TCP checksums of the IPv6 forms are wrong and said to be. */
const links: Record<string, { type: number; wrap: (ip: Uint8Array, n: number) => Uint8Array[] }> = {
  vlan: { type: linkType.ethernet, wrap: (ip) => [bytes('020000000001 020000000002 88a8 0064 8100 00c8 0800', ip, '00000000')] },
  cooked: { type: linkType.linuxCooked, wrap: (ip) => [bytes('0000 0001 0006 020000000001 0000 0800', ip)] },
  cooked2: { type: linkType.linuxCooked2, wrap: (ip) => [bytes('0800 0000 00000001 0001 00 06 0200000000010000', ip)] },
  null: { type: linkType.null, wrap: (ip) => [bytes('02000000', ip)] },
  loop: { type: linkType.loop, wrap: (ip) => [bytes('00000002', ip)] },
  fragments: {
    type: linkType.raw,
    wrap: (ip, n) =>
      fragments(ip, n, (part, offset, more) => {
        const flagsOffset = (offset >> 3) | (more ? FRAGMENT_FLAG : 0);
        return ipv4(part, { src: ip.subarray(12, 16), dst: ip.subarray(16, 20), protocol: ip[9]!, id: n & 0xffff, flagsOffset });
      }),
  },
  ipv6: {
    type: linkType.raw,
    wrap: (ip) => {
      const next = bytes(ip[9]!, 0, '0104 00000000', ip.subarray((ip[0]! & 15) * 4));
      return [ipv6(0, next, { src: address6(ip, 12), dst: address6(ip, 16) })];
    },
  },
  fragments6: {
    type: linkType.ipv6,
    wrap: (ip, n) =>
      fragments(ip, n, (part, offset, more) => {
        const header = bytes(ip[9]!, 0, u16(offset | (more ? 1 : 0)), u32(n));
        return ipv6(44, bytes(header, part), { src: address6(ip, 12), dst: address6(ip, 16) });
      }),
  },
};

/** By name: the recording over each link layer as pcapng, and as pcap of the other byte order and cut short packets. */
export function variants(capture: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const packets = packetsOf(capture);
  const out = Object.entries(links).map(([name, { type, wrap }]) => {
    const frames = packets.flatMap(({ ip, seconds, nanos }, n) =>
      wrap(ip, n).map((frame) =>
        enhancedPacket({ bytes: frame, seconds, nanos, comment: n % 16 === 0 ? `packet ${n}` : undefined! }),
      ),
    );
    return { name, bytes: bytes(sectionHeader(), interfaceDescription({ linkType: type, name: 'eth0' }), ...frames) };
  });
  const records = packets.map(({ ip, seconds, nanos }) => ({ seconds, ticks: nanos, data: ip }));
  out.push({ name: 'big-endian pcap', bytes: pcap(false, records, 0xa1b23c4d, linkType.raw) });
  const cut = packets.map(({ ip, seconds, nanos }) => ({ seconds, ticks: nanos, data: ip.slice(0, 80), original: ip.length }));
  out.push({ name: 'snapped pcap', bytes: pcap(true, cut, 0xa1b23c4d, linkType.raw) });
  const { u16: n16, u32: n32, i64 } = order(false);
  const simple = packets.map(({ ip }) => block(false, 3, bytes(n32(ip.length), ip)));
  const head = [block(false, 0x0a0d0d0a, bytes(n32(0x1a2b3c4d), n16(1), n16(0), i64(-1n)))];
  head.push(block(false, 1, bytes(n16(linkType.raw), n16(0), n32(0))));
  out.push({ name: 'big-endian simple', bytes: bytes(...head, ...simple) });
  return out;
}
