import { defaultLimits, type Limits, type Problem } from '../bytes/index.ts';
import { parseLink } from './datalink.ts';
import type { Datagram } from './fragments.ts';
import { isAuthentication, parseExtensions, parseIpv4, parseIpv6 } from './internet.ts';
import { packetIssue } from './issue.ts';
import { PacketView } from './packetview.ts';
import { parseTransport } from './transport.ts';
import { enterTunnel } from './tunnel.ts';

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
  if (!parseFrame(bytes, linkType, view, limits, originalLength)) return view.ok;
  let end = Math.max(originalLength, bytes.length);
  while (parseNetwork(bytes, view, end, limits)) {
    const tunnel = enterTunnel(bytes, view, limits);
    if (tunnel === undefined) break;
    end = tunnel.wireEnd;
  }
  return view.ok;
}

/** A view of every packet of a frame, those that carry a tunnel first: the last is what `parsePacket` reads. */
export function packetViews(bytes: Uint8Array, linkType: number, limits: Limits, originalLength: number): PacketView[] {
  const view = new PacketView();
  const views: PacketView[] = [];
  let end = Math.max(originalLength, bytes.length);
  let goesOn = parseFrame(bytes, linkType, view, limits, originalLength);
  while (goesOn) {
    goesOn = parseNetwork(bytes, view, end, limits);
    views.push(Object.assign(new PacketView(), view));
    const tunnel = goesOn ? enterTunnel(bytes, view, limits) : undefined;
    if (tunnel === undefined) break;
    end = tunnel.wireEnd;
  }
  return views;
}

/** Reads the link header of a captured frame into `view`; false where no packet is known behind it. */
export function parseFrame(
  bytes: Uint8Array,
  linkType: number,
  view: PacketView,
  limits: Limits,
  originalLength: number,
): boolean {
  view.reset(bytes.length);
  view.payloadMissing = Math.max(originalLength, bytes.length) - bytes.length;
  return parseLink(bytes, linkType, view, limits) && view.version !== 0;
}

/** Reads the network and transport headers of one packet, not what a tunnel carries; false where nothing can be read behind them. */
export function parseNetwork(bytes: Uint8Array, view: PacketView, wireEnd: number, limits: Limits): boolean {
  if (view.version === 0 || view.issue === packetIssue.tooManyHeaders) return false;
  view.networkStart = view.payloadStart;
  const parsed = view.version === 4 ? parseIpv4(bytes, view, wireEnd, limits) : parseIpv6(bytes, view, wireEnd, limits);
  if (!parsed) return false;
  return view.isFragment ? view.ok : parseTransport(bytes, view);
}

/**
 * Reads the headers at the start of a datagram put together from fragments into the `view` of its last fragment: ports and
 * payload then point into the datagram, addresses still into that fragment's frame, unless the datagram is a tunnel: `depth` has
 * grown then, and the addresses are in it. Before the transport header may stand
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
  const isHeader = view.version === 6 ? undefined : isAuthentication;
  if (!parseExtensions(bytes, view, 0, bytes.length, limits, isHeader)) return false;
  // A fragment inside a datagram that was put together stays one: its payload is no transport message.
  if (view.isFragment || !parseTransport(bytes, view)) return view.ok;
  for (let tunnel = enterTunnel(bytes, view, limits); tunnel !== undefined; tunnel = enterTunnel(bytes, view, limits))
    if (!parseNetwork(bytes, view, tunnel.wireEnd, limits)) break;
  return view.ok;
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
    case packetIssue.tooManyTunnels:
      return {
        kind: 'limit',
        text: 'More tunnels inside each other than the limit "tunnels" allows',
        at,
        path,
        limit: 'tunnels',
      };
    default:
      return { kind: 'limit', text: 'More headers than the limit "headers" allows', at, path, limit: 'headers' };
  }
}
