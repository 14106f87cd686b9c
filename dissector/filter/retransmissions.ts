import type { Analysis } from '../analysis/index.ts';
import { type PacketView, tcpFlag, transport } from '../link/index.ts';

/** Holes that are remembered of one direction, as the reassembly of streams does. */
const mostHoles = 64;

/** What of one direction of a TCP connection was seen: `length` numbers up to `next`, but for the holes. */
interface Seen {
  next: number;
  length: number;
  holes: { readonly start: number; readonly end: number }[];
}

/**
 * Which frames bring nothing new: a TCP segment with payload, SYN or FIN, all of whose sequence numbers an earlier frame of the
 * file brought. So it is by how streams are put together here, where the bytes that came first count; a segment that fills a hole
 * came late and is none, whatever time has passed. Found as far as it is asked for, from the first frame on.
 */
export class Retransmissions {
  readonly #frames: number[] = [];
  readonly #directions = new Map<number, Seen>();
  #length = 0;

  /** Frames (from 1) that were looked at. */
  get length(): number {
    return this.#length;
  }

  has(frame: number): boolean {
    return ((this.#frames[frame >>> 5] ?? 0) & (1 << (frame & 31))) !== 0;
  }

  /** Looks at the next frame, whose headers are in `view`. */
  add(view: PacketView, code: number | undefined): void {
    const frame = ++this.#length;
    if ((frame & 31) === 0 || this.#frames.length === 0) this.#frames.push(0);
    if (code === undefined || view.transport !== transport.tcp || !view.transportRead) return;
    if ((view.flags & tcpFlag.rst) !== 0 || !this.#isKnown(view, code)) return;
    this.#frames[frame >>> 5]! |= 1 << (frame & 31);
  }

  #isKnown({ seq, flags, payloadStart, payloadEnd, payloadMissing }: PacketView, code: number): boolean {
    const payload = payloadEnd + payloadMissing - payloadStart;
    const isSyn = (flags & tcpFlag.syn) !== 0;
    const length = payload + (isSyn ? 1 : 0) + ((flags & tcpFlag.fin) !== 0 ? 1 : 0);
    if (length === 0) return false;
    const seen = this.#directions.get(code);
    if (seen === undefined) {
      this.#directions.set(code, { next: (seq + length) >>> 0, length, holes: [] });
      return false;
    }
    // Distances from `next`, so that numbers may begin again at zero.
    const start = (seq - seen.next) | 0;
    const end = start + length;
    // A probe whether the other side is alive sends the last byte, or none, once more.
    if (start === -1 && payload === length && length === 1) return false;
    const isWithin = end <= 0 && start >= -seen.length;
    const isKnown = isWithin && !seen.holes.some((hole) => distance(hole.start, seen) < end && distance(hole.end, seen) > start);
    if (!isKnown) fill(seen, start, end);
    return isKnown;
  }
}

function distance(number: number, { next }: Seen): number {
  return (number - next) | 0;
}

/** Takes the numbers from `start` to `end` (distances from `next`) as seen. */
function fill(seen: Seen, start: number, end: number): void {
  const { next, length } = seen;
  const number = (from: number): number => (next + from) >>> 0;
  seen.holes = seen.holes.flatMap((hole) => {
    const [from, to] = [distance(hole.start, seen), distance(hole.end, seen)];
    if (to <= start || from >= end) return [hole];
    return [
      ...(from < start ? [{ start: hole.start, end: number(start) }] : []),
      ...(to > end ? [{ start: number(end), end: hole.end }] : []),
    ];
  });
  if (start > 0) seen.holes.push({ start: next, end: number(start) });
  if (end < -length) seen.holes.push({ start: number(end), end: number(-length) });
  seen.holes = seen.holes.slice(-mostHoles);
  seen.length = Math.max(length, -start) + Math.max(0, end);
  if (end > 0) seen.next = number(end);
}

/** By analysis and what it knew of conversations: rows of one capture ask the same. */
const known = new WeakMap<Analysis, { readonly generation: number; readonly found: Retransmissions }>();

export function retransmissionsOf(analysis: Analysis): Retransmissions {
  const before = known.get(analysis);
  if (before?.generation === analysis.generation) return before.found;
  const found = new Retransmissions();
  known.set(analysis, { generation: analysis.generation, found });
  return found;
}
