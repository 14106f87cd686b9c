import { defaultLimits, type Limits, malformed, overLimit, type Piece, type Problem, tooShort } from '../bytes/index.ts';
import type { PacketView } from './packetview.ts';

/** A datagram put together: what followed its IP header, and the frames that its bytes came from, in order. */
export interface Datagram {
  readonly bytes: Uint8Array;
  /** What `bytes` begin with (IP protocol number): as the first fragment says, whatever others do (RFC 8200 section 4.5). */
  readonly protocol: number;
  readonly pieces: readonly Piece[];
  /** Fragments overlapped: the bytes of the first that came were kept. RFC 5722 would have IPv6 drop the datagram. */
  readonly overlaps: boolean;
}

export interface FragmentOutcome {
  /** Present with the fragment that completes it. */
  readonly datagram?: Datagram;
  /** What was wrong with the fragment, or that it made an older datagram be given up. */
  readonly problem?: Problem;
}

/** A transport message of one datagram: the IPv4 total length is 16 bits, and so is IPv6's payload length. */
const datagramSize = 65_535;
/** Fragments further apart belong to different datagrams with the same identification (RFC 8200 section 4.5). */
const assemblySeconds = 60;
const waiting: FragmentOutcome = Object.freeze({});

/** The fragments of one datagram so far: sorted, without overlaps, each with its frame. */
class OpenDatagram {
  buffer = new Uint8Array(2_048);
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly frames: number[] = [];
  readonly offsets: number[] = [];
  filled = 0;
  /** Known with the fragment that says that no more follow. */
  total = -1;
  overlaps = false;
  protocol = -1;
  readonly seconds: number;

  constructor(seconds: number) {
    this.seconds = seconds;
  }

  reserve(size: number): void {
    if (size <= this.buffer.length) return;
    const larger = new Uint8Array(Math.min(datagramSize, Math.max(size, this.buffer.length * 2)));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}

/**
 * Puts fragmented IPv4 and IPv6 datagrams together, in any order; the first bytes of an overlap win. Open datagrams are
 * keyed by addresses, identification, (IPv4) protocol, and the VLANs or tunnels that they are in.
 */
export class FragmentTable {
  private readonly limits: Limits;
  /** In the order of their first fragments: the first is given up first. */
  private readonly open = new Map<string, OpenDatagram>();

  constructor(limits: Limits = defaultLimits) {
    this.limits = limits;
  }

  /** Datagrams that wait for a fragment. */
  get waiting(): number {
    return this.open.size;
  }

  /**
   * Adds the fragment in `view` (view.isFragment), whose bytes are copied. `frame` is its 1-based number, `seconds` its
   * time where known.
   */
  add(bytes: Uint8Array, view: PacketView, frame: number, seconds = Number.NaN): FragmentOutcome {
    const { payloadStart, payloadEnd, fragmentOffset: start, moreFragments } = view;
    const length = payloadEnd - payloadStart;
    const end = start + length;
    const at = payloadStart;
    if (view.payloadMissing > 0) {
      return { problem: tooShort('A fragment', length + view.payloadMissing, length, at) };
    }
    if (moreFragments && length % 8 !== 0) {
      return { problem: malformed(`A fragment before the last is a multiple of 8 bytes long, not ${length}`, at) };
    }
    if (end > datagramSize) return { problem: malformed(`A fragment ends at ${end}, a datagram at 65535 at most`, at) };
    if (length === 0 && moreFragments) return { problem: malformed('A fragment without bytes', at) };
    const key = keyOf(bytes, view);
    let entry = this.open.get(key);
    if (entry !== undefined && Math.abs(seconds - entry.seconds) > assemblySeconds) {
      this.open.delete(key);
      entry = undefined;
    }
    let problem: Problem | undefined;
    if (entry === undefined) {
      problem = this.makeRoom(at);
      entry = new OpenDatagram(seconds);
      this.open.set(key, entry);
    }
    if (entry.starts.length >= this.limits.fragments) {
      const count = entry.starts.length + 1;
      return { problem: overLimit('fragments', this.limits.fragments, count, 'Fragments of a datagram', at) };
    }
    if (!moreFragments) {
      const last = entry.ends.at(-1) ?? 0;
      if (entry.total >= 0 && entry.total !== end) problem = malformed(`Two last fragments end at ${entry.total} and ${end}`, at);
      else if (last > end) problem = malformed(`The last fragment ends at ${end}, before another's end at ${last}`, at);
      else entry.total = end;
    }
    if (start === 0 && entry.protocol < 0) entry.protocol = view.protocol;
    place(entry, bytes, payloadStart, start, entry.total < 0 ? end : Math.min(end, entry.total), frame);
    if (entry.total < 0 || entry.filled < entry.total) return problem === undefined ? waiting : { problem };
    this.open.delete(key);
    const datagram: Datagram = {
      bytes: entry.buffer.slice(0, entry.total),
      protocol: entry.protocol,
      pieces: entry.starts.map((from, i) => ({ frame: entry.frames[i], offset: entry.offsets[i], length: entry.ends[i] - from })),
      overlaps: entry.overlaps,
    };
    return problem === undefined ? { datagram } : { datagram, problem };
  }

  private makeRoom(at: number): Problem | undefined {
    if (this.open.size < this.limits.openDatagrams) return undefined;
    for (const oldest of this.open.keys()) {
      this.open.delete(oldest);
      break;
    }
    return overLimit('openDatagrams', this.limits.openDatagrams, this.limits.openDatagrams + 1, 'Unfinished datagrams', at);
  }
}

function keyOf(bytes: Uint8Array, view: PacketView): string {
  const { srcAt, dstAt, addressLength, version, protocol, fragmentId, scope } = view;
  // IPv6 leaves the next header out of the key: RFC 8200 section 4.5 takes the first fragment's.
  let key = `${version}/${version === 4 ? protocol : ''}/${fragmentId}/${scope}/`;
  for (let i = 0; i < addressLength; i++) key += String.fromCharCode(bytes[srcAt + i], bytes[dstAt + i]);
  return key;
}

/** Copies the parts of [start, end) that no earlier fragment holds. `from` is the offset of `start` in `bytes`. */
function place(entry: OpenDatagram, bytes: Uint8Array, from: number, start: number, end: number, frame: number): void {
  entry.reserve(end);
  let at = start;
  let index = 0;
  while (index < entry.starts.length && entry.ends[index] <= start) index++;
  while (at < end) {
    const nextStart = index < entry.starts.length ? entry.starts[index] : Number.POSITIVE_INFINITY;
    const stop = Math.min(end, nextStart);
    if (stop > at) {
      const offset = from + (at - start);
      entry.buffer.set(bytes.subarray(offset, offset + stop - at), at);
      entry.starts.splice(index, 0, at);
      entry.ends.splice(index, 0, stop);
      entry.frames.splice(index, 0, frame);
      entry.offsets.splice(index, 0, offset);
      entry.filled += stop - at;
      index++;
    }
    if (stop === end) break;
    // An exact repetition is a duplicate on the way, not an overlap.
    if (nextStart !== start || entry.ends[index] !== end) entry.overlaps = true;
    at = entry.ends[index];
    index++;
  }
}
