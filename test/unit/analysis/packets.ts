/** Builds captures for tests: UDP and TCP over IPv4 or IPv6, Ethernet, one pcapng section. */
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../dissector/capture/index.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const u16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];

function addressBytes(address: string): number[] {
  if (!address.includes(':')) return address.split('.').map(Number);
  const [left = '', right = ''] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').flatMap((group) => u16(Number.parseInt(group, 16)));
  const [before, after] = [groups(left), groups(right)];
  return [...before, ...new Array(16 - before.length - after.length).fill(0), ...after];
}

/** An Ethernet frame with an IP packet of `protocol`; checksums are zero, as offloading leaves them. */
export function ipFrame(
  protocol: number,
  from: Endpoint,
  to: Endpoint,
  body: readonly number[],
  fragment = { id: 0, offset: 0, more: false },
): Uint8Array {
  const [source, destination] = [addressBytes(from.address), addressBytes(to.address)];
  const flags = (fragment.more ? 0x2000 : 0) | (fragment.offset >>> 3);
  const ip =
    source.length === 4
      ? [0x45, 0, ...u16(20 + body.length), ...u16(fragment.id), ...u16(flags), 64, protocol, 0, 0, ...source, ...destination]
      : [0x60, 0, 0, 0, ...u16(body.length), protocol, 64, ...source, ...destination];
  const etherType = source.length === 4 ? [8, 0] : [0x86, 0xdd];
  return Uint8Array.from([...new Array(12).fill(2), ...etherType, ...ip, ...body]);
}

export function udpBody(from: Endpoint, to: Endpoint, payload: Uint8Array): number[] {
  return [...u16(from.port), ...u16(to.port), ...u16(8 + payload.length), 0, 0, ...payload];
}

export function udpFrame(from: Endpoint, to: Endpoint, payload: Uint8Array): Uint8Array {
  return ipFrame(17, from, to, udpBody(from, to, payload));
}

export const tcpFlags = { fin: 1, syn: 2, psh: 8, ack: 16 };

export function tcpFrame(from: Endpoint, to: Endpoint, seq: number, ack: number, flags: number, payload: Uint8Array): Uint8Array {
  return ipFrame(6, from, to, [
    ...u16(from.port),
    ...u16(to.port),
    ...u32(seq),
    ...u32(ack),
    0x50,
    flags,
    0xff,
    0xff,
    0,
    0,
    0,
    0,
    ...payload,
  ]);
}

/** A pcapng file of frames, a second apart from `start` on. */
export function capture(frames: readonly Uint8Array[], start = 1_700_000_000, step = 1): Uint8Array {
  const blocks = [
    sectionHeader(),
    interfaceDescription({ linkType: 1 }),
    ...frames.map((bytes, i) =>
      enhancedPacket({ bytes, seconds: start + Math.floor(i * step), nanos: Math.round(((i * step) % 1) * 1e9) }),
    ),
  ];
  return Buffer.concat(blocks);
}

/** A TCP connection that carries two streams, cut into segments at the given sizes in turn. */
export function tcpConversation(
  client: Endpoint,
  server: Endpoint,
  streams: readonly [Uint8Array, Uint8Array],
  size: number,
): Uint8Array[] {
  const frames = [
    tcpFrame(client, server, 999, 0, tcpFlags.syn, new Uint8Array(0)),
    tcpFrame(server, client, 4999, 1000, tcpFlags.syn | tcpFlags.ack, new Uint8Array(0)),
  ];
  for (const [direction, stream] of streams.entries()) {
    const [from, to, first] = direction === 0 ? [client, server, 1000] : [server, client, 5000];
    const other = direction === 0 ? 5000 : 1000 + streams[0].length;
    for (let at = 0; at < stream.length; at += size) {
      frames.push(tcpFrame(from, to, first + at, other, tcpFlags.psh | tcpFlags.ack, stream.subarray(at, at + size)));
    }
  }
  return frames;
}
