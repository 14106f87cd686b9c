import type { Check } from '../bytes/index.ts';
import type { PacketView } from './packetview.ts';

/** The Internet checksum's ones' complement sum (RFC 1071) of [start, end), added to `sum`; not folded. */
export function addWords(bytes: Uint8Array, start: number, end: number, sum = 0): number {
  let total = sum;
  let at = start;
  for (; at + 1 < end; at += 2) total += (bytes[at] << 8) | bytes[at + 1];
  if (at < end) total += bytes[at] << 8;
  return total;
}

/** The sum in 16 bits, carries added back. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return folded;
}

/** What a header holds so that the sum over it is ffff. */
export function complement(sum: number): number {
  return ~fold(sum) & 0xffff;
}

function verdict(sum: number, stored: number): Check {
  if (fold(sum) === 0xffff) return { state: 'valid', why: 'the sum over it is ffff' };
  const rest = fold(sum - stored);
  return { state: 'invalid', why: `computed ${((~rest & 0xffff) >>> 0).toString(16).padStart(4, '0')}` };
}

/** The checksum of an IPv4 header at [start, end), whose stored value is at `start` + 10. */
export function ipv4Check(bytes: Uint8Array, start: number, end: number): Check {
  const stored = (bytes[start + 10] << 8) | bytes[start + 11];
  const check = verdict(addWords(bytes, start, end), stored);
  if (check.state === 'invalid' && stored === 0) {
    return { state: 'unchecked', why: 'it is 0: left to the network card (offload), or wrong' };
  }
  return check;
}

/** The sum of a pseudo-header: addresses, protocol, transport length (RFC 768, RFC 9293 section 3.1, RFC 8200 section 8.1). */
export function pseudoHeaderSum(frame: Uint8Array, view: PacketView, length: number): number {
  let sum = view.protocol + (length >>> 16) + (length & 0xffff);
  sum = addWords(frame, view.srcAt, view.srcAt + view.addressLength, sum);
  return addWords(frame, view.dstAt, view.dstAt + view.addressLength, sum);
}

/**
 * The checksum of a transport message at [start, end) with its stored value at `storedAt`; `pseudo` is the sum of its
 * pseudo-header, 0 where it has none. `missing` counts bytes that were not captured.
 */
export function transportCheck(
  bytes: Uint8Array,
  start: number,
  end: number,
  storedAt: number,
  pseudo: number,
  missing: number,
): Check {
  if (missing > 0) return { state: 'unchecked', why: `${missing} byte${missing === 1 ? '' : 's'} of it were not captured` };
  const stored = (bytes[storedAt] << 8) | bytes[storedAt + 1];
  const check = verdict(addWords(bytes, start, end, pseudo), stored);
  if (check.state === 'invalid' && pseudo !== 0 && stored === fold(pseudo)) {
    return { state: 'unchecked', why: "it holds the pseudo-header's sum only: the rest was left to the network card (offload)" };
  }
  return check;
}
