import { type Field, malformed } from '../bytes/index.ts';
import { pseudoHeaderSum, transportCheck } from './checksum.ts';
import { HeaderFields } from './header.ts';
import { transport } from './numbers.ts';
import type { PacketView } from './packetview.ts';
import { u16, u32 } from './read.ts';

/**
 * The transport header at view.transportStart of `bytes`, or undefined when the view has none that is known. `frame` holds
 * the addresses (it is `bytes` but for a reassembled datagram), `end` is where the transport message ends in `bytes`, and
 * `missing` counts its bytes that were not captured.
 */
export function transportLayer(
  bytes: Uint8Array,
  frame: Uint8Array,
  view: PacketView,
  source: number,
  end: number,
  missing: number,
): Field | undefined {
  switch (view.transport) {
    case transport.udp:
      return udpLayer(bytes, frame, view, source, end, missing);
    case transport.tcp:
      return tcpLayer(bytes, frame, view, source, end, missing);
    case transport.icmp:
      return icmpLayer(bytes, frame, view, source, end, missing, 'icmp');
    case transport.icmp6:
      return icmpLayer(bytes, frame, view, source, end, missing, 'icmpv6');
    default:
      return undefined;
  }
}

function udpLayer(bytes: Uint8Array, frame: Uint8Array, view: PacketView, source: number, end: number, missing: number): Field {
  const start = view.transportStart;
  const header = new HeaderFields(bytes, source, 'udp', 'User Datagram Protocol (RFC 768), 8 bytes', start, end);
  header.u16('src_port', 'Source port');
  header.u16('dst_port', 'Destination port');
  const length = header.u16('length', 'Bytes of header and payload');
  if (!header.cut && length < 8 && length !== 0) {
    header.last.problem = malformed(`A UDP length is at least 8, not ${length}`, start + 4, 'udp.length');
  } else if (!header.cut && start + length > end + missing) {
    const had = end + missing - start;
    header.last.problem = malformed(`The UDP length is ${length}, the IP payload has ${had} bytes`, start + 4, 'udp.length');
  }
  const stored = header.u16('checksum', 'Internet checksum over pseudo-header, header and payload; 0 over IPv4: not used');
  if (header.cut) return header.done();
  const { last } = header;
  if (stored === 0 && view.addressLength === 4) last.check = { state: 'unchecked', why: 'the sender did not compute one' };
  else if (stored === 0) last.check = { state: 'invalid', why: 'UDP over IPv6 must have one (RFC 8200 section 8.1)' };
  else if (length !== 0 && (length < 8 || start + length > end + missing)) {
    last.check = { state: 'unchecked', why: 'the UDP length is wrong' };
  } else {
    const wireLength = length === 0 ? end + missing - start : length;
    const stop = Math.min(end, start + wireLength);
    const lost = wireLength - (stop - start);
    last.check = transportCheck(bytes, start, stop, start + 6, pseudoHeaderSum(frame, view, wireLength), lost);
  }
  return header.done(`UDP, port ${view.srcPort} → ${view.dstPort}`);
}

const flagNames = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/** `SYN, ACK`; empty without flags. */
export function tcpFlagsText(flags: number): string {
  return flagNames.filter((_, bit) => (flags & (1 << bit)) !== 0).join(', ');
}

function tcpLayer(bytes: Uint8Array, frame: Uint8Array, view: PacketView, source: number, end: number, missing: number): Field {
  const start = view.transportStart;
  const header = new HeaderFields(bytes, source, 'tcp', 'Transmission Control Protocol (RFC 9293), 20 to 60 bytes', start, end);
  header.u16('src_port', 'Source port');
  header.u16('dst_port', 'Destination port');
  const seq = header.u32('seq', "Sequence number of the payload's first byte, or of the SYN");
  header.u32('ack', 'Sequence number that the sender expects next, with the ACK flag');
  const word = header.u16('offset_flags', 'Header length in words of 4 bytes (4 bits), reserved (4 bits), flags (8 bits)');
  const size = (word >>> 12) * 4;
  const flags = tcpFlagsText(word & 0xff);
  if (!header.cut) header.last.text = `header of ${size} bytes, ${flags === '' ? 'no flags' : flags}`;
  header.u16('window', 'Bytes that the sender will take, before scaling (RFC 7323)');
  header.u16('checksum', 'Internet checksum over pseudo-header, header and payload');
  if (!header.cut) {
    const wireLength = end + missing - start;
    header.last.check = transportCheck(bytes, start, end, start + 16, pseudoHeaderSum(frame, view, wireLength), missing);
  }
  header.u16('urgent_pointer', 'Offset of the end of urgent data, with the URG flag');
  if (header.cut) return header.done();
  if (size < 20) header.fail(malformed(`A TCP header has at least 20 bytes, not ${size}`, start + 12, 'tcp.offset_flags'));
  else if (start + size > end + missing) {
    header.fail(malformed(`A TCP header of ${size} bytes does not fit`, start + 12, 'tcp.offset_flags'));
    header.rest(end);
  } else if (size > 20) header.nest(tcpOptions(bytes, source, header.at, start + size, end));
  return header.done(`TCP, port ${view.srcPort} → ${view.dstPort}, ${flags === '' ? 'no flags' : flags}, seq ${seq}`);
}

const tcpOptionNames: Readonly<Record<number, string>> = {
  0: 'end',
  1: 'no_operation',
  2: 'maximum_segment_size',
  3: 'window_scale',
  4: 'sack_permitted',
  5: 'sack',
  8: 'timestamps',
  28: 'user_timeout',
  29: 'authentication',
  30: 'multipath',
  34: 'fast_open',
};

function optionValue(bytes: Uint8Array, at: number, kind: number, length: number): string | undefined {
  if (kind === 2 && length === 4) return `${u16(bytes, at + 2)} bytes`;
  if (kind === 3 && length === 3) return `times ${2 ** Math.min(bytes[at + 2], 14)}`;
  if (kind === 8 && length === 10) return `value ${u32(bytes, at + 2)}, echo ${u32(bytes, at + 6)}`;
  if (kind !== 5 || (length - 2) % 8 !== 0) return undefined;
  const blocks: string[] = [];
  for (let i = at + 2; i < at + length; i += 8) blocks.push(`${u32(bytes, i)}–${u32(bytes, i + 4)}`);
  return blocks.join(', ');
}

function tcpOptions(bytes: Uint8Array, source: number, start: number, end: number, available: number): Field {
  const list = new HeaderFields(bytes, source, 'options', 'TCP options (RFC 9293 section 3.2)', start, Math.min(end, available));
  const stop = Math.min(end, available);
  while (list.at < stop) {
    const kind = bytes[list.at];
    const length = kind < 2 ? 1 : list.at + 1 < stop ? bytes[list.at + 1] : 0;
    if (length === 0 || (kind >= 2 && length < 2) || list.at + length > stop) {
      list.fail(malformed(`Option ${kind} has no length that fits`, list.at, 'tcp.options'));
      break;
    }
    const { at } = list;
    list.take(tcpOptionNames[kind] ?? `option_${kind}`, length, 'Kind, length and value');
    const text = optionValue(bytes, at, kind, length);
    if (text !== undefined) list.last.text = text;
    if (kind === 0) break;
  }
  list.rest(stop, 'padding', 'After the end of the options');
  if (stop < end) list.fail({ kind: 'incomplete', text: 'The options were not captured whole', at: stop, path: 'tcp.options' });
  return list.done();
}

function icmpLayer(
  bytes: Uint8Array,
  frame: Uint8Array,
  view: PacketView,
  source: number,
  end: number,
  missing: number,
  name: 'icmp' | 'icmpv6',
): Field {
  const start = view.transportStart;
  const doc = name === 'icmp' ? 'Internet Control Message Protocol (RFC 792)' : 'ICMP for IPv6 (RFC 4443)';
  const header = new HeaderFields(bytes, source, name, doc, start, end);
  const type = header.u8('type', 'Type of message');
  const names = name === 'icmp' ? icmpTypes : icmp6Types;
  if (!header.cut && names[type] !== undefined) header.last.text = names[type];
  const code = header.u8('code', 'Meaning depends on the type');
  header.u16('checksum', 'Internet checksum over the message, for ICMPv6 with a pseudo-header');
  if (!header.cut) {
    const pseudo = name === 'icmp' ? 0 : pseudoHeaderSum(frame, view, end + missing - start);
    header.last.check = transportCheck(bytes, start, end, start + 2, pseudo, missing);
  }
  return header.done(`${name === 'icmp' ? 'ICMP' : 'ICMPv6'}, ${names[type] ?? `type ${type}`}, code ${code}`);
}

const icmpTypes: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'destination unreachable',
  5: 'redirect',
  8: 'echo request',
  11: 'time exceeded',
  12: 'parameter problem',
};
const icmp6Types: Readonly<Record<number, string>> = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbor solicitation',
  136: 'neighbor advertisement',
};
