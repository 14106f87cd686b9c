import { type Field, ipv4Text, ipv6Text, type Limits, malformed, overLimit } from '../bytes/index.ts';
import { ipv4Check } from './checksum.ts';
import { HeaderFields } from './header.ts';
import { ipProtocol, isExtension, protocolNames } from './numbers.ts';
import { u16 } from './read.ts';

/** Name of an IP protocol number, or the number. */
export function protocolText(protocol: number): string {
  return protocolNames[protocol] ?? `protocol ${protocol}`;
}

/** The IPv4 header at `start` with its options (RFC 791). */
export function ipv4Layer(bytes: Uint8Array, source: number, start: number): Field {
  const header = new HeaderFields(
    bytes,
    source,
    'ipv4',
    'Internet Protocol version 4 (RFC 791), 20 to 60 bytes',
    start,
    bytes.length,
  );
  const first = header.u8('version_ihl', 'Version (4 bits) and header length in words of 4 bytes (4 bits)');
  const size = (first & 0x0f) * 4;
  if (header.cut) return header.done();
  header.last.text = `version ${first >>> 4}, header of ${size} bytes`;
  const service = header.u8('dscp_ecn', 'Differentiated services (6 bits, RFC 2474) and congestion (2 bits, RFC 3168)');
  if (!header.cut) header.last.text = `DSCP ${service >>> 2}, ECN ${service & 3}`;
  const total = header.u16('total_length', 'Bytes of header and payload');
  if (!header.cut && total === 0) header.last.text = '0: segmentation offload, the rest of the frame';
  header.u16('identification', 'The same in all fragments of a datagram');
  const word = header.u16(
    'flags_offset',
    'Flags (3 bits: reserved, do not fragment, more fragments) and fragment offset (13 bits, in 8 bytes)',
  );
  if (!header.cut) header.last.text = fragmentText(word);
  header.u8('ttl', 'Hops that are left');
  const protocol = header.u8('protocol', 'What the payload is (IANA protocol number)');
  if (!header.cut) header.last.text = protocolText(protocol);
  header.u16('checksum', "Ones' complement of the sum of the header's 16-bit words (RFC 1071)");
  if (!header.cut) {
    if (size >= 20 && start + size <= bytes.length) header.last.check = ipv4Check(bytes, start, start + size);
    else header.last.check = { state: 'unchecked', why: 'the header is not complete' };
  }
  header.address('src', 4, 'Source address', ipv4Text);
  header.address('dst', 4, 'Destination address', ipv4Text);
  if (header.cut) return header.done();
  if (size < 20) header.fail(malformed(`An IPv4 header has at least 20 bytes, not ${size}`, start, 'ipv4.version_ihl'));
  else if (size > 20) header.nest(options(bytes, source, header.at, start + size));
  const part = (word & 0x3fff) !== 0 ? ' fragment' : '';
  return header.done(`IPv4${part}, ${ipv4Text(bytes, start + 12)} → ${ipv4Text(bytes, start + 16)}`);
}

function fragmentText(word: number): string {
  const parts: string[] = [];
  if ((word & 0x8000) !== 0) parts.push('reserved bit set');
  if ((word & 0x4000) !== 0) parts.push('do not fragment');
  if ((word & 0x2000) !== 0) parts.push('more fragments');
  if ((word & 0x1fff) !== 0 || (word & 0x2000) !== 0) parts.push(`offset ${(word & 0x1fff) * 8}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

const optionNames: Readonly<Record<number, string>> = {
  0: 'end',
  1: 'no_operation',
  7: 'record_route',
  68: 'timestamp',
  131: 'loose_source_route',
  137: 'strict_source_route',
  148: 'router_alert',
};

/** IPv4 options: kind (u8) and, but for kinds 0 and 1, a length (u8) that counts both. */
function options(bytes: Uint8Array, source: number, start: number, end: number): Field {
  const list = new HeaderFields(bytes, source, 'options', 'IPv4 options (RFC 791 section 3.1)', start, end);
  const stop = Math.min(end, bytes.length);
  while (list.at < stop) {
    const kind = bytes[list.at];
    const length = kind < 2 ? 1 : list.at + 1 < stop ? bytes[list.at + 1] : 0;
    if (length === 0 || (kind >= 2 && length < 2) || list.at + length > stop) {
      list.fail(malformed(`Option ${kind} has no length that fits`, list.at, 'ipv4.options'));
      break;
    }
    list.take(optionNames[kind] ?? `option_${kind}`, length, 'Kind, length and value');
    if (kind === 0) break;
  }
  list.rest(end, 'padding', 'After the end of the options');
  if (end > bytes.length) list.fail(malformed('The options were not captured whole', bytes.length, 'ipv4.options'));
  return list.done();
}

/** The IPv6 header at `start` and its extension headers (RFC 8200). */
export function ipv6Layer(bytes: Uint8Array, source: number, start: number, limits: Limits): Field {
  const doc = 'Internet Protocol version 6 (RFC 8200), 40 bytes and extension headers';
  const header = new HeaderFields(bytes, source, 'ipv6', doc, start, bytes.length);
  const first = header.u32('version_class_flow', 'Version (4 bits), traffic class (8 bits), flow label (20 bits)');
  if (header.cut) return header.done();
  const flow = (first & 0xfffff).toString(16).padStart(5, '0');
  header.last.text = `version ${first >>> 28}, class ${(first >>> 20) & 0xff}, flow ${flow}`;
  const length = header.u16('payload_length', 'Bytes after the 40 of this header');
  let next = header.u8('next_header', 'What follows (IANA protocol number)');
  if (!header.cut) header.last.text = protocolText(next);
  header.u8('hop_limit', 'Hops that are left');
  header.address('src', 16, 'Source address', ipv6Text);
  header.address('dst', 16, 'Destination address', ipv6Text);
  if (header.cut) return header.done();
  const text = `${ipv6Text(bytes, start + 8)} → ${ipv6Text(bytes, start + 24)}`;
  const end = length === 0 ? bytes.length : Math.min(bytes.length, start + 40 + length);
  let fragment = false;
  for (let count = 0; isExtension(next) && !fragment && header.at < end; count++) {
    if (count === limits.headers) {
      header.fail(overLimit('headers', limits.headers, count + 1, 'IPv6 extension headers', header.at));
      break;
    }
    const at = header.at;
    const extension = extensionField(bytes, source, next, at, end);
    fragment = next === ipProtocol.fragment && extension.end - at === 8 && (u16(bytes, at + 2) & 0xfff9) !== 0;
    header.nest(extension);
    if (extension.problem !== undefined) break;
    next = bytes[at];
  }
  return header.done(`IPv6${fragment ? ' fragment' : ''}, ${text}`);
}

const extensionNames: Readonly<Record<number, string>> = {
  0: 'hop_by_hop',
  43: 'routing',
  44: 'fragment',
  51: 'authentication',
  60: 'destination_options',
  135: 'mobility',
};

function extensionField(bytes: Uint8Array, source: number, kind: number, start: number, end: number): Field {
  const field = new HeaderFields(bytes, source, extensionNames[kind], protocolText(kind), start, end);
  const next = field.u8('next_header', 'What follows (IANA protocol number)');
  if (!field.cut) field.last.text = protocolText(next);
  if (kind === ipProtocol.fragment) {
    field.u8('reserved', 'Must be zero');
    const word = field.u16('offset_more', 'Fragment offset (13 bits, in 8 bytes), 2 reserved bits, more fragments (1 bit)');
    if (!field.cut) field.last.text = `offset ${word & 0xfff8}, ${(word & 1) !== 0 ? 'more follow' : 'the last'}`;
    field.u32('identification', 'The same in all fragments of a datagram');
    return field.done();
  }
  const authentication = kind === ipProtocol.authentication;
  const unit = authentication ? 'words of 4 bytes, less 2' : '8 bytes, beyond the first 8';
  const length = field.u8('length', `Length of this header in ${unit}`);
  if (field.cut) return field.done();
  const size = authentication ? (length + 2) * 4 : (length + 1) * 8;
  field.take('content', size - 2, 'Content of the extension header');
  return field.done();
}

/** The authentication headers behind the IPv4 header at `start` (RFC 4302), where it is no fragment. */
export function authenticationLayers(bytes: Uint8Array, source: number, start: number, limits: Limits): Field[] {
  const layers: Field[] = [];
  if (start + 20 > bytes.length || (u16(bytes, start + 6) & 0x3fff) !== 0) return layers;
  let next = bytes[start + 9];
  let at = start + (bytes[start] & 0x0f) * 4;
  while (next === ipProtocol.authentication && at < bytes.length && layers.length < limits.headers) {
    const layer = extensionField(bytes, source, next, at, bytes.length);
    layers.push(layer);
    if (layer.problem !== undefined) break;
    next = bytes[at];
    at = layer.end;
  }
  return layers;
}
