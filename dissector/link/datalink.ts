import type { Limits } from '../bytes/index.ts';
import { packetIssue } from './issue.ts';
import { etherType, familyVersion, firstEtherType, ipProtocol, isVlan, linkType, llc, transport } from './numbers.ts';
import type { PacketView } from './packetview.ts';
import { u16, u32, u32le } from './read.ts';

/** Reads the link header at `start`: sets `etherType`, `version`, `highest` and moves `payloadStart` to the network header. */
export function parseLink(bytes: Uint8Array, type: number, view: PacketView, limits: Limits, start = 0): boolean {
  const had = bytes.length - start;
  switch (type) {
    case linkType.ethernet:
      view.highest = 'Ethernet';
      if (had < 14) return view.fail(packetIssue.short, start);
      return parseEtherType(bytes, u16(bytes, start + 12), start + 14, view, limits);
    case linkType.linuxCooked:
      view.highest = 'Linux cooked';
      if (had < 16) return view.fail(packetIssue.short, start);
      return parseEtherType(bytes, u16(bytes, start + 14), start + 16, view, limits);
    case linkType.linuxCooked2:
      view.highest = 'Linux cooked';
      if (had < 20) return view.fail(packetIssue.short, start);
      return parseEtherType(bytes, u16(bytes, start), start + 20, view, limits);
    case linkType.null:
    case linkType.loop:
      view.highest = 'BSD loopback';
      if (had < 4) return view.fail(packetIssue.short, start);
      view.version = familyVersion(u32(bytes, start), had > 4 ? bytes[start + 4] >>> 4 : 0);
      view.payloadStart = start + 4;
      return true;
    case linkType.raw:
    case linkType.rawBsdOs:
    case linkType.rawOpenBsd:
      view.highest = 'Raw IP';
      view.payloadStart = start;
      if (had < 1) return view.fail(packetIssue.short, start);
      view.version = bytes[start] >>> 4 === 4 ? 4 : bytes[start] >>> 4 === 6 ? 6 : 0;
      return view.version !== 0 || view.fail(packetIssue.version, start);
    case linkType.user0:
      view.highest = 'Payload';
      view.payloadStart = start;
      view.transport = transport.udp;
      view.transportRead = true;
      view.protocol = ipProtocol.udp;
      return true;
    case linkType.ipv4:
      view.version = 4;
      view.payloadStart = start;
      return true;
    case linkType.ipv6:
      view.version = 6;
      view.payloadStart = start;
      return true;
    case linkType.nflog:
      return parseNflog(bytes, view);
    case linkType.pktap:
      return parsePktap(bytes, view, limits, start);
    default:
      return view.fail(packetIssue.unknownLink, start);
  }
}

/** What follows a type field, behind VLAN tags and, where the type is a length, behind IEEE 802.2 LLC and SNAP. */
export function parseEtherType(bytes: Uint8Array, first: number, start: number, view: PacketView, limits: Limits): boolean {
  let type = first;
  let at = start;
  for (let tags = 0; isVlan(type); tags++) {
    if (tags === limits.headers) return view.fail(packetIssue.tooManyHeaders, at);
    view.highest = 'VLAN';
    if (at + 4 > bytes.length) return view.fail(packetIssue.short, at);
    view.narrow(u16(bytes, at) & 0xfff);
    type = u16(bytes, at + 2);
    at += 4;
  }
  if (type < firstEtherType) {
    view.highest = 'LLC';
    const size = llcSize(bytes, at);
    if (size !== 0) type = llcType(bytes, at);
    at += size;
  }
  view.payloadStart = at;
  view.etherType = type;
  if (type === etherType.ipv4) view.version = 4;
  else if (type === etherType.ipv6) view.version = 6;
  else if (type === etherType.arp) view.highest = 'ARP';
  return true;
}

/** Bytes of an LLC header that says what EtherType follows: 8 with SNAP (RFC 1042), 3 with IPv4's own number, 0 for any other. */
export function llcSize(bytes: Uint8Array, at: number): 0 | 3 | 8 {
  if (at + 3 > bytes.length || bytes[at] !== bytes[at + 1] || bytes[at + 2] !== llc.unnumbered) return 0;
  if (bytes[at] === llc.ipv4) return 3;
  if (bytes[at] !== llc.snap || at + 8 > bytes.length) return 0;
  const organization = u32(bytes, at + 2) & 0xff_ffff;
  return organization === 0 || organization === llc.bridgeTunnel ? 8 : 0;
}

/** The EtherType that an LLC header of a size that `llcSize` knows stands for. */
export function llcType(bytes: Uint8Array, at: number): number {
  return bytes[at] === llc.ipv4 ? etherType.ipv4 : u16(bytes, at + 6);
}

/** Where the packet of an NFLOG frame begins and ends; undefined for a frame without one. */
export function nflogPayload(bytes: Uint8Array): { readonly start: number; readonly end: number } | undefined {
  // Family (u8), version (u8), resource (u16); then attributes, lengths and types in the capturing machine's byte order.
  for (const read of [u16le, u16])
    for (let at = 4; at + 4 <= bytes.length; ) {
      const length = read(bytes, at);
      if (length < 4) break;
      if (read(bytes, at + 2) === nflogPacket) return { start: at + 4, end: at + length };
      at += (length + 3) & ~3;
    }
  return undefined;
}

/** NFULA_PAYLOAD of nfnetlink_log. */
const nflogPacket = 9;

function u16le(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

/** LINKTYPE_NFLOG: attributes of Linux' netfilter log, one of which is the packet. */
function parseNflog(bytes: Uint8Array, view: PacketView): boolean {
  view.highest = 'NFLOG';
  if (bytes.length < 4) return view.fail(packetIssue.short, 0);
  const packet = nflogPayload(bytes);
  if (packet === undefined) return true;
  view.payloadStart = Math.min(packet.start, bytes.length);
  const version = view.payloadStart < bytes.length ? bytes[packet.start] >>> 4 : 0;
  if (version === 4 || version === 6) view.version = version;
  return true;
}

/** LINKTYPE_PKTAP: a header of Apple's, little-endian, that says its length, the link type of what follows, and the process. */
function parsePktap(bytes: Uint8Array, view: PacketView, limits: Limits, start: number): boolean {
  view.highest = 'PKTAP';
  if (bytes.length < start + 12) return view.fail(packetIssue.short, start);
  const length = u32le(bytes, start);
  const inner = u32le(bytes, start + 8);
  if (length < 12) return view.fail(packetIssue.headerLength, start);
  if (start + length > bytes.length) return view.fail(packetIssue.short, start);
  // One inside another would have no end.
  if (inner === linkType.pktap || inner === linkType.nflog) return view.fail(packetIssue.unknownLink, start + 8);
  return parseLink(bytes, inner, view, limits, start + length);
}
