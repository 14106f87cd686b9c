import { addWords, fold } from '../../../dissector/link/checksum.ts';

export const u16 = (value: number) => Uint8Array.of(value >>> 8, value);
export const u32 = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

export function bytes(...parts: (number | Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  const all: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') all.push(part);
    else if (typeof part === 'string') for (const pair of part.match(/[0-9a-f]{2}/gi) ?? []) all.push(Number.parseInt(pair, 16));
    else for (const byte of part) all.push(byte);
  }
  return Uint8Array.from(all);
}

export const ethernet = (type: number, payload: Uint8Array) => bytes('020000000001 020000000002', u16(type), payload);

const pseudo4 = (src: Uint8Array, dst: Uint8Array, protocol: number, length: number) =>
  bytes(src, dst, u16(protocol), u16(length));

export interface Ipv4Header {
  src?: Uint8Array;
  dst?: Uint8Array;
  protocol?: number;
  id?: number;
  flagsOffset?: number;
  total?: number;
  options?: Uint8Array;
}

export const client = Uint8Array.of(192, 0, 2, 1);
export const server = Uint8Array.of(198, 51, 100, 2);

export function ipv4(payload: Uint8Array, header: Ipv4Header = {}): Uint8Array<ArrayBuffer> {
  const { src = client, dst = server, protocol = 17, id = 1, flagsOffset = 0, options = new Uint8Array(0) } = header;
  const size = 20 + options.length;
  const { total = size + payload.length } = header;
  const top = bytes(0x40 | (size / 4), 0, u16(total), u16(id), u16(flagsOffset), 64, protocol, 0, 0, src, dst, options);
  top.set(u16(~fold(addWords(top, 0, top.length))), 10);
  return bytes(top, payload);
}

export function ipv6(next: number, payload: Uint8Array, more: { src?: Uint8Array; dst?: Uint8Array; length?: number } = {}) {
  const { src = bytes('20010db8 00000000 00000000 00000001'), dst = bytes('20010db8 00000000 00000000 00000002') } = more;
  return bytes('60000000', u16(more.length ?? payload.length), next, 64, src, dst, payload);
}

/** A UDP message with its checksum for the given addresses. */
export function udp(
  src: number,
  dst: number,
  payload: Uint8Array,
  from: Uint8Array = client,
  to: Uint8Array = server,
): Uint8Array<ArrayBuffer> {
  const message = bytes(u16(src), u16(dst), u16(8 + payload.length), 0, 0, payload);
  return summed(message, 6, 17, from, to);
}

export function tcp(
  src: number,
  dst: number,
  header: { seq?: number; ack?: number; flags?: number; window?: number; options?: Uint8Array },
  payload: Uint8Array = new Uint8Array(0),
  from: Uint8Array = client,
  to: Uint8Array = server,
): Uint8Array<ArrayBuffer> {
  const { seq = 0, ack = 0, flags = 0x10, window = 1000, options = new Uint8Array(0) } = header;
  const size = (20 + options.length) / 4;
  const message = bytes(u16(src), u16(dst), u32(seq), u32(ack), size << 4, flags, u16(window), 0, 0, 0, 0, options, payload);
  return summed(message, 16, 6, from, to);
}

function summed(message: Uint8Array<ArrayBuffer>, at: number, protocol: number, from: Uint8Array, to: Uint8Array) {
  const pseudo = pseudo4(from, to, protocol, message.length);
  const sum = addWords(message, 0, message.length, addWords(pseudo, 0, pseudo.length));
  message.set(u16(~fold(sum)), at);
  return message;
}
