import { packetIssue } from './issue.ts';
import { ipProtocol, transport } from './numbers.ts';
import type { PacketView } from './packetview.ts';
import { u16, u32 } from './read.ts';

/** Reads the transport header at `view.payloadStart` and moves the payload past it. */
export function parseTransport(bytes: Uint8Array, view: PacketView): boolean {
  view.transportStart = view.payloadStart;
  switch (view.protocol) {
    case ipProtocol.udp:
      return parseUdp(bytes, view);
    case ipProtocol.tcp:
      return parseTcp(bytes, view);
    case ipProtocol.icmp:
      view.transport = transport.icmp;
      view.highest = 'ICMP';
      return skip(view, 4);
    case ipProtocol.icmp6:
      view.transport = transport.icmp6;
      view.highest = 'ICMPv6';
      return skip(view, 4);
    default:
      view.transport = transport.other;
      return view.ok;
  }
}

/** Moves past a header of `size` bytes, or fails: cut by the capture, or too small by the lengths. */
function skip(view: PacketView, size: number): boolean {
  const had = view.payloadEnd - view.payloadStart;
  if (had < size) {
    const at = view.payloadStart;
    const issue = had + view.payloadMissing >= size ? packetIssue.short : packetIssue.length;
    // The payload is empty: what is here belongs to the header.
    view.payloadMissing = Math.max(0, view.payloadMissing - (size - had));
    view.payloadStart = view.payloadEnd;
    return view.fail(issue, at);
  }
  view.payloadStart += size;
  return view.ok;
}

/** UDP (RFC 768). A length of 0 means the rest of the packet (RFC 2675 section 4, and offload). */
function parseUdp(bytes: Uint8Array, view: PacketView): boolean {
  const at = view.payloadStart;
  view.highest = 'UDP';
  view.transport = transport.udp;
  const had = view.payloadEnd - at;
  if (had < 8) {
    if (had >= 4) {
      view.srcPort = u16(bytes, at);
      view.dstPort = u16(bytes, at + 2);
    }
    return skip(view, 8);
  }
  view.srcPort = u16(bytes, at);
  view.dstPort = u16(bytes, at + 2);
  const length = u16(bytes, at + 4);
  view.payloadStart = at + 8;
  view.transportRead = true;
  if (length === 0) return view.ok;
  const end = view.payloadEnd + view.payloadMissing;
  if (length < 8) return view.fail(packetIssue.headerLength, at + 4);
  if (at + length > end) return view.fail(packetIssue.length, at + 4);
  view.payloadEnd = Math.min(view.payloadEnd, at + length);
  view.payloadMissing = at + length - view.payloadEnd;
  return view.ok;
}

/** TCP (RFC 9293 section 3.1). */
function parseTcp(bytes: Uint8Array, view: PacketView): boolean {
  const at = view.payloadStart;
  view.highest = 'TCP';
  view.transport = transport.tcp;
  const had = view.payloadEnd - at;
  if (had >= 4) {
    view.srcPort = u16(bytes, at);
    view.dstPort = u16(bytes, at + 2);
  }
  if (had < 20) return skip(view, 20);
  view.seq = u32(bytes, at + 4);
  view.ack = u32(bytes, at + 8);
  view.flags = bytes[at + 13];
  view.window = u16(bytes, at + 14);
  const header = (bytes[at + 12] >>> 4) * 4;
  if (header < 20) return view.fail(packetIssue.headerLength, at + 12);
  if (header > had) {
    const short = header <= had + view.payloadMissing;
    // The payload is empty: what is here belongs to the options.
    view.transportRead = short;
    view.payloadMissing -= Math.min(view.payloadMissing, header - had);
    view.payloadStart = view.payloadEnd;
    return view.fail(short ? packetIssue.short : packetIssue.headerLength, at + 12);
  }
  view.transportRead = true;
  view.payloadStart = at + header;
  return view.ok;
}
