import type { Limits } from '../bytes/index.ts';
import { packetIssue } from './issue.ts';
import { ipProtocol, isExtension } from './numbers.ts';
import type { PacketView } from './packetview.ts';
import { u16, u32 } from './read.ts';

/** Sets the payload to `start` … `end` of the wire, of which the capture may hold less. */
function setPayload(bytes: Uint8Array, view: PacketView, start: number, end: number): void {
  view.payloadStart = Math.min(start, bytes.length);
  view.payloadEnd = Math.max(view.payloadStart, Math.min(end, bytes.length));
  view.payloadMissing = Math.max(0, end - view.payloadEnd);
}

/**
 * Where a packet ends whose header claims more than its frame had on the wire. The bytes of a TCP stream are counted by what came: the rest
 * is sent again. A UDP datagram lacks them, and is incomplete.
 */
function packetEnd({ protocol }: PacketView, claimed: number, wireEnd: number): number {
  return protocol === ipProtocol.udp ? claimed : Math.min(claimed, wireEnd);
}

/** IPv4 (RFC 791 section 3.1), and the authentication headers behind it (RFC 4302). `wireEnd` is where the frame ended on the wire. */
export function parseIpv4(bytes: Uint8Array, view: PacketView, wireEnd: number, limits: Limits): boolean {
  const at = view.networkStart;
  view.highest = 'IPv4';
  if (at + 20 > bytes.length) return view.fail(packetIssue.short, at);
  if (bytes[at] >>> 4 !== 4) return view.fail(packetIssue.version, at);
  const header = (bytes[at] & 0x0f) * 4;
  if (header < 20) return view.fail(packetIssue.headerLength, at);
  view.srcAt = at + 12;
  view.dstAt = at + 16;
  view.addressLength = 4;
  view.protocol = bytes[at + 9];
  // Segmentation offload: the stack hands the card a packet too large for the field and leaves it 0.
  const total = u16(bytes, at + 2);
  const claimed = total === 0 ? wireEnd : at + total;
  if (claimed < at + header) return view.fail(packetIssue.headerLength, at + 2);
  if (at + header > bytes.length) return view.fail(packetIssue.short, at);
  if (claimed > wireEnd) view.fail(packetIssue.length, at + 2);
  const end = packetEnd(view, claimed, wireEnd);
  const fragment = u16(bytes, at + 6);
  view.fragmentOffset = (fragment & 0x1fff) * 8;
  view.moreFragments = (fragment & 0x2000) !== 0;
  view.isFragment = view.moreFragments || view.fragmentOffset !== 0;
  view.fragmentId = u16(bytes, at + 4);
  if (view.isFragment) view.highest = 'IPv4 fragment';
  if (view.protocol === ipProtocol.authentication && !view.isFragment)
    return parseExtensions(bytes, view, at + header, end, limits, isAuthentication);
  setPayload(bytes, view, at + header, end);
  return true;
}

/**
 * IPv6 (RFC 8200 section 3) and its extension headers: hop-by-hop, routing, destination options, mobility, fragment and
 * authentication (RFC 4302). A payload length of 0 (jumbograms, offload) means the rest of the frame.
 */
export function parseIpv6(bytes: Uint8Array, view: PacketView, wireEnd: number, limits: Limits): boolean {
  const start = view.networkStart;
  view.highest = 'IPv6';
  if (start + 40 > bytes.length) return view.fail(packetIssue.short, start);
  if (bytes[start] >>> 4 !== 6) return view.fail(packetIssue.version, start);
  view.srcAt = start + 8;
  view.dstAt = start + 24;
  view.addressLength = 16;
  const length = u16(bytes, start + 4);
  const next = bytes[start + 6];
  let end = start + 40 + length;
  if (length === 0 && next !== ipProtocol.noNext) end = wireEnd;
  if (end > wireEnd) view.fail(packetIssue.length, start + 4);
  view.protocol = next;
  return parseExtensions(bytes, view, start + 40, packetEnd(view, end, wireEnd), limits);
}

/**
 * The chain of IPv6 extension headers at `start` (view.protocol is the kind of the first) up to the transport message or to
 * a part of a fragmented datagram; sets protocol and payload. `isHeader` says which kinds are of the chain: IPv4 has but one. `end` is where the packet ends on the wire.
 */
export function parseExtensions(
  bytes: Uint8Array,
  view: PacketView,
  start: number,
  end: number,
  limits: Limits,
  isHeader: (next: number) => boolean = isExtension,
): boolean {
  let at = start;
  let next = view.protocol;
  for (let headers = 0; isHeader(next); headers++) {
    setPayload(bytes, view, at, end);
    if (headers === limits.headers) return view.fail(packetIssue.tooManyHeaders, at);
    if (at + 8 > end) return view.fail(packetIssue.headerLength, at);
    if (at + 8 > bytes.length) return view.fail(packetIssue.short, at);
    let size = 8;
    if (next === ipProtocol.fragment) {
      const word = u16(bytes, at + 2);
      view.fragmentOffset = word & 0xfff8;
      view.moreFragments = (word & 1) !== 0;
      view.fragmentId = u32(bytes, at + 4);
      // An atomic fragment (RFC 6946) is a whole packet.
      view.isFragment = view.moreFragments || view.fragmentOffset !== 0;
    } else if (next === ipProtocol.authentication) size = (bytes[at + 1] + 2) * 4;
    else size = (bytes[at + 1] + 1) * 8;
    if (at + size > end) return view.fail(packetIssue.headerLength, at + 1);
    next = bytes[at];
    at += size;
    view.protocol = next;
    if (view.isFragment) {
      view.highest = 'IPv6 fragment';
      break;
    }
    if (at > bytes.length) return view.fail(packetIssue.short, bytes.length);
  }
  setPayload(bytes, view, at, end);
  return true;
}

/** IPv4 knows one header of the chain. */
export function isAuthentication(next: number): boolean {
  return next === ipProtocol.authentication;
}
