import type { Field, Value } from '../bytes/index.ts';
import { tcpFlag } from '../link/index.ts';
import type { FieldType, FilterField } from './fields.ts';
import type { FilterRow } from './row.ts';

const absent: readonly Value[] = [];
const present: readonly Value[] = [true];

/** The innermost layer of these names; a packet in a tunnel has some of them twice. */
function layer({ lower }: FilterRow, names: readonly string[]): Field | undefined {
  return lower.findLast(({ name }) => names.includes(name));
}

function values(row: FilterRow, layers: readonly string[], children: readonly string[]): readonly Value[] {
  const found = layer(row, layers);
  if (found === undefined) return absent;
  return children.flatMap((name) => {
    const value = found.children?.find((child) => child.name === name)?.value;
    return value === undefined ? [] : [value];
  });
}

type Line = readonly [name: string, type: FieldType, layers: readonly string[], children: readonly string[], doc: string];

/** Wireshark's names for the layers below; each with the layers and fields it reads. */
const lines: readonly Line[] = [
  ['eth.src', 'text', ['ethernet'], ['src'], 'Source of the Ethernet frame.'],
  ['eth.dst', 'text', ['ethernet'], ['dst'], 'Destination of the Ethernet frame.'],
  ['eth.addr', 'text', ['ethernet'], ['src', 'dst'], 'Source or destination of the Ethernet frame.'],
  ['eth.type', 'integer', ['ethernet'], ['type'], 'EtherType.'],
  ['ip.src', 'address', ['ipv4', 'ipv6'], ['src'], 'Source address, IPv4 or IPv6.'],
  ['ip.dst', 'address', ['ipv4', 'ipv6'], ['dst'], 'Destination address, IPv4 or IPv6.'],
  ['ip.addr', 'address', ['ipv4', 'ipv6'], ['src', 'dst'], 'Source or destination address, IPv4 or IPv6.'],
  ['ip.ttl', 'integer', ['ipv4'], ['ttl'], 'Time to live.'],
  ['ip.id', 'integer', ['ipv4'], ['identification'], 'Identification of an IPv4 datagram.'],
  ['ip.len', 'integer', ['ipv4'], ['total_length'], 'Total length of the IPv4 packet.'],
  ['ip.proto', 'integer', ['ipv4'], ['protocol'], 'IP protocol number.'],
  ['ipv6.src', 'address', ['ipv6'], ['src'], 'Source address.'],
  ['ipv6.dst', 'address', ['ipv6'], ['dst'], 'Destination address.'],
  ['ipv6.addr', 'address', ['ipv6'], ['src', 'dst'], 'Source or destination address.'],
  ['ipv6.hlim', 'integer', ['ipv6'], ['hop_limit'], 'Hop limit.'],
  ['udp.srcport', 'integer', ['udp'], ['src_port'], 'Source port.'],
  ['udp.dstport', 'integer', ['udp'], ['dst_port'], 'Destination port.'],
  ['udp.port', 'integer', ['udp'], ['src_port', 'dst_port'], 'Source or destination port.'],
  ['udp.length', 'integer', ['udp'], ['length'], 'Bytes of header and payload.'],
  ['tcp.srcport', 'integer', ['tcp'], ['src_port'], 'Source port.'],
  ['tcp.dstport', 'integer', ['tcp'], ['dst_port'], 'Destination port.'],
  ['tcp.port', 'integer', ['tcp'], ['src_port', 'dst_port'], 'Source or destination port.'],
  ['tcp.seq', 'integer', ['tcp'], ['seq'], 'Sequence number, as it is on the wire.'],
  ['tcp.ack', 'integer', ['tcp'], ['ack'], 'Acknowledgement number, as it is on the wire.'],
  ['tcp.window_size', 'integer', ['tcp'], ['window'], 'Window, unscaled.'],
  ['icmp.type', 'integer', ['icmp'], ['type'], 'Type of the ICMP message.'],
  ['icmp.code', 'integer', ['icmp'], ['code'], 'Code of the ICMP message.'],
  ['icmpv6.type', 'integer', ['icmpv6'], ['type'], 'Type of the ICMPv6 message.'],
  ['icmpv6.code', 'integer', ['icmpv6'], ['code'], 'Code of the ICMPv6 message.'],
];

const presences: readonly (readonly [string, readonly string[], string])[] = [
  ['eth', ['ethernet'], 'An Ethernet frame.'],
  ['vlan', ['vlan'], 'A VLAN tag.'],
  ['arp', ['arp'], 'Address Resolution Protocol.'],
  ['ip', ['ipv4'], 'An IPv4 packet.'],
  ['ipv6', ['ipv6'], 'An IPv6 packet.'],
  ['udp', ['udp'], 'A UDP datagram.'],
  ['tcp', ['tcp'], 'A TCP segment.'],
  ['icmp', ['icmp'], 'An ICMP message.'],
  ['icmpv6', ['icmpv6'], 'An ICMPv6 message.'],
];

/** Filter names by layer and field, for those that read one field: `ipv4.src` is called `ip.src`. */
export const lowerNames: ReadonlyMap<string, string> = new Map([
  ...lines
    .filter(([, , , children]) => children.length === 1)
    .toReversed()
    .flatMap(([name, , layers, [child]]) => layers.map((layer) => [`${layer}.${child}`, name] as const)),
  ...presences.flatMap(([name, layers]) => layers.map((layer) => [layer, name] as const)),
]);

function flags(row: FilterRow): number | undefined {
  const word = values(row, ['tcp'], ['offset_flags'])[0];
  return typeof word === 'number' ? word & 0xff : undefined;
}

export const lowerFields: readonly FilterField[] = [
  ...lines.map(([name, type, layers, children, doc]) => ({
    name,
    type,
    doc,
    read: (row: FilterRow) => values(row, layers, children),
  })),
  ...presences.map(([name, layers, doc]) => ({
    name,
    type: 'presence' as const,
    doc,
    read: (row: FilterRow) => (layer(row, layers) === undefined ? absent : present),
  })),
  {
    name: 'tcp.flags',
    type: 'integer',
    doc: 'Flags of the TCP segment, low 8 bits.',
    read(row) {
      const bits = flags(row);
      return bits === undefined ? absent : [bits];
    },
  },
  ...Object.entries(tcpFlag).map(
    ([name, bit]): FilterField => ({
      name: `tcp.flags.${name}`,
      type: 'flag',
      doc: `The ${name.toUpperCase()} flag of the TCP segment.`,
      read(row) {
        const bits = flags(row);
        return bits === undefined ? absent : [(bits & bit) !== 0];
      },
    }),
  ),
];
