/** Seeded generators of odd packets: tags, options, extension headers, fragments, lengths that differ, padding, cuts. */
import { linkType } from '../../../dissector/link/index.ts';
import type { Random } from '../../../extension/author/random.ts';
import { randomBytes } from '../capture/odd.ts';
import { bytes, ipv4, ipv6, tcp, u16, u32, udp } from './build.ts';

/** A frame, and what has to be found in it. */
export interface OddFrame {
  readonly link: number;
  /** What the capture kept. */
  readonly frame: Uint8Array;
  readonly original: number;
  /** VLAN identifiers from the outermost inwards. */
  readonly vlans: readonly number[];
  readonly addresses: readonly [source: Uint8Array, destination: Uint8Array];
  /** Of the packet that the frame is or completes: ports and the captured payload. Undefined for other fragments. */
  readonly packet: Packet | undefined;
}

interface Packet {
  /** IP protocol number: 6 or 17. */
  readonly protocol: number;
  readonly ports: readonly [source: number, destination: number];
  readonly payload: Uint8Array;
}

/** A transport message with its addresses, before it is put into IP. */
interface Message extends Packet {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly content: Uint8Array;
  /** Bytes of the header; after it comes the payload. */
  readonly header: number;
}

const port = (random: Random) => 49_152 + random.below(16_000);
const address = (random: Random, four: boolean) =>
  four ? bytes(10, randomBytes(random, 3)) : bytes('20010db8', randomBytes(random, 12));

function message(random: Random, four: boolean, size: number): Message {
  const [src, dst] = [address(random, four), address(random, four)];
  const ports = [port(random), port(random)] as const;
  const payload = randomBytes(random, size);
  if (random.below(3) === 0) {
    const options = random.pick([bytes(), bytes('02040514'), bytes('0101080a0000000100000002')]);
    const content = tcp(...ports, { seq: random.uint32(), ack: random.uint32(), flags: 0x18, options }, payload, src, dst);
    return { protocol: 6, src, dst, ports, payload, content, header: 20 + options.length };
  }
  const content = udp(...ports, payload, src, dst);
  // No checksum, which IPv4 allows (RFC 768) and IPv6 in tunnels alone (RFC 6935).
  if (random.below(4) === 0) content.set(u16(0), 6);
  const shared = { protocol: 17, src, dst, ports, header: 8 };
  if (random.below(4) !== 0) return { ...shared, payload, content };
  // The UDP length ends before the IP payload does.
  const short = random.below(size + 1);
  const shorter = udp(...ports, payload.subarray(0, short), src, dst);
  return { ...shared, payload: payload.subarray(0, short), content: bytes(shorter, payload.subarray(short)) };
}

/** IPv4 options: none, no-operation, router alert, a timestamp, a record of the route that ends early. */
const ipv4Options = (random: Random) =>
  random.pick([bytes(), bytes('01010101'), bytes('94040000'), bytes('440c0500 00000000 00000000'), bytes('07070400000000 00')]);

/** A chain of IPv6 extension headers before `next`; gives the first header's number and the bytes. */
function extensions(random: Random, next: number, content: Uint8Array, choices: readonly number[]): [number, Uint8Array] {
  let [kind, all]: [number, Uint8Array] = [next, content];
  for (const choice of [...choices].reverse()) {
    if (random.below(3) !== 0) continue;
    all = bytes(extension(random, choice, kind), all);
    kind = choice;
  }
  return [kind, all];
}

const [hopByHop, routing, atomic, authentication, destination] = [0, 43, 44, 51, 60];

function extension(random: Random, kind: number, next: number): Uint8Array {
  if (kind === atomic) return bytes(next, 0, u16(0), u32(random.uint32()));
  if (kind === authentication) return bytes(next, 4, u16(0), u32(7), u32(random.uint32()), randomBytes(random, 12));
  // A source route that has been walked to its end, of the type that is no longer used (RFC 5095).
  if (kind === routing) return bytes(next, 2, 0, 0, u32(0), address(random, false));
  const pad = random.pick([4, 12, 20]);
  return bytes(next, (pad + 4) / 8 - 1, 1, pad, new Uint8Array(pad));
}

interface Carrier {
  readonly link: number;
  readonly head: Uint8Array;
  readonly vlans: readonly number[];
}

const links = Object.values(linkType).filter((one) => one !== linkType.user0 && one !== linkType.nflog && one !== linkType.pktap);

/** A link header for an IP packet, Ethernet half of the time. */
function carrier(random: Random, four: boolean): Carrier {
  const link = random.below(2) === 0 ? linkType.ethernet : random.pick(links);
  const type = four ? 0x0800 : 0x86dd;
  const tags = random.pick([0, 0, 1, 2, 3]);
  const vlans: number[] = [];
  const tagged: Uint8Array[] = [];
  for (let i = 0; i < tags; i++) {
    vlans.push(random.below(4096));
    // 802.1ad outside, or what came before it (0x9100), and 802.1Q inside.
    const outer = i < tags - 1 ? random.pick([0x88a8, 0x9100, 0x8100]) : 0x8100;
    tagged.push(bytes(u16(outer), u16((random.below(16) << 12) | vlans[i])));
  }
  const types = bytes(...tagged, u16(type));
  switch (link) {
    case linkType.ethernet:
      return { link, head: bytes('020000000001 020000000002', types), vlans };
    case linkType.linuxCooked:
      return { link, head: bytes(u16(4), u16(1), u16(6), '0200000000010000', types), vlans };
    case linkType.linuxCooked2:
      return { link, head: bytes(u16(type), u16(0), '00000002', u16(1), 4, 6, '0200000000010000'), vlans: [] };
    case linkType.null:
      return {
        link,
        head: bytes(random.pick(four ? ['02000000', '00000002'] : ['1e000000', '0000001c', '18000000'])),
        vlans: [],
      };
    case linkType.loop:
      return { link, head: bytes(four ? '00000002' : '0000001e'), vlans: [] };
    case linkType.ipv4:
    case linkType.ipv6:
      return { link: four ? linkType.ipv4 : linkType.ipv6, head: bytes(), vlans: [] };
    default:
      return { link, head: bytes(), vlans: [] };
  }
}

/** Ethernet fills up to 60 bytes; a check sequence or other bytes may stand after that. */
function padded(random: Random, link: number, frame: Uint8Array): Uint8Array {
  if (link !== linkType.ethernet || random.below(3) === 0) return frame;
  const fill = new Uint8Array(Math.max(0, 60 - frame.length));
  return bytes(frame, fill, random.below(3) === 0 ? randomBytes(random, 4) : bytes());
}

/** A packet of its own, perhaps cut by the capture after its headers. */
export function oddPacket(random: Random): OddFrame {
  const four = random.below(2) === 0;
  const one = message(random, four, random.pick([0, 1, 7, 18, 60, 400]));
  const { link, head, vlans } = carrier(random, four);
  const { protocol, ports, payload } = one;
  let packet: Uint8Array;
  if (four) packet = ipv4(one.content, { ...one, id: random.below(65536), options: ipv4Options(random) });
  else {
    const kinds = [hopByHop, destination, routing, atomic, authentication, destination];
    const [next, content] = extensions(random, one.protocol, one.content, kinds);
    packet = ipv6(next, content, one);
  }
  const whole = padded(random, link, bytes(head, packet));
  const start = head.length + packet.length - one.content.length + one.header;
  const keep = random.below(4) === 0 ? start + random.below(whole.length - start + 1) : whole.length;
  const kept = payload.subarray(0, Math.max(0, Math.min(payload.length, keep - start)));
  const addresses = [one.src, one.dst] as const;
  return {
    link,
    frame: whole.subarray(0, keep),
    original: whole.length,
    vlans,
    addresses,
    packet: { protocol, ports, payload: kept },
  };
}

/**
 * The fragments of one datagram: any cuts, in any order, some repeated, some overlapping others (with the same bytes), now
 * and then one missing. What comes after the one that completes it is left away: it would begin a datagram anew.
 */
export function oddFragments(random: Random, id: number): OddFrame[] {
  const four = random.below(2) === 0;
  const one = message(random, four, 40 + random.below(3000));
  const { link, head, vlans } = carrier(random, four);
  const [next, content]: [number, Uint8Array] = four
    ? [one.protocol, one.content]
    : // Behind the fragment header, in the part that is cut up, stand extension headers that only the receiver reads.
      extensions(random, one.protocol, one.content, [authentication, destination]);
  const blocks = Math.ceil(content.length / 8);
  const edges = new Set([0, blocks]);
  for (let left = 1 + random.below(6); left > 0; left--) edges.add(random.below(blocks));
  const sorted = [...edges].sort((a, b) => a - b);
  const ranges = sorted.slice(1).map((end, i) => [sorted[i], end]);
  for (let left = random.below(4); left > 0; left--) ranges.push(random.pick(ranges));
  for (let left = random.below(4); left > 0; left--) {
    const start = random.below(blocks);
    ranges.push([start, Math.min(blocks, start + 1 + random.below(blocks))]);
  }
  for (let i = ranges.length - 1; i > 0; i--) {
    const k = random.below(i + 1);
    [ranges[i], ranges[k]] = [ranges[k], ranges[i]];
  }
  if (random.below(8) === 0) ranges.pop();
  const missing = new Set(Array.from({ length: blocks }, (_, i) => i));
  const frames: OddFrame[] = [];
  for (const [start, end] of ranges) {
    if (missing.size === 0) break;
    for (let block = start; block < end; block++) missing.delete(block);
    const part = content.subarray(start * 8, Math.min(end * 8, content.length));
    const more = end < blocks;
    const header = { ...one, id: id & 0xffff, flagsOffset: (more ? 0x2000 : 0) | start, options: ipv4Options(random) };
    const fragment = bytes(next, 0, u16((start << 3) | (more ? 1 : 0)), u32(id), part);
    const packet = four ? ipv4(part, header) : ipv6(...extensions(random, atomic, fragment, [hopByHop, routing]), one);
    const frame = padded(random, link, bytes(head, packet));
    frames.push({
      link,
      frame,
      original: frame.length,
      vlans,
      addresses: [one.src, one.dst],
      packet: missing.size === 0 ? one : undefined,
    });
  }
  return frames;
}
