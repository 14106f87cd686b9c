/**
 * Exported PDUs of Wireshark: a message by itself behind tags that say who dissects it and where it came from. Link type 252
 * (LINKTYPE_WIRESHARK_UPPER_PDU). Source: epan/exported_pdu.h of Wireshark; tags and lengths are big-endian u16, values padded to 4 bytes.
 */
import { addressBytes } from '../bytes/index.ts';
import type { Conversation, Direction } from '../protocol/index.ts';

export const upperPduLinkType = 252;

const tags = {
  end: 0,
  dissectorName: 12,
  tableName: 14,
  ipv4Source: 20,
  ipv4Destination: 21,
  ipv6Source: 22,
  ipv6Destination: 23,
  portType: 24,
  sourcePort: 25,
  destinationPort: 26,
  originalFrame: 30,
  tableValue: 32,
} as const;
const portTypes = { tcp: 2, udp: 3 } as const;

/** Who dissects it: an entry of a dissector table, or a dissector by its name. */
export type PduDissector = { readonly table: string; readonly number: number } | { readonly name: string };

export interface Pdu {
  readonly dissector: PduDissector;
  readonly conversation: Conversation;
  readonly direction: Direction;
  /** Wireshark's number of the frame that completed the message, from 1. */
  readonly frame: number;
  readonly bytes: Uint8Array;
}

const utf8 = new TextEncoder();

/** The bytes of a frame of link type 252. */
export function exportedPdu({ dissector, conversation, direction, frame, bytes }: Pdu): Uint8Array {
  const out: number[] = [];
  if ('name' in dissector) put(out, tags.dissectorName, utf8.encode(dissector.name));
  else {
    put(out, tags.tableName, utf8.encode(dissector.table));
    put(out, tags.tableValue, u32(dissector.number));
  }
  const other = direction === 0 ? 1 : 0;
  putAddress(out, conversation.endpoints[direction], tags.ipv4Source, tags.ipv6Source);
  putAddress(out, conversation.endpoints[other], tags.ipv4Destination, tags.ipv6Destination);
  put(out, tags.portType, u32(portTypes[conversation.transport]));
  put(out, tags.sourcePort, u32(conversation.ports[direction]));
  put(out, tags.destinationPort, u32(conversation.ports[other]));
  put(out, tags.originalFrame, u32(frame));
  put(out, tags.end, new Uint8Array(0));
  const whole = new Uint8Array(out.length + bytes.length);
  whole.set(out);
  whole.set(bytes, out.length);
  return whole;
}

function put(out: number[], tag: number, value: Uint8Array): void {
  const padded = (value.length + 3) & ~3;
  out.push(tag >>> 8, tag & 0xff, padded >>> 8, padded & 0xff);
  for (let at = 0; at < padded; at++) out.push(value[at] ?? 0);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** `127.0.0.1:7000`, `[::1]:7000`. */
function putAddress(out: number[], endpoint: string, ipv4: number, ipv6: number): void {
  const host = endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  const bytes = addressBytes(host);
  if (bytes !== undefined) put(out, bytes.length === 4 ? ipv4 : ipv6, bytes);
}
