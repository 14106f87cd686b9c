import type { Value } from '../bytes/index.ts';
import { type PacketView, tcpFlag, transport } from '../link/index.ts';
import { absent, type FieldType, type FilterField, present } from './filterfield.ts';
import type { FilterRow } from './row.ts';

/** Fields of the network and transport headers that need no tree. Addresses are their bytes. */
type Read = (view: PacketView, bytes: Uint8Array) => readonly Value[];
type Has = (view: PacketView) => boolean;

/** A packet in a tunnel has the header more than once: the field has all their values, the outermost first. */
function header(name: string, type: FieldType, doc: string, read: Read, isCounted: Has = () => true): FilterField {
  return {
    name,
    type,
    doc,
    read(row: FilterRow) {
      const { view } = row;
      return view.depth === 0 ? read(view, row.bytes) : row.views.flatMap((one) => read(one, row.bytes));
    },
    layers: (row) =>
      row.views
        .filter(isCounted)
        .map((view) => read(view, row.bytes))
        .filter(({ length }) => length > 0),
  };
}

/** Where a header lies in the captured frame; what it carries ends where the payload does. */
type Extent = (view: PacketView, bytes: Uint8Array) => readonly [from: number, to: number];

function protocol(name: string, doc: string, has: Has, extent: Extent): FilterField {
  return {
    ...header(name, 'presence', doc, (view) => (has(view) ? present : absent)),
    bytes: ({ views, bytes }) =>
      views.filter(has).map((view) => {
        const [from, to] = extent(view, bytes);
        return { own: bytes.subarray(from, to), all: bytes.subarray(from, Math.max(to, view.payloadEnd)) };
      }),
  };
}

const source = (view: PacketView, bytes: Uint8Array): Uint8Array => bytes.subarray(view.srcAt, view.srcAt + view.addressLength);
const destination = (view: PacketView, bytes: Uint8Array): Uint8Array =>
  bytes.subarray(view.dstAt, view.dstAt + view.addressLength);

function addresses(prefix: 'ip' | 'ipv6', doc: string, has: Has, isCounted?: Has): FilterField[] {
  const field = (name: string, what: string, read: Read): FilterField =>
    header(
      `${prefix}.${name}`,
      'address',
      `${what}${doc}.`,
      (view, bytes) => (has(view) ? read(view, bytes) : absent),
      isCounted,
    );
  return [
    field('src', 'Source address', (view, bytes) => [source(view, bytes)]),
    field('dst', 'Destination address', (view, bytes) => [destination(view, bytes)]),
    field('addr', 'Source or destination address', (view, bytes) => [source(view, bytes), destination(view, bytes)]),
  ];
}

/** Whether at least `size` bytes of a transport header of this kind were captured. */
const reaches = (view: PacketView, kind: number, size: number): boolean =>
  view.transport === kind && view.payloadEnd - view.transportStart >= size;

function ports(name: 'udp' | 'tcp', kind: number): FilterField[] {
  const field = (part: string, doc: string, read: (view: PacketView) => readonly Value[]): FilterField =>
    header(`${name}.${part}`, 'integer', doc, (view) => (reaches(view, kind, 4) ? read(view) : absent));
  return [
    field('srcport', 'Source port.', (view) => [view.srcPort]),
    field('dstport', 'Destination port.', (view) => [view.dstPort]),
    field('port', 'Source or destination port.', (view) => [view.srcPort, view.dstPort]),
  ];
}

/** The captured bytes behind the transport header. */
function payload(name: 'udp' | 'tcp', kind: number, size: number): FilterField {
  return header(`${name}.payload`, 'bytes', 'The captured bytes behind the header, where there are any.', (view, bytes) =>
    reaches(view, kind, size + 1) && view.transportRead && view.payloadEnd > view.payloadStart
      ? [bytes.subarray(view.payloadStart, view.payloadEnd)]
      : absent,
  );
}

function tcp(name: string, type: FieldType, doc: string, read: (view: PacketView, bytes: Uint8Array) => Value): FilterField {
  return header(`tcp.${name}`, type, doc, (view, bytes) => (reaches(view, transport.tcp, 20) ? [read(view, bytes)] : absent));
}

/** The 12 bits behind the header length: four reserved ones, of which the last is AE, and the eight flags. */
function flagBits({ transportStart: at }: PacketView, bytes: Uint8Array): number {
  return ((bytes[at + 12]! & 0x0f) << 8) | bytes[at + 13]!;
}

/** Names of Wireshark, and two that this project had before. */
const flags: readonly (readonly [name: string, bits: number, doc: string])[] = [
  ['fin', tcpFlag.fin, 'FIN: the sender has no more data.'],
  ['syn', tcpFlag.syn, 'SYN: opens a connection.'],
  ['reset', tcpFlag.rst, 'RST: breaks the connection off.'],
  ['push', tcpFlag.psh, 'PSH: the receiver is to hand the data on.'],
  ['ack', tcpFlag.ack, 'ACK: the acknowledgement number counts.'],
  ['urg', tcpFlag.urg, 'URG: the urgent pointer counts.'],
  ['ece', tcpFlag.ece, 'ECE: congestion was seen (RFC 3168).'],
  ['cwr', tcpFlag.cwr, 'CWR: the sender slows down (RFC 3168).'],
  ['ae', 0x100, 'AE: accurate ECN.'],
  ['res', 0xe00, 'One of the three reserved bits is set.'],
  ['rst', tcpFlag.rst, 'As tcp.flags.reset.'],
  ['psh', tcpFlag.psh, 'As tcp.flags.push.'],
];

/** A number of one or two bytes at an offset of a header, where that was captured. */
function number(
  name: string,
  doc: string,
  has: Has,
  start: (view: PacketView) => number,
  offset: number,
  size: 1 | 2,
): FilterField {
  return header(name, 'integer', doc, (view, bytes) => {
    const at = start(view) + offset;
    if (!has(view) || at + size > bytes.length) return absent;
    return [size === 1 ? bytes[at]! : (bytes[at]! << 8) | bytes[at + 1]!];
  });
}

const network = ({ networkStart }: PacketView): number => networkStart;
const isIpv4: Has = ({ version }) => version === 4;
const isIpv6: Has = ({ version }) => version === 6;
const isUdp: Has = (view) => view.transport === transport.udp;

export const headerFields: readonly FilterField[] = [
  protocol('ip', 'An IPv4 packet; its bytes are those of the header.', isIpv4, ({ networkStart }, bytes) => [
    networkStart,
    networkStart + ((bytes[networkStart] ?? 0) & 0x0f) * 4,
  ]),
  protocol('ipv6', 'An IPv6 packet; its bytes are those of the header.', isIpv6, ({ networkStart }) => [
    networkStart,
    networkStart + 40,
  ]),
  protocol('udp', 'A UDP datagram; its bytes are those of the header.', isUdp, ({ transportStart, payloadEnd }) => [
    transportStart,
    Math.min(transportStart + 8, payloadEnd),
  ]),
  protocol(
    'tcp',
    'A TCP segment; its bytes are those of header and payload.',
    (view) => view.transport === transport.tcp,
    ({ transportStart, payloadEnd }) => [transportStart, payloadEnd],
  ),
  protocol(
    'icmp',
    'An ICMP message.',
    (view) => view.transport === transport.icmp,
    ({ transportStart, payloadEnd }) => [transportStart, payloadEnd],
  ),
  protocol(
    'icmpv6',
    'An ICMPv6 message.',
    (view) => view.transport === transport.icmp6,
    ({ transportStart, payloadEnd }) => [transportStart, payloadEnd],
  ),
  header('ip.version', 'integer', 'Version of the IP packet: 4 or 6.', ({ version }) => (version === 0 ? absent : [version])),
  ...addresses('ip', ', IPv4 or IPv6; # counts IPv4 headers', ({ addressLength }) => addressLength > 0, isIpv4),
  ...addresses('ipv6', '', (view) => isIpv6(view) && view.addressLength > 0),
  number('ip.len', 'Total length of the IPv4 packet.', isIpv4, network, 2, 2),
  number('ip.id', 'Identification of an IPv4 datagram.', isIpv4, network, 4, 2),
  number('ip.ttl', 'Time to live.', isIpv4, network, 8, 1),
  number('ip.proto', 'IP protocol number.', isIpv4, network, 9, 1),
  number('ipv6.hlim', 'Hop limit.', isIpv6, network, 7, 1),
  number('udp.length', 'Bytes of header and payload.', isUdp, ({ transportStart }) => transportStart, 4, 2),
  ...ports('udp', transport.udp),
  ...ports('tcp', transport.tcp),
  payload('udp', transport.udp, 8),
  payload('tcp', transport.tcp, 20),
  header('tcp.len', 'integer', 'Bytes of payload, captured or not.', (view) =>
    reaches(view, transport.tcp, 20) && view.transportRead ? [view.payloadEnd + view.payloadMissing - view.payloadStart] : absent,
  ),
  tcp('seq', 'integer', 'Sequence number, as it is on the wire.', ({ seq }) => seq),
  tcp('ack', 'integer', 'Acknowledgement number, as it is on the wire.', ({ ack }) => ack),
  tcp('window_size', 'integer', 'Window, unscaled.', ({ window }) => window),
  tcp('flags', 'integer', 'Flags of the TCP segment, 12 bits.', flagBits),
  ...flags.map(([name, bits, doc]) => tcp(`flags.${name}`, 'flag', doc, (view, bytes) => (flagBits(view, bytes) & bits) !== 0)),
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
  ['ipv4.total_length', 'ip.len'],
  ['ipv4.identification', 'ip.id'],
  ['ipv4.ttl', 'ip.ttl'],
  ['ipv4.protocol', 'ip.proto'],
  ['ipv6.hop_limit', 'ipv6.hlim'],
  ['udp.length', 'udp.length'],
  ['udp.src_port', 'udp.srcport'],
  ['udp.dst_port', 'udp.dstport'],
  ['tcp.src_port', 'tcp.srcport'],
  ['tcp.dst_port', 'tcp.dstport'],
  ['tcp.seq', 'tcp.seq'],
  ['tcp.ack', 'tcp.ack'],
  ['tcp.window', 'tcp.window_size'],
];
