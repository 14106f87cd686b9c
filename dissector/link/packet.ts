import { defaultLimits, type Limits, type Problem } from '../bytes/index.ts';
import { parseLink } from './datalink.ts';
import type { Datagram } from './fragments.ts';
import { parseExtensions, parseIpv4, parseIpv6 } from './internet.ts';
import { type PacketIssue, packetIssue } from './issue.ts';
import { transport } from './numbers.ts';
import { parseTransport } from './transport.ts';

/**
 * The addresses, ports and payload of one packet, filled by `parsePacket` and reused from packet to packet: reading a
 * packet allocates nothing. Every `…At`, `…Start` and `…End` is an offset in the bytes that were parsed.
 */
export class PacketView {
  /** One of `packetIssue`, and where it is; what was read before it stays. */
  issue: PacketIssue = packetIssue.none;
  issueAt = 0;
  /** EtherType of what the link layer carries; 0 when the link layer has none. */
  etherType = 0;
  /** Network layer: 0 for none that is known, 4 or 6. */
  version: 0 | 4 | 6 = 0;
  networkStart = 0;
  srcAt = 0;
  dstAt = 0;
  /** Bytes of each address: 0, 4 or 16. */
  addressLength = 0;
  /** IP protocol number of the payload, after all IPv6 extension headers; -1 without a network layer. */
  protocol = -1;
  /** IPv4 identification, or that of the IPv6 fragment header; offset in bytes; whether more follow. */
  isFragment = false;
  fragmentId = 0;
  fragmentOffset = 0;
  moreFragments = false;
  /**
   * One of `transport`. For a fragment it is `none`: the payload is then a part of the transport bytes, also in the first
   * fragment, and goes to FragmentTable.
   */
  transport = 0;
  transportStart = 0;
  /**
   * Whether the UDP or TCP header was read as far as it counts: ports, TCP's numbers and flags, where the payload begins.
   * Ports may be known without it.
   */
  transportRead = false;
  srcPort = 0;
  dstPort = 0;
  /** TCP sequence and acknowledgement numbers (unsigned), flags (`tcpFlag`) and window (unscaled). */
  seq = 0;
  ack = 0;
  flags = 0;
  window = 0;
  /**
   * The payload's captured bytes; padding after it is outside. Of a packet without a known transport: what follows the
   * last header that was understood.
   */
  payloadStart = 0;
  payloadEnd = 0;
  /** Bytes of the payload that the lengths claim and the capture does not hold. */
  payloadMissing = 0;
  /** Name of the innermost layer that was recognized: "TCP", "IPv4 fragment", "ARP", "Ethernet"… */
  highest = '';

  reset(end: number): void {
    this.issue = packetIssue.none;
    this.issueAt = 0;
    this.etherType = 0;
    this.version = 0;
    this.networkStart = 0;
    this.srcAt = 0;
    this.dstAt = 0;
    this.addressLength = 0;
    this.protocol = -1;
    this.isFragment = false;
    this.fragmentId = 0;
    this.fragmentOffset = 0;
    this.moreFragments = false;
    this.transport = transport.none;
    this.transportStart = 0;
    this.transportRead = false;
    this.srcPort = 0;
    this.dstPort = 0;
    this.seq = 0;
    this.ack = 0;
    this.flags = 0;
    this.window = 0;
    this.payloadStart = 0;
    this.payloadEnd = end;
    this.payloadMissing = 0;
    this.highest = '';
  }

  get ok(): boolean {
    return this.issue === packetIssue.none;
  }

  /** Notes the first issue; later ones are its consequences. */
  fail(issue: PacketIssue, at: number): false {
    if (this.issue === packetIssue.none) {
      this.issue = issue;
      this.issueAt = at;
    }
    return false;
  }
}

/**
 * Reads the link, network and transport headers of a captured frame into `view` and returns `view.ok`. `originalLength`
 * is the frame's length on the wire, where the capture kept fewer bytes.
 */
export function parsePacket(
  bytes: Uint8Array,
  linkType: number,
  view: PacketView,
  limits: Limits = defaultLimits,
  originalLength: number = bytes.length,
): boolean {
  view.reset(bytes.length);
  const wireEnd = Math.max(originalLength, bytes.length);
  view.payloadMissing = wireEnd - bytes.length;
  if (!parseLink(bytes, linkType, view, limits)) return false;
  if (view.version === 0) return true;
  view.networkStart = view.payloadStart;
  const parsed = view.version === 4 ? parseIpv4(bytes, view, wireEnd) : parseIpv6(bytes, view, wireEnd, limits);
  if (!parsed) return false;
  if (view.isFragment) return view.ok;
  return parseTransport(bytes, view);
}

/**
 * Reads the headers at the start of a datagram put together from fragments into the `view` of its last fragment: ports and
 * payload then point into the datagram, addresses still into that fragment's frame. Before the transport header may stand
 * IPv6 extension headers, which only the receiver reads (RFC 8200 section 4.5: the fragmentable part).
 */
export function parseReassembled(datagram: Datagram, view: PacketView, limits: Limits = defaultLimits): boolean {
  const { bytes } = datagram;
  view.issue = packetIssue.none;
  view.isFragment = false;
  view.transportRead = false;
  view.protocol = datagram.protocol;
  view.payloadStart = 0;
  view.payloadEnd = bytes.length;
  view.payloadMissing = 0;
  if (view.version === 6 && !parseExtensions(bytes, view, 0, bytes.length, limits)) return false;
  // A fragment inside a datagram that was put together stays one: its payload is no transport message.
  if (view.isFragment) return view.ok;
  return parseTransport(bytes, view);
}

/** The issue of a view in words, or undefined when there is none. */
export function packetProblem(view: PacketView): Problem | undefined {
  const { issue, issueAt: at } = view;
  const path = view.highest;
  switch (issue) {
    case packetIssue.none:
      return undefined;
    case packetIssue.short:
      return { kind: 'incomplete', text: 'The captured bytes end inside a header', at, path };
    case packetIssue.unknownLink:
      return { kind: 'malformed', text: 'This link type is not decoded', at, path };
    case packetIssue.version:
      return { kind: 'malformed', text: 'The IP version is not the one announced', at, path };
    case packetIssue.headerLength:
      return { kind: 'malformed', text: 'A header claims a length that it cannot have', at, path };
    case packetIssue.length:
      return { kind: 'malformed', text: 'A length does not fit into what carries it', at, path };
    default:
      return { kind: 'limit', text: 'More headers than the limit "headers" allows', at, path, limit: 'headers' };
  }
}
