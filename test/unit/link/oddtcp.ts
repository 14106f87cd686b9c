/** Seeded generator of TCP connections that nothing spares: loss, repetition, overlaps, keepalives, wrapped numbers, odd opens. */
import { tcpFlag } from '../../../dissector/link/index.ts';
import type { Random } from '../../../extension/author/random.ts';
import { randomBytes } from '../capture/odd.ts';
import { bytes, ethernet, ipv4, ipv6, tcp, u16, u32 } from './build.ts';

const { syn, ack, fin, psh } = tcpFlag;
const nothing = new Uint8Array(0);

/** What a direction carried: bytes, and how many were not captured. */
export type Carried = readonly (Uint8Array | number)[];

export interface OddConnection {
  readonly frames: readonly Uint8Array[];
  /** By direction: that of the opener first, or of whose frame was captured first. */
  readonly streams: readonly [Carried, Carried];
}

/** One side while it talks. */
interface Side {
  readonly address: Uint8Array;
  readonly port: number;
  readonly isn: number;
  readonly stream: Uint8Array;
  /** Ranges of the stream that are still to be sent, in order. */
  readonly plan: Range[];
  readonly lost: Range | undefined;
  /** The bytes that the other side has, which its acknowledgements go by. */
  readonly arrived: boolean[];
  finSent: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
  /** Sent and received, but not captured. */
  readonly lost?: boolean;
}

type Opening = 'usual' | 'repeated' | 'early data' | 'both at once' | 'not captured';

/** Ranges that cover a stream, some sent again in other cuts, some before their turn; or one of them lost to the capture. */
function plan(random: Random, length: number): Range[] {
  const edges = [...new Set([0, length, ...Array.from({ length: random.below(10) }, () => random.below(length + 1))])];
  edges.sort((a, b) => a - b);
  const ranges: Range[] = edges.slice(1).map((end, i) => ({ start: edges[i], end }));
  // The first one is left alone: where a stream begins that was not seen to open, is a guess that each reader makes its own way.
  if (random.below(3) === 0 && ranges.length > 2) {
    const at = 1 + random.below(ranges.length - 2);
    ranges[at] = { ...ranges[at], lost: true };
    return ranges;
  }
  for (let left = random.below(4); left > 0 && ranges.length > 2; left--) {
    const at = 1 + random.below(ranges.length - 2);
    [ranges[at], ranges[at + 1]] = [ranges[at + 1], ranges[at]];
  }
  for (let left = random.below(5); left > 0 && length > 0; left--) {
    const start = random.below(length);
    ranges.splice(1 + random.below(ranges.length), 0, { start, end: Math.min(length, start + 1 + random.below(200)) });
  }
  return ranges;
}

/** Numbers that wrap while the stream goes on are as likely as others. */
const firstNumber = (random: Random) => random.pick([random.uint32(), 0xffff_ffff - random.below(1000), 0x7fff_ffff, 0]);

function side(random: Random, four: boolean, last: number): Side {
  const address = four ? Uint8Array.of(10, 0, random.below(256), last) : bytes('20010db8', randomBytes(random, 12));
  const stream = randomBytes(random, random.pick([0, 1, 300, 1500]));
  const port = 40_000 + random.below(20_000);
  const ranges = plan(random, stream.length);
  const lost = ranges.find((range) => range.lost);
  const arrived = new Array<boolean>(stream.length).fill(false);
  return { address, port, isn: firstNumber(random), stream, plan: ranges, lost, arrived, finSent: false };
}

function carried({ stream, lost }: Side): Carried {
  if (lost === undefined) return [stream];
  return [stream.subarray(0, lost.start), lost.end - lost.start, stream.subarray(lost.end)];
}

/** A segment in IP fragments of `size` bytes, a multiple of 8; now and then the last comes first. */
function fragments(
  random: Random,
  four: boolean,
  segment: Uint8Array,
  size: number,
  id: number,
  ends: { src: Uint8Array; dst: Uint8Array },
): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let at = 0; at < segment.length; at += size) {
    const part = segment.subarray(at, at + size);
    const more = at + size < segment.length ? 1 : 0;
    if (four) packets.push(ipv4(part, { ...ends, protocol: 6, id, flagsOffset: (more << 13) | (at / 8) }));
    else packets.push(ipv6(44, bytes(6, 0, u16(at | more), u32(id), part), ends));
  }
  return random.below(3) === 0 ? packets.reverse() : packets;
}

export function oddConnection(random: Random): OddConnection {
  const four = random.below(2) === 0;
  const sides = [side(random, four, 1), side(random, four, 2)] as const;
  const frames: Uint8Array[] = [];
  let first: 0 | 1 = 0;
  /** Bytes of a segment that pass whole; a longer one goes in IP fragments. */
  const largest = random.pick([8, 24, 200, 65_535, 65_535, 65_535]);

  /** Position of the first byte that the other side has not. */
  const received = (who: Side) => {
    const hole = who.arrived.indexOf(false);
    return hole < 0 ? who.stream.length : hole;
  };
  const send = (from: 0 | 1, at: number, flags: number, payload: Uint8Array, acknowledges = true) => {
    const [one, other] = [sides[from], sides[1 - from]];
    if (frames.length === 0) first = from;
    const acknowledged = received(other) + (other.finSent && received(other) === other.stream.length ? 1 : 0);
    const numbers = {
      seq: (one.isn + 1 + at) >>> 0,
      ack: acknowledges ? (other.isn + 1 + acknowledged) >>> 0 : 0,
      flags: flags | (acknowledges ? ack : 0),
      // No room: what comes nevertheless, a probe of one byte, say, comes again.
      window: random.pick([1000, 1000, 0]),
    };
    const segment = tcp(one.port, other.port, numbers, payload, one.address, other.address);
    const ends = { src: one.address, dst: other.address };
    const id = frames.length + 1;
    const whole = () => [four ? ipv4(segment, { ...ends, protocol: 6 }) : ipv6(6, segment, ends)];
    const packets = segment.length > largest ? fragments(random, four, segment, largest, id, ends) : whole();
    for (const packet of packets) {
      const frame = ethernet(four ? 0x0800 : 0x86dd, packet);
      frames.push(frame.length < 60 ? bytes(frame, new Uint8Array(60 - frame.length)) : frame);
    }
  };
  const sendRange = (from: 0 | 1, { start, end, lost }: Range, flags: number, acknowledges = true) => {
    if (lost !== true) send(from, start, flags, sides[from].stream.subarray(start, end), acknowledges);
    sides[from].arrived.fill(true, start, end);
  };

  const opening: Opening = random.pick(['usual', 'usual', 'repeated', 'early data', 'both at once', 'not captured']);
  switch (opening) {
    case 'early data': {
      // Data on the SYN (RFC 9293 section 3.4; RFC 7413), which takes a sequence number before it.
      const first = sides[0].plan.shift() ?? { start: 0, end: 0 };
      send(0, -1, syn, sides[0].stream.subarray(first.start, first.end), false);
      sides[0].arrived.fill(true, first.start, first.end);
      send(1, -1, syn, nothing);
      break;
    }
    case 'both at once':
      send(0, -1, syn, nothing, false);
      send(1, -1, syn, nothing, false);
      send(0, -1, syn, nothing);
      send(1, -1, syn, nothing);
      break;
    case 'not captured':
      break;
    default:
      for (let left = opening === 'repeated' ? 3 : 1; left > 0; left--) send(0, -1, syn, nothing, false);
      for (let left = opening === 'repeated' ? 2 : 1; left > 0; left--) send(1, -1, syn, nothing);
      send(0, 0, 0, nothing);
  }

  while (sides.some((one) => one.plan.length > 0)) {
    const from = random.below(2) as 0 | 1;
    const one = sides[from];
    const range = one.plan.shift();
    if (range !== undefined) sendRange(from, range, random.pick([0, psh]));
    const sent = received(one);
    // A keepalive probe asks with the number before the next one, with or without an octet that means nothing (RFC 9293
    // section 3.8.4).
    if (random.below(6) === 0 && sent > 0 && one.lost === undefined && one.arrived.every((has, at) => has === at < sent)) {
      send(from, sent - 1, 0, random.pick([nothing, Uint8Array.of(0xaa)]));
    }
    // The other side says what it has, now and then.
    if (random.below(2) === 0) send((1 - from) as 0 | 1, received(sides[1 - from]), 0, nothing);
  }
  for (const from of [0, 1] as const) {
    if (random.below(3) === 0) continue;
    sides[from].finSent = true;
    send(from, sides[from].stream.length, fin, nothing);
  }
  // Acknowledges all that came, also what the capture lost.
  for (const from of [0, 1] as const) send(from, sides[from].stream.length + (sides[from].finSent ? 1 : 0), 0, nothing);
  return { frames, streams: [carried(sides[first]), carried(sides[1 - first])] };
}
