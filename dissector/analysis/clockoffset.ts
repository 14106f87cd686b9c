/** How far the clock of one capture is ahead of that of another, from packets that are in both. */
import { defaultLimits, type Limits } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { changesOnTheWay, PacketView, parsePacket } from '../link/index.ts';

/** Packets of the first capture that are remembered, and of the second that are looked up. */
const mostPackets = 65_536;
/** Packets of each direction that are enough. */
const enough = 1_000;
/** Bytes of a packet that its mark is made of. */
const marked = 256;

export interface ClockOffset {
  /** Seconds; positive where the second capture's clock is ahead. */
  readonly seconds: number;
  /** Packets that are in both, as far as they were looked at. */
  readonly packets: number;
  /** All of them went one way: the time on the way is in the offset. */
  readonly isOneWay: boolean;
}

/** A packet as both ends see it. `way` tells the two directions between its hosts apart. */
interface Mark {
  readonly key: string;
  readonly way: 0 | 1;
}

/**
 * Compares the times of packets that stand in both captures, indexed to their ends. Of packets both ways the time on the way falls
 * out, if it is the same in both directions (as NTP assumes, RFC 5905 section 8). Undefined where the captures share no packet.
 */
export function clockOffset(
  first: CaptureReader,
  second: CaptureReader,
  limits: Limits = defaultLimits,
): ClockOffset | undefined {
  const view = new PacketView();
  const times = new Map<string, { readonly index: number; isAmbiguous: boolean }>();
  for (let index = 0; index < Math.min(first.frames.length, mostPackets); index++) {
    const mark = markOf(first, index, view, limits);
    if (mark === undefined) continue;
    const known = times.get(mark.key);
    if (known === undefined) times.set(mark.key, { index, isAmbiguous: false });
    else known.isAmbiguous = true;
  }
  const found: [number[], number[]] = [[], []];
  for (let index = 0; index < Math.min(second.frames.length, mostPackets); index++) {
    const mark = markOf(second, index, view, limits);
    const known = mark === undefined ? undefined : times.get(mark.key);
    if (mark === undefined || known === undefined || known.isAmbiguous || found[mark.way].length >= enough) continue;
    known.isAmbiguous = true;
    found[mark.way].push(apart(first, known.index, second, index));
  }
  const ways = found.filter((one) => one.length > 0).map(median);
  if (ways.length === 0) return undefined;
  const seconds = ways.reduce((sum, one) => sum + one, 0) / ways.length;
  return { seconds, packets: found[0].length + found[1].length, isOneWay: ways.length === 1 };
}

function apart(first: CaptureReader, from: number, second: CaptureReader, to: number): number {
  const seconds = second.frames.seconds(to) - first.frames.seconds(from);
  return seconds + (second.frames.nanos(to) - first.frames.nanos(from)) / 1e9;
}

/** Undefined for what is no IP packet with a payload, or has no time. */
function markOf(reader: CaptureReader, index: number, view: PacketView, limits: Limits): Mark | undefined {
  const { frames } = reader;
  if (!frames.hasTime(index)) return undefined;
  const frame = reader.frameBytes(index);
  parsePacket(frame, frames.linkType(index), view, limits, frames.original(index));
  const { networkStart: start, version, payloadStart, payloadEnd, srcAt, dstAt, addressLength } = view;
  if (version === 0 || addressLength === 0 || payloadEnd <= payloadStart) return undefined;
  const end = Math.min(payloadEnd, start + marked);
  let key = `${payloadEnd - start} `;
  for (let at = start; at < end; at++) if (!changesOnTheWay(at - start, version)) key += String.fromCharCode(frame[at]!);
  const order = Array.from({ length: addressLength }, (_, i) => frame[srcAt + i]! - frame[dstAt + i]!).find((one) => one !== 0);
  const ports = view.srcPort - view.dstPort;
  return { key, way: (order ?? ports) > 0 ? 1 : 0 };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
