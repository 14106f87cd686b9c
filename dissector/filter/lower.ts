import type { Field, Value } from '../bytes/index.ts';
import type { FieldType, FilterField } from './fields.ts';
import { headerFields, headerNames } from './headers.ts';
import type { FilterRow } from './row.ts';
import { bytesLiteral } from './values.ts';

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

/** The tree has them as people write them. */
function macBytes(value: Value): Value {
  return (typeof value === 'string' ? bytesLiteral(value, false) : undefined) ?? value;
}

type Line = readonly [name: string, type: FieldType, layers: readonly string[], children: readonly string[], doc: string];

/** Wireshark's names for the layers below; each with the layers and fields it reads. */
const lines: readonly Line[] = [
  ['eth.src', 'mac', ['ethernet'], ['src'], 'Source of the Ethernet frame.'],
  ['eth.dst', 'mac', ['ethernet'], ['dst'], 'Destination of the Ethernet frame.'],
  ['eth.addr', 'mac', ['ethernet'], ['src', 'dst'], 'Source or destination of the Ethernet frame.'],
  ['eth.type', 'integer', ['ethernet'], ['type'], 'EtherType.'],
  ['ip.ttl', 'integer', ['ipv4'], ['ttl'], 'Time to live.'],
  ['ip.id', 'integer', ['ipv4'], ['identification'], 'Identification of an IPv4 datagram.'],
  ['ip.len', 'integer', ['ipv4'], ['total_length'], 'Total length of the IPv4 packet.'],
  ['ip.proto', 'integer', ['ipv4'], ['protocol'], 'IP protocol number.'],
  ['ipv6.hlim', 'integer', ['ipv6'], ['hop_limit'], 'Hop limit.'],
  ['udp.length', 'integer', ['udp'], ['length'], 'Bytes of header and payload.'],
  ['icmp.type', 'integer', ['icmp'], ['type'], 'Type of the ICMP message.'],
  ['icmp.code', 'integer', ['icmp'], ['code'], 'Code of the ICMP message.'],
  ['icmpv6.type', 'integer', ['icmpv6'], ['type'], 'Type of the ICMPv6 message.'],
  ['icmpv6.code', 'integer', ['icmpv6'], ['code'], 'Code of the ICMPv6 message.'],
];

const presences: readonly (readonly [string, readonly string[], string])[] = [
  ['eth', ['ethernet'], 'An Ethernet frame.'],
  ['vlan', ['vlan'], 'A VLAN tag.'],
  ['arp', ['arp'], 'Address Resolution Protocol.'],
];

/** Filter names by layer and field, for those that read one field: `ipv4.src` is called `ip.src`. */
export const lowerNames: ReadonlyMap<string, string> = new Map([
  ...lines
    .filter(([, , , children]) => children.length === 1)
    .toReversed()
    .flatMap(([name, , layers, [child]]) => layers.map((layer) => [`${layer}.${child}`, name] as const)),
  ...presences.flatMap(([name, layers]) => layers.map((layer) => [layer, name] as const)),
  ...headerNames,
]);

export const lowerFields: readonly FilterField[] = [
  ...lines.map(([name, type, layers, children, doc]) => ({
    name,
    type,
    doc,
    read: (row: FilterRow) => (type === 'mac' ? values(row, layers, children).map(macBytes) : values(row, layers, children)),
  })),
  ...presences.map(([name, layers, doc]) => ({
    name,
    type: 'presence' as const,
    doc,
    read: (row: FilterRow) => (layer(row, layers) === undefined ? absent : present),
  })),
  ...headerFields,
];
