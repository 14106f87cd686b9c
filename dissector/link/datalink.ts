import type { Limits } from '../bytes/index.ts';
import { packetIssue } from './issue.ts';
import { etherType, familyVersion, firstEtherType, ipProtocol, isVlan, linkType, transport } from './numbers.ts';
import type { PacketView } from './packet.ts';
import { u16, u32 } from './read.ts';

/** Reads the link header: sets `etherType`, `version`, `highest` and moves `payloadStart` to the network header. */
export function parseLink(bytes: Uint8Array, type: number, view: PacketView, limits: Limits): boolean {
  switch (type) {
    case linkType.ethernet:
      view.highest = 'Ethernet';
      if (bytes.length < 14) return view.fail(packetIssue.short, 0);
      return parseEtherType(bytes, u16(bytes, 12), 14, view, limits);
    case linkType.linuxCooked:
      view.highest = 'Linux cooked';
      if (bytes.length < 16) return view.fail(packetIssue.short, 0);
      return parseEtherType(bytes, u16(bytes, 14), 16, view, limits);
    case linkType.linuxCooked2:
      view.highest = 'Linux cooked';
      if (bytes.length < 20) return view.fail(packetIssue.short, 0);
      return parseEtherType(bytes, u16(bytes, 0), 20, view, limits);
    case linkType.null:
    case linkType.loop:
      view.highest = 'BSD loopback';
      if (bytes.length < 4) return view.fail(packetIssue.short, 0);
      view.version = familyVersion(u32(bytes, 0));
      view.payloadStart = 4;
      return true;
    case linkType.raw:
    case linkType.rawBsdOs:
    case linkType.rawOpenBsd:
      view.highest = 'Raw IP';
      if (bytes.length < 1) return view.fail(packetIssue.short, 0);
      view.version = bytes[0] >>> 4 === 4 ? 4 : bytes[0] >>> 4 === 6 ? 6 : 0;
      return view.version !== 0 || view.fail(packetIssue.version, 0);
    case linkType.user0:
      view.highest = 'Payload';
      view.transport = transport.udp;
      view.transportRead = true;
      view.protocol = ipProtocol.udp;
      return true;
    case linkType.ipv4:
      view.version = 4;
      return true;
    case linkType.ipv6:
      view.version = 6;
      return true;
    default:
      return view.fail(packetIssue.unknownLink, 0);
  }
}

function parseEtherType(bytes: Uint8Array, first: number, start: number, view: PacketView, limits: Limits): boolean {
  let type = first;
  let at = start;
  for (let tags = 0; isVlan(type); tags++) {
    if (tags === limits.headers) return view.fail(packetIssue.tooManyHeaders, at);
    view.highest = 'VLAN';
    if (at + 4 > bytes.length) return view.fail(packetIssue.short, at);
    type = u16(bytes, at + 2);
    at += 4;
  }
  view.payloadStart = at;
  view.etherType = type;
  if (type === etherType.ipv4) view.version = 4;
  else if (type === etherType.ipv6) view.version = 6;
  else if (type === etherType.arp) view.highest = 'ARP';
  else if (type < firstEtherType) view.highest = 'LLC';
  return true;
}
