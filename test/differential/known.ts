/** Differences that are meant: each by a rule over what both programs read, with the reason. Names are those of the table of totals. */
import { packetIssue } from '../../dissector/link/index.ts';
import type { Kind } from './compare.ts';
import {
  type Ends,
  noEnds,
  type OurFrame,
  type OurReading,
  type OurStream,
  type TheirFrame,
  type TheirReading,
} from './reading.ts';

/** Layers that Peerscope reads, as tshark names them. */
const readLayers: ReadonlySet<string> = new Set([
  ...['eth', 'ethertype', 'vlan', 'ieee8021ad', 'sll', 'null', 'raw', 'llc', 'nflog', 'pktap', 'user_dlt'],
  ...['ip', 'ipv6', 'ah', 'gre', 'erspan', 'vxlan', 'geneve', 'udp', 'tcp', 'icmp', 'icmpv6', 'data', '_ws.malformed'],
]);

/** IPv6 extension headers, which tshark names as fields of the header. */
const isRead = (layer: string) => readLayers.has(layer) || layer.startsWith('ipv6.');

export function knownFile(ours: OurReading, theirs: TheirReading): string | undefined {
  // Wireshark reads some eighty formats, Peerscope the two of libpcap.
  if (ours.refused !== undefined && theirs.format !== undefined && !/pcap/.test(theirs.format)) return 'format other than pcap';
  return undefined;
}

export function knownEnd(_ours: OurReading, _theirs: TheirReading): string | undefined {
  return undefined;
}

export function knownFrames(_ours: OurReading, _theirs: TheirReading): string | undefined {
  return undefined;
}

export function knownFrame(kind: Kind, ours: OurFrame, theirs: TheirFrame): string | undefined {
  if (kind === 'addresses' || kind === 'ports') return knownEnds(ours, theirs);
  return undefined;
}

function knownEnds(ours: OurFrame, theirs: TheirFrame): string | undefined {
  // Link types that nothing decodes are counted and told (UndecodedFrames).
  if (ours.isUnknownLink && isSame(ours.ends, noEnds)) return `link layer not decoded: ${theirs.layers[0]}`;
  const foreign = theirs.layers.findIndex((layer) => !isRead(layer));
  // What is inside a layer that Peerscope does not read is told by the layer's name; before it both must agree.
  if (foreign > 0 && isSame(ours.ends, theirs.met[foreign - 1]!)) return `not looked into: ${theirs.layers[foreign]}`;
  return undefined;
}

function isSame(a: Ends, b: Ends): boolean {
  return a.addresses === b.addresses && a.ports === b.ports;
}

/** One direction of a connection. */
export interface StreamPair {
  readonly ours: OurStream['sides'][number];
  readonly theirs: string;
}

export function knownStream({ ours, theirs }: StreamPair): string | undefined {
  const { bytes, end } = ours;
  // The end of a capture shows what waits behind a hole; tshark keeps to itself what was not acknowledged.
  if (bytes.startsWith(`${theirs}[`)) return 'hole at the end that nobody acknowledged';
  // Nothing follows a FIN (RFC 9293 section 3.10.7.4), and what a RST carries is no data (section 3.5.3); tshark goes on.
  if (end !== '' && theirs.startsWith(bytes)) return 'data behind the end';
  return undefined;
}

/** Where the header that counts is cut off. */
export const isCut = ({ issue }: OurFrame): boolean => issue === packetIssue.short;
