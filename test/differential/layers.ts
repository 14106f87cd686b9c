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

/**
 * For each layer the ends that are known with it. Each `ip`, `ipv6`, `udp` and `tcp` takes the next value of its fields: a layer
 * whose header is cut off has none.
 */
export function endsByLayer(layers: readonly string[], values: FieldValues): Ends[] {
  const met: Ends[] = [];
  const taken = { ip: 0, ipv6: 0, udp: 0, tcp: 0 };
  let ends = noEnds;
  let isQuoted = false;
  for (const [place, layer] of layers.entries()) {
    isQuoted ||= quoting.has(layer);
    // A frame inside a tunnel is another packet, whatever it carries.
    if (layer === 'eth' && place > 0) ends = noEnds;
    if (!isQuoted && Object.hasOwn(taken, layer)) ends = next(layer as keyof typeof taken, taken, values, ends);
    met.push(ends);
  }
  return met;
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
  if (layer === 'ip' || layer === 'ipv6') return { addresses: text, ports: '' };
  return { addresses: ends.addresses, ports: text === '' ? '' : `${layer} ${text}` };
}
