/** The ends of a packet from what tshark prints: the layers of the frame, and the values of a field from all of them in one list. */
import { type Ends, noEnds } from './reading.ts';

/** Of each field the values of a frame, in the order of its layers. */
export interface FieldValues {
  readonly ipSrc: readonly string[];
  readonly ipDst: readonly string[];
  readonly ipv6Src: readonly string[];
  readonly ipv6Dst: readonly string[];
  readonly udpSrc: readonly string[];
  readonly udpDst: readonly string[];
  readonly tcpSrc: readonly string[];
  readonly tcpDst: readonly string[];
}

/** What an error message quotes is another packet. */
const quoting: ReadonlySet<string> = new Set(['icmp', 'icmpv6']);

/** Layers that Peerscope reads, as tshark names them. */
const readLayers: ReadonlySet<string> = new Set([
  ...['eth', 'ethertype', 'vlan', 'ieee8021ad', 'sll', 'null', 'raw', 'llc', 'nflog', 'pktap', 'pcap_pktdata', 'user_dlt'],
  ...['ip', 'ipv6', 'ah', 'gre', 'erspan', 'vxlan', 'geneve', 'udp', 'tcp', 'icmp', 'icmpv6', 'data', '_ws.malformed'],
]);

/** What may carry an Ethernet frame. */
const carriers: ReadonlySet<string> = new Set(['vxlan', 'geneve', 'erspan', 'gre', 'pktap', 'pcap_pktdata']);

/** Whether Peerscope reads a layer behind another. IPv6 extension headers are named as fields of the header. */
function isRead(layer: string, place: number, layers: readonly string[]): boolean {
  if (layer === 'eth' && place > 0) return carriers.has(layers[place - 1]!);
  return readLayers.has(layer) || layer.startsWith('ipv6.');
}

/** The place of the first layer that Peerscope does not read; their number where it reads all. */
export function firstForeign(layers: readonly string[]): number {
  const at = layers.findIndex((layer, place) => !isRead(layer, place, layers));
  return at < 0 ? layers.length : at;
}

/**
 * The ends that are known behind these layers. Each `ip`, `ipv6`, `udp` and `tcp` takes the next value of its fields: a layer
 * whose header is cut off has none.
 */
export function endsOf(layers: readonly string[], values: FieldValues): Ends {
  const taken = { ip: 0, ipv6: 0, udp: 0, tcp: 0 };
  let ends = noEnds;
  let isQuoted = false;
  for (const [place, layer] of layers.entries()) {
    isQuoted ||= quoting.has(layer);
    // A frame inside a tunnel is another packet, whatever it carries.
    if (layer === 'eth' && place > 0) ends = noEnds;
    if (!isQuoted && Object.hasOwn(taken, layer)) ends = next(layer as keyof typeof taken, taken, values, ends);
  }
  return ends;
}

function next(layer: 'ip' | 'ipv6' | 'udp' | 'tcp', taken: Record<string, number>, values: FieldValues, ends: Ends): Ends {
  const [src, dst] = {
    ip: ['ipSrc', 'ipDst'],
    ipv6: ['ipv6Src', 'ipv6Dst'],
    udp: ['udpSrc', 'udpDst'],
    tcp: ['tcpSrc', 'tcpDst'],
  }[layer].map((name) => values[name as keyof FieldValues][taken[layer]!] ?? '');
  taken[layer]!++;
  const text = src === '' || dst === '' ? '' : `${src} > ${dst}`;
  // A header that tshark takes for none has no addresses: the ends before it stay.
  if (layer === 'ip' || layer === 'ipv6') return text === '' ? ends : { addresses: text, ports: '' };
  return { addresses: ends.addresses, ports: text === '' ? '' : `${layer} ${text}` };
}
