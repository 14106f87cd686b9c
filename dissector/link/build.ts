/** Frames that another tool reads as if a network card had seen them: Ethernet II, IPv4 or IPv6, UDP or TCP, right checksums. */
import { addressBytes } from '../bytes/index.ts';
import { addWords, complement } from './checksum.ts';
import { etherType, ipProtocol, tcpFlag } from './numbers.ts';

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

export interface Segment {
  readonly sequence: number;
  /** The ACK flag is set with it. */
  readonly acknowledgement?: number;
  /** Bits of `tcpFlag`. */
  readonly flags: number;
}

/** Bytes of an Ethernet II header. */
export const ETHERNET_HEADER = 14;
const UDP = 8;
const TCP = 20;
const WINDOW = 0xffff;
const HOPS = 64;

/**
 * `identification` is that of IPv4 (16 bits), which a sender counts up: without it a datagram that is sent twice looks like one that was
 * captured twice. Throws RangeError for addresses of two families, or a payload that no IP packet holds.
 */
export function udpFrame(from: Endpoint, to: Endpoint, payload: Uint8Array, identification = 0): Uint8Array<ArrayBuffer> {
  return ipFrame(from, to, ipProtocol.udp, UDP + payload.length, identification, (body, view) => {
    view.setUint16(0, from.port);
    view.setUint16(2, to.port);
    view.setUint16(4, body.length);
    body.set(payload, UDP);
    return 6;
  });
}

/** Throws as `udpFrame`. */
export function tcpFrame(
  from: Endpoint,
  to: Endpoint,
  segment: Segment,
  payload: Uint8Array,
  identification = 0,
): Uint8Array<ArrayBuffer> {
  const { sequence, acknowledgement, flags } = segment;
  return ipFrame(from, to, ipProtocol.tcp, TCP + payload.length, identification, (body, view) => {
    view.setUint16(0, from.port);
    view.setUint16(2, to.port);
    view.setUint32(4, sequence >>> 0);
    view.setUint32(8, (acknowledgement ?? 0) >>> 0);
    view.setUint8(12, (TCP / 4) << 4);
    view.setUint8(13, acknowledgement === undefined ? flags : flags | tcpFlag.ack);
    view.setUint16(14, WINDOW);
    body.set(payload, TCP);
    return 16;
  });
}

/** `fill` writes the transport header and payload, and says where its checksum stands. */
function ipFrame(
  from: Endpoint,
  to: Endpoint,
  protocol: number,
  length: number,
  identification: number,
  fill: (body: Uint8Array, view: DataView) => number,
): Uint8Array<ArrayBuffer> {
  const [source, destination] = [addressBytes(from.ip), addressBytes(to.ip)];
  if (source === undefined || destination === undefined || source.length !== destination.length)
    throw new RangeError(`${from.ip} and ${to.ip} are not two addresses of one family`);
  const isV4 = source.length === 4;
  const header = isV4 ? 20 : 40;
  if (length > 0xffff - (isV4 ? header : 0)) throw new RangeError(`a payload of ${length} bytes does not fit an IP packet`);
  const frame = new Uint8Array(ETHERNET_HEADER + header + length);
  const view = new DataView(frame.buffer);
  // Locally administered addresses (IEEE 802 clause 8.4): destination, source.
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
  view.setUint16(12, isV4 ? etherType.ipv4 : etherType.ipv6);
  if (isV4) writeIpv4(view, header + length, protocol, identification);
  else writeIpv6(view, length, protocol);
  const addresses = ETHERNET_HEADER + (isV4 ? 12 : 8);
  frame.set(source, addresses);
  frame.set(destination, addresses + source.length);
  if (isV4) view.setUint16(ETHERNET_HEADER + 10, complement(addWords(frame, ETHERNET_HEADER, ETHERNET_HEADER + header)));
  const body = frame.subarray(ETHERNET_HEADER + header);
  const at = fill(body, new DataView(frame.buffer, ETHERNET_HEADER + header));
  const pseudo = addWords(frame, addresses, ETHERNET_HEADER + header, protocol + (length >>> 16) + (length & 0xffff));
  const sum = complement(addWords(body, 0, length, pseudo));
  // A sum of 0 says that UDP has none (RFC 768).
  view.setUint16(ETHERNET_HEADER + header + at, protocol === ipProtocol.udp && sum === 0 ? 0xffff : sum);
  return frame;
}

function writeIpv4(view: DataView, total: number, protocol: number, identification: number): void {
  view.setUint8(ETHERNET_HEADER, 0x45);
  view.setUint16(ETHERNET_HEADER + 2, total);
  view.setUint16(ETHERNET_HEADER + 4, identification);
  // Don't fragment (RFC 791).
  view.setUint16(ETHERNET_HEADER + 6, 0x4000);
  view.setUint8(ETHERNET_HEADER + 8, HOPS);
  view.setUint8(ETHERNET_HEADER + 9, protocol);
}

function writeIpv6(view: DataView, length: number, protocol: number): void {
  view.setUint8(ETHERNET_HEADER, 0x60);
  view.setUint16(ETHERNET_HEADER + 4, length);
  view.setUint8(ETHERNET_HEADER + 6, protocol);
  view.setUint8(ETHERNET_HEADER + 7, HOPS);
}
