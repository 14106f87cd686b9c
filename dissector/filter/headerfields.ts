import { type Field, type Value, valueIn } from '../bytes/index.ts';
import { absent, type FieldType, type FilterField, present } from './filterfield.ts';
import { headerFields, headerNames } from './headers.ts';
import type { FilterRow } from './row.ts';
import { bytesLiteral } from './values.ts';

/** The layers of these names, the outermost first: a packet in a tunnel has some of them twice. */
function layers({ lower }: FilterRow, names: readonly string[]): Field[] {
  return lower.filter(({ name }) => names.includes(name));
}

function valuesIn(found: Field, children: readonly string[], type: FieldType): Value[] {
  return children.flatMap((name) => {
    const value = valueIn(found, name);
    return value === undefined ? [] : [type === 'mac' ? macBytes(value) : value];
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
  ...lines.map(([name, type, names, children, doc]): FilterField => {
    const values = (row: FilterRow) => layers(row, names).map((found) => valuesIn(found, children, type));
    return { name, type, doc, read: (row) => values(row).flat(), layers: values };
  }),
  ...presences.map(
    ([name, names, doc]): FilterField => ({
      name,
      type: 'presence',
      doc,
      read: (row) => (layers(row, names).length === 0 ? absent : present),
      bytes: (row) =>
        layers(row, names).map(({ start, end }) => ({ own: row.bytes.subarray(start, end), all: row.bytes.subarray(start) })),
    }),
  ),
  ...headerFields,
];
