/** Two readings of one file beside each other. */
import { isHeadless, knownEnd, knownFile, knownFrame, knownSegments, knownStream, type StreamPair } from './known.ts';
import type { OurFrame, OurReading, TheirFrame, TheirReading } from './reading.ts';

export const kinds = [
  ...(['file', 'end of file', 'frames', 'time', 'length', 'link type', 'addresses', 'ports'] as const),
  ...(['payload', 'segments', 'stream'] as const),
] as const;
export type Kind = (typeof kinds)[number];

export interface Difference {
  readonly kind: Kind;
  /** `frame 3`, `stream of frame 3`; empty for the whole file. */
  readonly where: string;
  readonly ours: string;
  readonly theirs: string;
  /** The name of the reason, where there is one. */
  readonly known?: string;
}

/** What both have read: a comparison of nothing would find no difference either. */
export interface Compared {
  readonly frames: number;
  readonly endpoints: number;
  readonly payloads: number;
  readonly streams: number;
  /** Of streams, both directions. */
  readonly bytes: number;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  readonly compared: Compared;
}

export function compare(ours: OurReading, theirs: TheirReading): Comparison {
  const found = new Differences();
  if (ours.refused !== undefined || theirs.refused !== undefined) {
    if ((ours.refused === undefined) !== (theirs.refused === undefined))
      found.add('file', '', ours.refused ?? 'reads it', theirs.refused ?? `reads it: ${theirs.format}`, knownFile(ours, theirs));
    return { differences: found.all, compared: { frames: 0, endpoints: 0, payloads: 0, streams: 0, bytes: 0 } };
  }
  if ((ours.unread === undefined) !== (theirs.unread === undefined))
    found.add('end of file', '', ours.unread ?? 'reads all', theirs.unread ?? 'reads all', knownEnd(theirs));
  if (ours.frames.length !== theirs.frames.length)
    found.add('frames', '', String(ours.frames.length), String(theirs.frames.length), knownEnd(theirs));
  const frames = Math.min(ours.frames.length, theirs.frames.length);
  let [endpoints, payloads] = [0, 0];
  /** Frames that are already told to be of other packets: a stream with one of them says nothing more. */
  const others = new Set<number>();
  for (let i = 0; i < frames; i++) {
    const [own, other] = [ours.frames[i]!, theirs.frames[i]!];
    if (!frame(found, own, other, i + 1)) others.add(i + 1);
    if (other.ends.addresses !== '') endpoints++;
    if (other.payload !== undefined) payloads++;
  }
  return { differences: found.all, compared: { frames, endpoints, payloads, ...streams(found, ours, theirs, others) } };
}

class Differences {
  readonly all: Difference[] = [];

  add(kind: Kind, where: string, ours: string, theirs: string, known: string | undefined): void {
    this.all.push({ kind, where, ours, theirs, ...(known === undefined ? {} : { known }) });
  }
}

/** Whether both have the same ends. */
function frame(found: Differences, ours: OurFrame, theirs: TheirFrame, number: number): boolean {
  const differ = (kind: Kind, own: string, other: string) => {
    if (own !== other) found.add(kind, `frame ${number}`, own, other, knownFrame(kind, ours, theirs));
    return own !== other;
  };
  differ('time', ours.time, theirs.time);
  differ('length', `${ours.captured} of ${ours.original}`, `${theirs.captured} of ${theirs.original}`);
  // Link types that Peerscope does not decode have no number on tshark's side.
  const isSameLink = theirs.links.length === 0 ? ours.isUnknownLink : theirs.links.includes(ours.links[0]!);
  if (!isSameLink) differ('link type', ours.links.join(), theirs.links.join(' or '));
  // What is inside a layer that Peerscope does not read is told by the layer's name; before it both must agree.
  if (theirs.beyond !== undefined) found.add('addresses', `frame ${number}`, '', '', `not looked into: ${theirs.beyond}`);
  const isOther =
    differ('addresses', ours.ends.addresses, theirs.ends.addresses) || differ('ports', ours.ends.ports, theirs.ends.ports);
  if (!isOther && ours.payload !== undefined && theirs.payload !== undefined) differ('payload', ours.payload, theirs.payload);
  return !isOther;
}

function streams(found: Differences, ours: OurReading, theirs: TheirReading, others: ReadonlySet<number>) {
  const byFrame = new Map(ours.streams.flatMap((stream) => stream.frames.map((number) => [number, stream] as const)));
  let [count, bytes] = [0, 0];
  for (const their of theirs.streams) {
    const numbers = their.frames.filter((number) => {
      const frame = ours.frames[number - 1];
      return frame !== undefined && !frame.isCopy && !(isHeadless(frame) && !byFrame.has(number));
    });
    if (numbers.length === 0 || their.frames.some((number) => others.has(number))) continue;
    const where = `stream of frame ${their.frames[0]}`;
    const own = byFrame.get(numbers[0]!);
    if (own?.frames.some((number) => others.has(number))) continue;
    const segments = numbers.map((number) => ours.frames[number - 1]!);
    if (own === undefined || own.frames.join() !== numbers.join()) {
      const owners = numbers.map((number) => byFrame.get(number));
      const parts = [...new Set(owners)].map((part) =>
        part === undefined ? 'none' : `${part.frames.length} from ${part.frames[0]}`,
      );
      found.add('segments', where, parts.join(', '), `${numbers.length} from ${numbers[0]}`, knownSegments(segments, owners));
      continue;
    }
    count++;
    for (const side of own.sides) {
      const pair: StreamPair = {
        ours: side,
        theirs: their.sides.find(({ endpoint }) => endpoint === side.endpoint)?.bytes ?? '',
        segments,
      };
      bytes += byteCount(pair.theirs);
      if (side.bytes !== pair.theirs)
        found.add('stream', `${where} from ${side.endpoint}`, side.bytes, pair.theirs, knownStream(pair));
    }
  }
  return { streams: count, bytes };
}

function byteCount(stream: string): number {
  return stream.replace(/\[\d+\]/g, '').length / 2;
}
