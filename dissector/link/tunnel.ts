import type { Limits } from '../bytes/index.ts';
import { parseEtherType } from './datalink.ts';
import { packetIssue } from './issue.ts';
import { etherType, firstEtherType, ipProtocol, isVlan, transport } from './numbers.ts';
import type { PacketView } from './packetview.ts';
import { u16, u32 } from './read.ts';

export type TunnelKind = 'IP in IP' | 'GRE' | 'VXLAN' | 'Geneve';

/** A packet inside a packet: its headers begin at `at`, behind those of the tunnel, and end on the wire at `wireEnd`. */
export interface Tunnel {
  readonly kind: TunnelKind;
  /** Where the tunnel's own header begins. */
  readonly start: number;
  readonly at: number;
  readonly wireEnd: number;
  /** An Ethernet frame, or a packet of this EtherType. */
  readonly inner: 'ethernet' | number;
  /** What tells networks inside apart: VNI, GRE key. */
  readonly network: number;
  /** Its header has bits that senders leave zero and receivers ignore: more of what is inside has to be right. */
  readonly isUnusual?: boolean;
}

/** Ports that VXLAN (RFC 7348; Linux had another one before it) and Geneve (RFC 8926) are sent to. */
const vxlanPorts: ReadonlySet<number> = new Set([4789, 8472]);
const genevePort = 6081;
const erspan2 = 0x88be;
const erspan3 = 0x22eb;
const transparentBridging = 0x6558;
const wccp = 0x883e;

/**
 * The tunnel whose outer headers `view` has read, and moves the view to the packet inside; undefined where there is none that is
 * looked into. A port alone makes no tunnel: the header must be one, and so must the one behind it.
 */
export function enterTunnel(bytes: Uint8Array, view: PacketView, limits: Limits): Tunnel | undefined {
  if (!view.ok || view.addressLength === 0 || view.isFragment) return undefined;
  const tunnel = view.transport === transport.udp ? ofDatagram(bytes, view) : ofProtocol(bytes, view);
  if (tunnel === undefined || !isPlausible(bytes, view, tunnel)) return undefined;
  if (view.depth === limits.tunnels) {
    view.fail(packetIssue.tooManyTunnels, tunnel.start);
    return undefined;
  }
  view.enter(tunnel.kind, tunnel.at, tunnel.network);
  if (tunnel.inner === 'ethernet') parseEtherType(bytes, u16(bytes, tunnel.at + 12), tunnel.at + 14, view, limits);
  else parseEtherType(bytes, tunnel.inner, tunnel.at, view, limits);
  return tunnel;
}

function ofProtocol(bytes: Uint8Array, view: PacketView): Tunnel | undefined {
  const { payloadStart: start, payloadEnd, payloadMissing } = view;
  const wireEnd = payloadEnd + payloadMissing;
  const plain = { kind: 'IP in IP', start, at: start, wireEnd, network: 0 } as const;
  if (view.protocol === ipProtocol.ipv4) return { ...plain, inner: etherType.ipv4 };
  if (view.protocol === ipProtocol.ipv6) return { ...plain, inner: etherType.ipv6 };
  return view.protocol === ipProtocol.gre ? ofGre(bytes, start, payloadEnd, wireEnd) : undefined;
}

/** GRE (RFC 2784, RFC 2890), version 0 without source routes; ERSPAN inside it carries mirrored packets. */
function ofGre(bytes: Uint8Array, start: number, end: number, wireEnd: number): Tunnel | undefined {
  if (start + 4 > end) return undefined;
  const flags = u16(bytes, start);
  const [hasSum, isRouted, hasKey, hasSequence] = [0x8000, 0x4000, 0x2000, 0x1000].map((bit) => (flags & bit) !== 0);
  if (isRouted || (flags & 7) !== 0) return undefined;
  const keyAt = start + 4 + (hasSum ? 4 : 0);
  const at = keyAt + (hasKey ? 4 : 0) + (hasSequence ? 4 : 0);
  if (at > end) return undefined;
  const outer = { kind: 'GRE', start, wireEnd, network: hasKey ? u32(bytes, keyAt) : 0 } as const;
  const type = u16(bytes, start + 2);
  if (type === erspan3) return ofErspan3(bytes, at, end, outer);
  // A packet that a router redirects (draft-mclaggan-wccp-v2rev1 section 4.12): version 2 puts 4 bytes before it.
  if (type === wccp) return { ...outer, at: at + (at < end && bytes[at] >>> 4 !== 4 ? 4 : 0), inner: etherType.ipv4 };
  if (type === erspan2) return { ...outer, at: at + (hasSequence ? 8 : 0), inner: 'ethernet' };
  return { ...outer, at, inner: type === transparentBridging ? 'ethernet' : type };
}

/**
 * ERSPAN III (draft-foschiano-erspan-03 section 4.3), 12 bytes and 8 more where its last bit says so. Five bits before them are the
 * type of the frame: Ethernet, IP without a link layer, or what nothing here reads.
 */
function ofErspan3(
  bytes: Uint8Array,
  start: number,
  end: number,
  outer: Pick<Tunnel, 'kind' | 'start' | 'wireEnd' | 'network'>,
): Tunnel | undefined {
  if (start + 12 > end) return undefined;
  const at = start + ((bytes[start + 11] & 1) === 0 ? 12 : 20);
  const frameType = (bytes[start + 10] >>> 2) & 0x1f;
  if (frameType === 0) return { ...outer, at, inner: 'ethernet' };
  if (frameType !== 2 || at >= end) return undefined;
  return { ...outer, at, inner: bytes[at] >>> 4 === 6 ? etherType.ipv6 : etherType.ipv4 };
}

function ofDatagram(bytes: Uint8Array, view: PacketView): Tunnel | undefined {
  const { payloadStart: start, payloadEnd: end, payloadMissing, dstPort } = view;
  if (!view.transportRead || start + 8 > end) return undefined;
  const network = u32(bytes, start + 4) >>> 8;
  const wireEnd = end + payloadMissing;
  if (vxlanPorts.has(dstPort)) {
    const word = u32(bytes, start);
    if ((word & hasNetwork) === 0) return undefined;
    const isUnusual = !isUsualVxlan(word) || bytes[start + 7] !== 0;
    return { kind: 'VXLAN', start, at: start + 8, wireEnd, inner: 'ethernet', network, isUnusual };
  }
  if (dstPort !== genevePort || bytes[start] >>> 6 !== 0 || bytes[start + 7] !== 0) return undefined;
  const type = u16(bytes, start + 2);
  const at = start + 8 + (bytes[start] & 0x3f) * 4;
  return { kind: 'Geneve', start, at, wireEnd, inner: type === transparentBridging ? 'ethernet' : type, network };
}

/** The flag I: there is a network identifier. Without it a VXLAN header says nothing (RFC 7348 section 5). */
const hasNetwork = 0x0800_0000;

/**
 * Whether a VXLAN header begins as senders make it: of its flags I is set, and the rest of the word is zero (RFC 7348 section 5). Where
 * the first is set too, two more flags and a policy of 16 bits follow (draft-smith-vxlan-group-policy section 2.1; Linux sends it).
 */
function isUsualVxlan(word: number): boolean {
  return word === hasNetwork || (word & ~0x48_ffff) >>> 0 === 0x8800_0000;
}

/** Whether what is inside begins as what it is said to be. */
function isPlausible(bytes: Uint8Array, view: PacketView, { at: start, inner, wireEnd, isUnusual }: Tunnel): boolean {
  let [type, at] =
    inner === 'ethernet' ? [start + 14 <= view.payloadEnd ? u16(bytes, start + 12) : -1, start + 14] : [inner, start];
  while (isVlan(type) && at + 4 <= view.payloadEnd) {
    type = u16(bytes, at + 2);
    at += 4;
  }
  if (at >= view.payloadEnd) return false;
  if (type === etherType.ipv4) return bytes[at] >>> 4 === 4;
  if (type === etherType.ipv6) return bytes[at] >>> 4 === 6;
  return inner === 'ethernet' && isUnusual !== true && (type >= firstEtherType || (type > 0 && at + type <= wireEnd));
}
