import { bits, bounded, byCase, bytes, type FieldValues, fresh, ipv4, ipv6, port, struct, uint } from '../codec/index.ts';
import { Layer } from './layer.ts';

const names: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6' };
const protocol = uint(1, 'protocol', 'What the packet carries (IANA protocol number).', { names });
const ports = [port('srcport', 'Source port.'), port('dstport', 'Destination port.')];
const icmp = [uint(1, 'icmp_type', 'Type of the ICMP message.'), uint(1, 'icmp_code', 'Its code.')];
const carried = byCase('protocol', { 1: icmp, 6: ports, 17: ports, 58: icmp }, []);
const rest = bytes('data', 'rest', 'What is left of the packet.');

/** RFC 791 section 3.1. A fragment that is not the first has no header of what the packet carries. */
const version4 = bounded('ip', { ref: 'length', less: 4 }, 'IPv4 (RFC 791) from the identification on.', [
  fresh('sequence', uint(2, 'id', 'The same in all fragments of a datagram.')),
  bits(2, [
    { name: 'flags', width: 3, doc: '2 do not fragment, 1 more fragments.' },
    { name: 'offset', width: 13, doc: 'Fragment offset, in 8 bytes.' },
  ]),
  uint(1, 'ttl', 'Hops that are left.'),
  protocol,
  fresh('checksum', uint(2, 'checksum', 'Internet checksum of the header.')),
  ipv4('src', 'Source address.'),
  ipv4('dst', 'Destination address.'),
  bytes('options', { ref: 'words', times: 4, less: 20 }, 'Options of the header.'),
  byCase('offset', { 0: [carried] }, []),
  rest,
]);

/** RFC 8200 section 3. Extension headers are shown as what the packet carries. */
const version6 = bounded('ip', { ref: 'length', plus: 34 }, 'IPv6 (RFC 8200) from the next header on.', [
  protocol,
  uint(1, 'ttl', 'Hops that are left.'),
  ipv6('src', 'Source address.'),
  ipv6('dst', 'Destination address.'),
  carried,
  rest,
]);

/**
 * A layer of IP packets, for protocols that tunnel them: addresses, and ports of UDP and TCP (`inner.src`, `inner.dstport`). What
 * follows the packet, such as padding, is its field `padding`.
 */
export function ipPacketLayer(id = 'inner', title = 'IP'): Layer {
  return new Layer({
    id,
    title,
    layout: struct(id, 'An IP packet in a tunnel.', [
      bits(1, [
        { name: 'version', width: 4, doc: '4 or 6.' },
        {
          name: 'words',
          width: 4,
          doc: 'IPv4: length of the header in words of 4 bytes. IPv6: first bits of the traffic class.',
        },
      ]),
      byCase('version', {
        4: [uint(1, 'tos', 'Type of service.'), uint(2, 'length', 'Bytes of the packet.'), version4],
        6: [bytes('flow', 3, 'Traffic class and flow label.'), uint(2, 'length', 'Bytes behind the header.'), version6],
      }),
      bytes('padding', 'rest', 'Bytes behind the packet.'),
    ]),
    info: ({ ip }) => infoOf(ip as FieldValues),
  });
}

function infoOf({ src, dst, srcport, dstport, protocol: number }: FieldValues): string {
  const at = (address: unknown, own: unknown): string => (own === undefined ? String(address) : `${address} port ${own}`);
  return `${at(src, srcport)} → ${at(dst, dstport)}, ${names[Number(number)] ?? `protocol ${number}`}`;
}
