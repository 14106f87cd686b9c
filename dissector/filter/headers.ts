import type { Value } from '../bytes/index.ts';
import { type PacketView, tcpFlag, transport } from '../link/index.ts';
import type { FilterField } from './fields.ts';
import type { FilterRow } from './row.ts';

const absent: readonly Value[] = [];
const present: readonly Value[] = [true];

/** Fields of the network and transport headers that need no tree. Addresses are their bytes. */
type Read = (view: PacketView, bytes: Uint8Array) => readonly Value[];

function header(name: string, type: FilterField['type'], doc: string, read: Read): FilterField {
  return { name, type, doc, read: (row: FilterRow) => read(row.view, row.bytes) };
}

const source = (view: PacketView, bytes: Uint8Array): Uint8Array => bytes.subarray(view.srcAt, view.srcAt + view.addressLength);
const destination = (view: PacketView, bytes: Uint8Array): Uint8Array =>
  bytes.subarray(view.dstAt, view.dstAt + view.addressLength);

function addresses(prefix: 'ip' | 'ipv6', doc: string, has: (view: PacketView) => boolean): FilterField[] {
  return [
    header(`${prefix}.src`, 'address', `Source address${doc}.`, (view, bytes) => (has(view) ? [source(view, bytes)] : absent)),
    header(`${prefix}.dst`, 'address', `Destination address${doc}.`, (view, bytes) =>
      has(view) ? [destination(view, bytes)] : absent,
    ),
    header(`${prefix}.addr`, 'address', `Source or destination address${doc}.`, (view, bytes) =>
      has(view) ? [source(view, bytes), destination(view, bytes)] : absent,
    ),
  ];
}

/** Whether at least `size` bytes of a transport header of this kind were captured. */
const reaches = (view: PacketView, kind: number, size: number): boolean =>
  view.transport === kind && view.payloadEnd - view.transportStart >= size;

function ports(name: 'udp' | 'tcp', kind: number): FilterField[] {
  const when =
    (read: (view: PacketView) => readonly Value[]): Read =>
    (view) =>
      reaches(view, kind, 4) ? read(view) : absent;
  return [
    header(
      `${name}.srcport`,
      'integer',
      'Source port.',
      when((view) => [view.srcPort]),
    ),
    header(
      `${name}.dstport`,
      'integer',
      'Destination port.',
      when((view) => [view.dstPort]),
    ),
    header(
      `${name}.port`,
      'integer',
      'Source or destination port.',
      when((view) => [view.srcPort, view.dstPort]),
    ),
  ];
}

const is = (name: string, doc: string, has: (view: PacketView) => boolean): FilterField =>
  header(name, 'presence', doc, (view) => (has(view) ? present : absent));
const tcp =
  (read: (view: PacketView) => Value): Read =>
  (view) =>
    reaches(view, transport.tcp, 20) ? [read(view)] : absent;

export const headerFields: readonly FilterField[] = [
  is('ip', 'An IPv4 packet.', ({ version }) => version === 4),
  is('ipv6', 'An IPv6 packet.', ({ version }) => version === 6),
  is('udp', 'A UDP datagram.', (view) => view.transport === transport.udp),
  is('tcp', 'A TCP segment.', (view) => view.transport === transport.tcp),
  is('icmp', 'An ICMP message.', (view) => view.transport === transport.icmp),
  is('icmpv6', 'An ICMPv6 message.', (view) => view.transport === transport.icmp6),
  ...addresses('ip', ', IPv4 or IPv6', ({ addressLength }) => addressLength > 0),
  ...addresses('ipv6', '', ({ version, addressLength }) => version === 6 && addressLength > 0),
  ...ports('udp', transport.udp),
  ...ports('tcp', transport.tcp),
  header(
    'tcp.seq',
    'integer',
    'Sequence number, as it is on the wire.',
    tcp(({ seq }) => seq),
  ),
  header(
    'tcp.ack',
    'integer',
    'Acknowledgement number, as it is on the wire.',
    tcp(({ ack }) => ack),
  ),
  header(
    'tcp.window_size',
    'integer',
    'Window, unscaled.',
    tcp(({ window }) => window),
  ),
  header(
    'tcp.flags',
    'integer',
    'Flags of the TCP segment, low 8 bits.',
    tcp(({ flags }) => flags),
  ),
  ...Object.entries(tcpFlag).map(([name, bit]) =>
    header(
      `tcp.flags.${name}`,
      'flag',
      `The ${name.toUpperCase()} flag of the TCP segment.`,
      tcp(({ flags }) => (flags & bit) !== 0),
    ),
  ),
];

/** Their names by layer and field of the tree. */
export const headerNames: readonly (readonly [string, string])[] = [
  ['ipv4', 'ip'],
  ['ipv6', 'ipv6'],
  ['udp', 'udp'],
  ['tcp', 'tcp'],
  ['icmp', 'icmp'],
  ['icmpv6', 'icmpv6'],
  ['ipv4.src', 'ip.src'],
  ['ipv4.dst', 'ip.dst'],
  ['ipv6.src', 'ipv6.src'],
  ['ipv6.dst', 'ipv6.dst'],
  ['udp.src_port', 'udp.srcport'],
  ['udp.dst_port', 'udp.dstport'],
  ['tcp.src_port', 'tcp.srcport'],
  ['tcp.dst_port', 'tcp.dstport'],
  ['tcp.seq', 'tcp.seq'],
  ['tcp.ack', 'tcp.ack'],
  ['tcp.window', 'tcp.window_size'],
];
