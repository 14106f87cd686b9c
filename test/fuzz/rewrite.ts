/**
 * A recording rewritten: the same UDP datagrams and TCP bytes in other packets. What was said stays as it was, so a
 * dissector has to tell the same of it.
 */

import { Packets } from '../../dissector/analysis/packets.ts';
import { defaultLimits } from '../../dissector/bytes/index.ts';
import {
  decryptionSecrets,
  enhancedPacket,
  interfaceDescription,
  keyLogSecretsType,
  memoryFile,
  openCapture,
  sectionHeader,
} from '../../dissector/capture/index.ts';
import { linkType, tcpFlag, transport } from '../../dissector/link/index.ts';
import { bytes, ipv4, ipv6, tcp, u16, u32, udp } from '../unit/link/build.ts';

/** One packet of a recording, fragments put together; `seq`, `ack` and `flags` are those of TCP. */
export interface Packet {
  readonly time: number;
  readonly tcp: boolean;
  readonly src: Uint8Array<ArrayBuffer>;
  readonly dst: Uint8Array<ArrayBuffer>;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

export function packetsOf(capture: Uint8Array): Packet[] {
  const opened = openCapture(memoryFile(capture));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step());
  const { frames } = reader;
  const packets = new Packets(reader, defaultLimits);
  const { view } = packets;
  return Array.from({ length: frames.length }, (_, index) => {
    if (!packets.read(index)) return { known: false } as Packet & { known: boolean };
    const frame = packets.frame.slice();
    return {
      time: frames.seconds(index) + frames.nanos(index) / 1e9,
      tcp: view.transport === transport.tcp,
      src: frame.subarray(view.srcAt, view.srcAt + view.addressLength),
      dst: frame.subarray(view.dstAt, view.dstAt + view.addressLength),
      ...{ srcPort: view.srcPort, dstPort: view.dstPort, seq: view.seq, ack: view.ack, flags: view.flags },
      payload: packets.carrier.slice(view.payloadStart, view.payloadEnd),
      known: view.transport === transport.tcp || view.transport === transport.udp,
    };
  }).filter(({ known }) => known);
}

export interface Written {
  readonly ipv6?: true;
  /** Bytes of an IP fragment's payload: a multiple of 8. */
  readonly fragment?: number;
  readonly keyLog?: { readonly text: string; readonly at: 'start' | 'end' };
}

const moreFragments = 0x2000;
const wide = (address: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  address.length === 16 ? address : bytes('20010db8 00000000 00000000', address);

/** The packets as a capture. */
export function written(packets: readonly Packet[], how: Written = {}): Uint8Array {
  const frames = packets.flatMap((packet, n) =>
    framesOf(packet, n, how).map((frame) =>
      enhancedPacket({ bytes: frame, seconds: Math.floor(packet.time), nanos: Math.round((packet.time % 1) * 1e6) * 1000 }),
    ),
  );
  const { keyLog } = how;
  const secrets = keyLog === undefined ? [] : [decryptionSecrets(keyLogSecretsType, new TextEncoder().encode(keyLog.text))];
  const head = [sectionHeader(), interfaceDescription({ linkType: linkType.raw, name: 'eth0' })];
  const parts = keyLog?.at === 'end' ? [...head, ...frames, ...secrets] : [...head, ...secrets, ...frames];
  return new Uint8Array(Buffer.concat(parts));
}

function framesOf(packet: Packet, n: number, { ipv6: asIpv6, fragment }: Written): Uint8Array[] {
  const { srcPort, dstPort, payload, seq, ack, flags } = packet;
  const isWide = asIpv6 === true || packet.src.length === 16;
  const [src, dst] = isWide ? [wide(packet.src), wide(packet.dst)] : [packet.src, packet.dst];
  const protocol = packet.tcp ? 6 : 17;
  const message = packet.tcp
    ? tcp(srcPort, dstPort, { seq, ack, flags }, payload, src, dst)
    : udp(srcPort, dstPort, payload, src, dst);
  if (fragment === undefined || message.length <= fragment)
    return [isWide ? ipv6(protocol, message, { src, dst }) : ipv4(message, { src, dst, protocol, id: n & 0xffff })];
  const cuts = Array.from({ length: Math.ceil(message.length / fragment) }, (_, i) => i * fragment);
  const parts = cuts.map((cut) => {
    const part = message.subarray(cut, cut + fragment);
    const more = cut + fragment < message.length;
    if (isWide) {
      const header = bytes(protocol, 0, u16(cut | (more ? 1 : 0)), u32(n));
      return ipv6(44, bytes(header, part), { src, dst });
    }
    return ipv4(part, { src, dst, protocol, id: n & 0xffff, flagsOffset: (cut >> 3) | (more ? moreFragments : 0) });
  });
  return n % 2 === 0 ? parts : parts.reverse();
}

/** Changes of TCP that leave its streams as they are. */
export type Rewriting = (packets: readonly Packet[]) => Packet[];

const isData = ({ tcp: isTcp, payload }: Packet): boolean => isTcp && payload.length > 0;
const isSame = (a: Packet, b: Packet): boolean =>
  a.tcp &&
  b.tcp &&
  a.srcPort === b.srcPort &&
  a.dstPort === b.dstPort &&
  Buffer.compare(a.src, b.src) === 0 &&
  Buffer.compare(a.dst, b.dst) === 0;
const part = (packet: Packet, from: number, to: number): Packet => ({
  ...packet,
  seq: (packet.seq + from) >>> 0,
  payload: packet.payload.subarray(from, to),
  flags: to < packet.payload.length ? packet.flags & ~tcpFlag.fin : packet.flags,
});

/** Segments of at most `size` bytes. */
export const segmented =
  (size: number): Rewriting =>
  (packets) =>
    packets.flatMap((packet) =>
      isData(packet)
        ? Array.from({ length: Math.ceil(packet.payload.length / size) }, (_, i) =>
            part(packet, i * size, Math.min((i + 1) * size, packet.payload.length)),
          )
        : [packet],
    );

/** Neighbouring segments of a direction less than a second apart as one, bare acknowledgements between them left out. */
export const coalesced: Rewriting = (packets) => {
  const out: Packet[] = [];
  const open = new Map<string, number>();
  const key = ({ src, dst, srcPort, dstPort }: Packet, turned: boolean): string =>
    turned ? `${dst} ${dstPort} ${src} ${srcPort}` : `${src} ${srcPort} ${dst} ${dstPort}`;
  for (const packet of packets) {
    const isBare = packet.tcp && packet.payload.length === 0 && (packet.flags & ~(tcpFlag.ack | tcpFlag.psh)) === 0;
    if (isBare) continue;
    const at = open.get(key(packet, false));
    const before = at === undefined ? undefined : out[at]!;
    const follows = before !== undefined && isData(packet) && packet.seq === (before.seq + before.payload.length) >>> 0;
    const isSoon = before !== undefined && packet.time - before.time < 1;
    if (follows && isSoon && before.payload.length + packet.payload.length < 60_000) {
      // It completes when its last byte comes: nothing of the other side lies between.
      out[at!] = { ...before, payload: bytes(before.payload, packet.payload) };
      continue;
    }
    open.delete(key(packet, true));
    open.set(key(packet, false), out.push(packet) - 1);
    if (!isData(packet)) open.delete(key(packet, false));
  }
  return out;
};

/** Every segment again, after the one that follows it. */
export const duplicated: Rewriting = (packets) =>
  packets.flatMap((packet, i) =>
    i > 0 && isData(packets[i - 1]!) ? [packet, { ...packets[i - 1]!, time: packet.time }] : [packet],
  );

/** Each pair of neighbouring segments of a direction the wrong way round. */
export const swapped: Rewriting = (packets) => {
  const out = [...packets];
  for (let i = 1; i < out.length; i++) {
    const [a, b] = [out[i - 1]!, out[i]!];
    if (!isData(a) || !isData(b) || !isSame(a, b) || ((a.flags | b.flags) & tcpFlag.fin) !== 0) continue;
    out[i - 1] = { ...b, time: a.time };
    out[i] = { ...a, time: b.time };
    i++;
  }
  return out;
};

/** Half of each segment, then the whole with some bytes of the one before it: as a sender does that lost an acknowledgement. */
export const overlapping: Rewriting = (packets) => {
  const last = new Map<string, Packet>();
  return packets.flatMap((packet) => {
    if (!isData(packet)) return [packet];
    const key = `${packet.src} ${packet.srcPort} ${packet.dst} ${packet.dstPort}`;
    const before = last.get(key);
    last.set(key, packet);
    const half = packet.payload.length >>> 1;
    const follows = before !== undefined && packet.seq === (before.seq + before.payload.length) >>> 0;
    const more = follows ? before.payload.subarray(-5) : new Uint8Array(0);
    const whole = { ...packet, seq: (packet.seq - more.length) >>> 0, payload: bytes(more, packet.payload) };
    return half === 0 ? [whole] : [part(packet, 0, half), whole];
  });
};
