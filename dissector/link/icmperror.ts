import type { Limits } from '../bytes/index.ts';
import { linkType, transport } from './numbers.ts';
import { parsePacket } from './packet.ts';
import type { PacketView } from './packetview.ts';

export type IcmpErrorKind = 'unreachable' | 'too-big' | 'time-exceeded' | 'parameter';

/** An ICMP error: what it says, and where the packet that it is about begins in the frame's bytes. */
export interface IcmpError {
  readonly kind: IcmpErrorKind;
  readonly text: string;
  readonly at: number;
}

/** Type, code and four more bytes come before the packet (RFC 792, RFC 4443 section 3); the parsed view has skipped the first four. */
const rest = 4;
const checksumEnd = 4;

const unreachable4 = ['network unreachable', 'host unreachable', 'protocol unreachable', 'port unreachable'];
const unreachable6 = [
  'no route to the destination',
  'administratively prohibited',
  'beyond the scope of the source address',
  'address unreachable',
  'port unreachable',
];

/** Reads an ICMP or ICMPv6 error of the packet in `view`; undefined for what is none. */
export function readIcmpError(bytes: Uint8Array, view: PacketView): IcmpError | undefined {
  if (view.transport !== transport.icmp && view.transport !== transport.icmp6) return undefined;
  const { payloadStart, payloadEnd } = view;
  if (payloadEnd - payloadStart < rest) return undefined;
  const type = bytes[payloadStart - checksumEnd]!;
  const code = bytes[payloadStart - checksumEnd + 1]!;
  const word = new DataView(bytes.buffer, bytes.byteOffset + payloadStart, rest).getUint32(0);
  const said = view.transport === transport.icmp ? icmp4(type, code, word & 0xffff) : icmp6(type, code, word);
  return said === undefined ? undefined : { kind: said[0], text: said[1], at: payloadStart + rest };
}

function icmp4(type: number, code: number, mtu: number): [IcmpErrorKind, string] | undefined {
  if (type === 3 && code === 4) return ['too-big', `fragmentation needed, the next hop takes ${mtu} bytes`];
  if (type === 3) return ['unreachable', unreachable4[code] ?? `unreachable (code ${code})`];
  if (type === 11) return ['time-exceeded', code === 1 ? 'reassembly time exceeded' : 'time to live exceeded'];
  return type === 12 ? ['parameter', `parameter problem (code ${code})`] : undefined;
}

function icmp6(type: number, code: number, word: number): [IcmpErrorKind, string] | undefined {
  if (type === 1) return ['unreachable', unreachable6[code] ?? `unreachable (code ${code})`];
  if (type === 2) return ['too-big', `packet too big, the next hop takes ${word} bytes`];
  if (type === 3) return ['time-exceeded', code === 1 ? 'reassembly time exceeded' : 'hop limit exceeded'];
  return type === 4 ? ['parameter', `parameter problem at byte ${word}`] : undefined;
}

/**
 * Reads the headers of the packet that an error quotes into `view`, whose offsets count from the start of the bytes
 * returned. It is nearly always cut short (RFC 792: 8 bytes after its IP header); ports are read where they are there.
 */
export function readQuoted(bytes: Uint8Array, error: IcmpError, end: number, view: PacketView, limits: Limits): Uint8Array {
  const quoted = bytes.subarray(error.at, end);
  parsePacket(quoted, linkType.raw, view, limits, 0xffff);
  return quoted;
}
