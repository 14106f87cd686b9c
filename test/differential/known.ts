/** Differences that are meant: each by a rule over what both programs read, with the reason. Names are those of the table of totals. */
import { packetIssue } from '../../dissector/link/index.ts';
import type { Kind } from './compare.ts';
import {
  type Ends,
  noEnds,
  type OurFrame,
  type OurReading,
  type OurStream,
  type TheirFrame,
  type TheirReading,
} from './reading.ts';

export function knownFile(ours: OurReading, theirs: TheirReading): string | undefined {
  // Wireshark reads some eighty formats, Peerscope the two of libpcap.
  if (ours.refused !== undefined && theirs.format !== undefined && !/pcap/.test(theirs.format)) return 'format other than pcap';
  return undefined;
}

/** Why one of them stops before the other. */
export function knownEnd(theirs: TheirReading): string | undefined {
  // Link types that Wireshark's reader has no number for, or none that it reads: Peerscope lists their frames.
  return theirs.isUnsupported ? 'records that tshark does not support' : undefined;
}

export function knownFrame(kind: Kind, ours: OurFrame, theirs: TheirFrame): string | undefined {
  if (kind === 'time' && isOverflow(ours, theirs)) return 'fraction of more than a second';
  if (kind === 'length' && ours.isUnknownLink && isPseudoHeader(ours, theirs)) return 'pseudo-header of the link type';
  // Wireshark's lengths have 31 bits.
  if (kind === 'length' && theirs.original === 0x7fff_ffff && ours.original > theirs.original)
    return 'length of more than 31 bits';
  if (kind === 'addresses' || kind === 'ports') return knownEnds(ours, theirs);
  return undefined;
}

/** A fraction of more than a second counts on into the seconds; tshark's nanoseconds pass 32 bits, into the sign. */
function isOverflow(ours: OurFrame, theirs: TheirFrame): boolean {
  const [[seconds, nanos], [theirSeconds, theirNanos]] = [ours, theirs].map(({ time }) =>
    time.replace('-', '').split('.').map(Number),
  );
  const all = BigInt(seconds! - theirSeconds!) * 1_000_000_000n + BigInt(nanos!);
  const shown = BigInt(theirNanos!) * (theirs.time.startsWith('-') ? -1n : 1n);
  return all >= 1_000_000_000n && BigInt.asUintN(32, all) === BigInt.asUintN(32, shown);
}

/** tshark takes the header of the capture's own that some link types have off the frame: of as many bytes from both lengths. */
function isPseudoHeader(ours: OurFrame, theirs: TheirFrame): boolean {
  const size = ours.captured - theirs.captured;
  return size > 0 && size === ours.original - theirs.original;
}

const headers: ReadonlySet<string> = new Set(['ip', 'ipv6', 'udp', 'tcp']);

function knownEnds(ours: OurFrame, theirs: TheirFrame): string | undefined {
  // Link types that nothing decodes are counted and told (UndecodedFrames).
  if (ours.isUnknownLink && isSame(ours.ends, noEnds)) return `not looked into: ${theirs.layers[0]}`;
  // Both limits are told.
  if (ours.issue === packetIssue.tooManyHeaders || ours.issue === packetIssue.tooManyTunnels) return 'more than a limit allows';
  // The header names the next stop of a source route (RFC 791 section 3.1), tshark the last.
  if (theirs.via !== '' && ours.ends.addresses.endsWith(` > ${theirs.via}`)) return 'IPv4 source route';
  // What stood before a length that cannot be is kept; tshark leaves it out.
  if (ours.issue === packetIssue.headerLength && (isSame(theirs.ends, noEnds) || ours.ends.ports === ''))
    return 'false length in a header';
  // tshark stops in a header that it does not understand; whether the rest is right, only a person can say.
  if (theirs.isMalformed && headers.has(theirs.layers.at(-1)!) && theirs.ends.ports === '') return 'malformed to tshark';
  // Ports are those of a whole datagram here; tshark reads those in a first fragment that it cannot put together, being cut short.
  const isCut = ours.captured < ours.original || ours.issue !== packetIssue.none;
  if (ours.isFragment && isCut && ours.ends.addresses === theirs.ends.addresses) return 'ports in a fragment that was cut short';
  // A length of 0 is what segmentation offload leaves for more than it can say; tshark looks no further.
  if (theirs.isLengthless && theirs.ends.ports.startsWith('udp')) return 'UDP length of 0';
  // A link layer, or EtherType, that says IPv4 before IPv6: tshark goes by the packet's own first bits.
  if (ours.issue === packetIssue.version && isSame(ours.ends, noEnds)) return 'IP version other than announced';
  return undefined;
}

function isSame(a: Ends, b: Ends): boolean {
  return a.addresses === b.addresses && a.ports === b.ports;
}

/** A segment without its whole header is in no conversation: nobody can tell which bytes of the stream it carries. */
export function isHeadless({ ends, payload }: OurFrame): boolean {
  return ends.ports.startsWith('tcp') && payload === undefined;
}

/** How far the numbers of one connection may lie apart, in bytes (see ConversationTable). */
const nearby = 0x10_0000;

/**
 * Why Peerscope makes several streams of the segments of one, in the order of the file: between the same ends is another connection
 * where the numbers of a direction jump, though no SYN was captured. tshark goes by the SYN alone.
 */
export function knownSegments(segments: readonly OurFrame[], owners: readonly (OurStream | undefined)[]): string | undefined {
  const last = new Map<string, number>();
  const met = new Set([owners[0]]);
  for (const [place, { seq, ends }] of segments.entries()) {
    const direction = `${ends.addresses} ${ends.ports}`;
    const owner = owners[place];
    const before = last.get(direction);
    if (owner === undefined) return undefined;
    if (!met.has(owner) && before !== undefined && Math.abs((seq - before) | 0) <= nearby) return undefined;
    met.add(owner);
    last.set(direction, seq);
  }
  return met.size > 1 ? 'another connection by its sequence numbers' : undefined;
}

/** One direction of a connection. */
export interface StreamPair {
  readonly ours: OurStream['sides'][number];
  readonly theirs: string;
  /** The segments of both directions. */
  readonly segments: readonly OurFrame[];
}

const gaps = /\[\d+\]/g;

export function knownStream({ ours, theirs, segments }: StreamPair): string | undefined {
  const { bytes, end } = ours;
  // The end of a capture shows what waits behind a hole; tshark keeps to itself what was not acknowledged.
  if (bytes.startsWith(`${theirs}[`)) return 'hole at the end that nobody acknowledged';
  // A gap is where a frame was cut short when it was captured; tshark joins what is left.
  const hasCutFrames = segments.some(({ captured, original }) => captured < original);
  if (hasCutFrames && bytes.replace(gaps, '') === theirs.replace(gaps, '')) return 'gap of a frame that was cut short';
  // An empty segment before the first byte may be a probe, whose number is one too low: it begins no stream here. Where nobody
  // acknowledged the byte in front, tshark keeps all to itself.
  if (beginsWithProbe(ours.endpoint, segments) && (theirs === `[1]${bytes}` || theirs === ''))
    return 'keep-alive probe before the first byte';
  // Which bytes count where a segment was sent again with others, no RFC says: those that were captured first, here.
  if (areResentOtherwise(sentBy(ours.endpoint, segments))) return 'bytes that differ when they are sent again';
  // Nothing follows a FIN (RFC 9293 section 3.10.7.4), and what a RST carries is no data (section 3.5.3); tshark goes on.
  if (end !== '' && theirs.startsWith(bytes)) return 'data behind the end';
  return undefined;
}

/** Segments after one that are compared with it: long streams would take too long otherwise. */
const resentWithin = 1000;

/** Segments of one direction. */
function areResentOtherwise(segments: readonly OurFrame[]): boolean {
  return segments.some((one, place) =>
    segments.slice(place + 1, place + resentWithin).some((other) => {
      const apart = (other.seq - one.seq) | 0;
      const [own, again] = [one.payload ?? '', other.payload ?? ''];
      const [first, second] = apart >= 0 ? [own.slice(apart * 2), again] : [own, again.slice(-apart * 2)];
      const length = Math.min(first.length, second.length);
      return first.slice(0, length) !== second.slice(0, length);
    }),
  );
}

function beginsWithProbe(endpoint: string, segments: readonly OurFrame[]): boolean {
  const [probe, ...others] = sentBy(endpoint, segments);
  const first = others.find(({ payload }) => payload !== '');
  return probe?.payload === '' && first !== undefined && (probe.seq + 1) >>> 0 === first.seq;
}

function sentBy(endpoint: string, segments: readonly OurFrame[]): OurFrame[] {
  return segments.filter((segment) => senderOf(segment) === endpoint);
}

function senderOf({ ends }: OurFrame): string {
  const [address] = ends.addresses.split(' > ');
  const [, port] = ends.ports.split(' ');
  return address!.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
