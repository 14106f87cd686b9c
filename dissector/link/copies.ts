import type { PacketView } from './packetview.ts';
import { u16 } from './read.ts';

/** How long after a packet its copy may be captured, in seconds: as far as its identification, or its path, shows what it is. */
const identified = 0.05;
const elsewhere = 0.01;
/** The same of captures of two hosts, whose packets take their time from one to the other. */
const otherHost = 0.5;
/** Packets that are remembered: a power of two. */
const slots = 1 << 14;
/** Slots that a mark may take: with one alone, which packets are forgotten before their copies come would depend on the seed. */
const ways = 4;
/** Bytes of a packet that its mark is made of; whether two are equal is decided by all. */
const marked = 96;

/** Where a packet lies in the bytes of its frame, and what captured it. */
export interface Sighting {
  readonly frame: Uint8Array;
  readonly seconds: number;
  readonly nanos: number;
  readonly captureInterface: number;
  /** Of merged captures: its file. */
  readonly file: string | undefined;
}

/**
 * Finds packets that were captured twice: at two ports of a switch, on the interface `any`, on both ends of a bridge. A copy has the
 * same IP packet, but for hops left, class of service and header checksum, and comes shortly after. That alone could be a packet
 * that was sent twice: so either its IPv4 identification is one that its sender counts up, or the copy came another way (hops,
 * link header, interface), or at the very same time.
 */
export class CopyTable {
  /** By slot: mark, frame (0-based) plus one, and the identification that the same sender used before. */
  private readonly marks = new Uint32Array(slots);
  private readonly indexes = new Uint32Array(slots);
  private readonly lastId = new Int32Array(slots).fill(-1);
  private readonly counts = new Uint8Array(slots);
  private readonly seed = Math.floor(Math.random() * 0x1_0000_0000);
  private readonly copied: number[] = [];
  /** Copies found, and the first of them with what it is a copy of (0-based). */
  count = 0;
  first: { readonly copy: number; readonly original: number } | undefined;

  /** Whether a frame (0-based) was found to be a copy. */
  has(index: number): boolean {
    return ((this.copied[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  /**
   * Whether the packet in `view`, of the 0-based frame `index`, is a copy of one that was seen. `again` reads an earlier frame and
   * may overwrite `seen.frame`; the caller reads that once more if it answers true or was asked.
   */
  find(
    index: number,
    view: PacketView,
    seen: Sighting,
    again: (index: number) => Sighting & { readonly start: number },
  ): boolean {
    if (view.version === 0 || view.addressLength === 0) return false;
    const start = view.networkStart;
    const end = Math.max(view.payloadEnd, start);
    const mark = this.mark(seen.frame, start, end, view.version);
    const slot = this.slotOf(mark);
    const before = this.marks[slot] === mark ? this.indexes[slot] - 1 : -1;
    const isCounted = this.isCounted(seen.frame, view);
    if (before < 0 || !this.isCopy(index, before, start, end, view, seen, isCounted, again)) {
      this.marks[slot] = mark;
      this.indexes[slot] = index + 1;
      return false;
    }
    const word = index >>> 5;
    while (this.copied.length <= word) this.copied.push(0);
    this.copied[word] |= 1 << (index & 31);
    this.count++;
    this.first ??= { copy: index, original: before };
    return true;
  }

  /** Where the mark is, or else the slot of the packet that was captured first of those that it may take. */
  private slotOf(mark: number): number {
    const first = mark & (slots - ways);
    let oldest = first;
    for (let slot = first; slot < first + ways; slot++) {
      if (this.marks[slot] === mark && this.indexes[slot] !== 0) return slot;
      if (this.indexes[slot] < this.indexes[oldest]) oldest = slot;
    }
    return oldest;
  }

  private isCopy(
    index: number,
    before: number,
    start: number,
    end: number,
    view: PacketView,
    seen: Sighting,
    isCounted: boolean,
    again: (index: number) => Sighting & { readonly start: number },
  ): boolean {
    if (before === index) return false;
    const own = seen.frame.slice(0, end);
    const { seconds, nanos, captureInterface } = seen;
    const other = again(before);
    const apart = Math.abs(seconds - other.seconds + (nanos - other.nanos) / 1e9);
    const isOtherHost = seen.file !== other.file;
    if (
      !(apart <= (isOtherHost ? otherHost : identified)) ||
      !isSame(own, start, other.frame, other.start, end - start, view.version)
    )
      return false;
    if (isCounted || apart === 0 || isOtherHost) return true;
    const isElsewhere =
      captureInterface !== other.captureInterface ||
      hops(own, start, view.version) !== hops(other.frame, other.start, view.version) ||
      !isSameLink(own, start, other.frame, other.start);
    return isElsewhere && apart <= elsewhere;
  }

  /** Whether the sender of an IPv4 packet counts its identifications up: one that stays the same says nothing. */
  private isCounted(frame: Uint8Array, view: PacketView): boolean {
    if (view.version !== 4) return false;
    const id = u16(frame, view.networkStart + 4);
    let hash = this.seed;
    for (let i = 0; i < 8; i++) hash = Math.imul(hash ^ frame[view.srcAt + i], 0x0100_0193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    if (this.lastId[slot] >= 0 && this.lastId[slot] !== id) this.counts[slot] = 1;
    this.lastId[slot] = id;
    return id !== 0 && this.counts[slot] === 1;
  }

  private mark(frame: Uint8Array, start: number, end: number, version: 4 | 6 | 0): number {
    let hash = this.seed ^ (end - start);
    const stop = Math.min(end, start + marked);
    for (let at = start; at < stop; at++)
      if (!changesOnTheWay(at - start, version)) hash = Math.imul(hash ^ frame[at], 0x0100_0193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    return (hash ^ (hash >>> 13)) >>> 0;
  }
}

/** Whether a byte of an IP header, counted from its beginning, is changed on the way: class of service, hops left, header checksum. */
export function changesOnTheWay(at: number, version: 4 | 6 | 0): boolean {
  return version === 4 ? at === 1 || at === 8 || at === 10 || at === 11 : at === 7 || at < 2;
}

function hops(bytes: Uint8Array, start: number, version: 4 | 6 | 0): number {
  return bytes[start + (version === 4 ? 8 : 7)];
}

function isSame(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number, version: 4 | 6 | 0): boolean {
  if (bStart + length > b.length) return false;
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i] && !changesOnTheWay(i, version)) return false;
  return true;
}

function isSameLink(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  if (aStart !== bStart) return false;
  for (let i = 0; i < aStart; i++) if (a[i] !== b[i]) return false;
  return true;
}
