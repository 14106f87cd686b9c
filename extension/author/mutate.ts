/** Broken captures and key logs out of good ones: what a damaged disk, a hostile sender or a bug of a recorder makes. */
import type { CaptureReader } from '../../dissector/capture/index.ts';
import type { Random } from './random.ts';

type Change = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Values at which lengths, counts and offsets go wrong. */
const edges = [0, 1, 2, 3, 4, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const MOST_CHANGES = 6;
const LONGEST_RANGE = 512;

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function range(bytes: Uint8Array, random: Random): [number, number] {
  const start = random.below(bytes.length);
  return [start, Math.min(bytes.length, start + 1 + random.below(LONGEST_RANGE))];
}

const flipBit: Change = (bytes, random) => {
  const at = random.below(bytes.length);
  if (bytes.length > 0) bytes[at]! ^= 1 << random.below(8);
  return bytes;
};

const setByte: Change = (bytes, random) => {
  if (bytes.length > 0) bytes[random.below(bytes.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  return bytes;
};

/** A number of 1, 2 or 4 bytes in either byte order becomes one of the edges: most often it was a length. */
const setNumber: Change = (bytes, random) => {
  const size = random.pick([1, 2, 4]);
  if (bytes.length < size) return bytes;
  const at = random.below(bytes.length - size + 1);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, size);
  const value = random.pick(edges);
  const little = random.below(2) === 0;
  if (size === 1) view.setUint8(0, value & 0xff);
  else if (size === 2) view.setUint16(0, value & 0xffff, little);
  else view.setUint32(0, value, little);
  return bytes;
};

/** A number a little more or less than it was. */
const nudge: Change = (bytes, random) => {
  if (bytes.length > 0) bytes[random.below(bytes.length)]! += random.pick([-4, -2, -1, 1, 2, 4]);
  return bytes;
};

const fill: Change = (bytes, random) => {
  const [start, end] = range(bytes, random);
  return bytes.fill(random.pick([0, 0xff, 0x80, 0x7b]), start, end);
};

const insert: Change = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  const added = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
  return joined(bytes.subarray(0, at), added, bytes.subarray(at));
};

const remove: Change = (bytes, random) => {
  const [start, end] = range(bytes, random);
  return joined(bytes.subarray(0, start), bytes.subarray(end));
};

const duplicate: Change = (bytes, random) => {
  const [start, end] = range(bytes, random);
  return joined(bytes.subarray(0, end), bytes.subarray(start));
};

const copyOver: Change = (bytes, random) => {
  const [start, end] = range(bytes, random);
  const to = random.below(bytes.length - (end - start) + 1);
  return bytes.copyWithin(to, start, end);
};

const truncate: Change = (bytes, random) => bytes.slice(0, random.below(bytes.length + 1));

/** Changes inside come most often: a cut or a shift ends what a recorder's format can still be read of. */
const changes: readonly Change[] = [
  ...[flipBit, flipBit, setByte, setByte, setNumber, setNumber, setNumber, nudge, nudge],
  ...[fill, copyOver, insert, remove, duplicate, truncate],
];

/** One to six changes of a copy; one time in eight with the end of `other` in place of its own. */
export function mutate(original: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = original.slice();
  if (random.below(8) === 0) {
    const end = other.subarray(random.below(other.length));
    bytes = joined(bytes.subarray(0, random.below(bytes.length + 1)), end);
  }
  const count = 1 + random.below(MOST_CHANGES);
  for (let done = 0; done < count; done++) bytes = random.pick(changes)(bytes, random);
  return bytes;
}

/**
 * Changes that leave the capture's own records whole: bytes of packets alone, found by `spans` (start and end of each).
 * What the dissectors get to see is broken, and every packet of it arrives.
 */
export function mutatePackets(original: Uint8Array, spans: readonly (readonly [number, number])[], random: Random): Uint8Array {
  const bytes = original.slice();
  if (spans.length === 0) return bytes;
  const count = 1 + random.below(2 * MOST_CHANGES);
  for (let done = 0; done < count; done++) {
    const [start, end] = random.pick(spans);
    const packet = random.pick([flipBit, setByte, setNumber, nudge, fill, copyOver])(bytes.slice(start, end), random);
    bytes.set(packet, start);
    // A packet in the place of another: a retransmission, a replay, a message out of order.
    if (random.below(4) === 0) {
      const [to, room] = random.pick(spans);
      bytes.set(packet.subarray(0, Math.min(packet.length, room - to)), to);
    }
  }
  return bytes;
}

/** Where the packets of a capture lie in its file: start and end of each. */
export function packetSpans(frames: Pick<CaptureReader['frames'], 'length' | 'offset' | 'captured'>): [number, number][] {
  return Array.from({ length: frames.length }, (_, at) => [frames.offset(at), frames.offset(at) + frames.captured(at)]);
}

/** A key log as text, broken as bytes are: what was no UTF-8 any more becomes U+FFFD, as in every program that reads it. */
export function mutateText(text: string, other: string, random: Random): string {
  const encoder = new TextEncoder();
  return new TextDecoder().decode(mutate(encoder.encode(text), encoder.encode(other), random));
}
