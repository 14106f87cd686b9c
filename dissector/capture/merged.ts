import { defaultLimits, type Limits, overLimit, type Problem } from '../bytes/index.ts';
import type { CaptureReader, FrameClock, FrameOrigin } from './capturereader.ts';
import type { CaptureInterface, CaptureSecrets, CaptureSection } from './catalog.ts';
import { FrameTable, hasOptionsFlag } from './frames.ts';
import type { PacketFacts, RawOption } from './rawoptions.ts';

/** Bytes of one file that are indexed at once, to find its next frame. */
const readAhead = 1 << 20;
const billion = 1_000_000_000;

/** One capture of several. */
export interface MergedPart {
  /** Name of its file: the description of each of its interfaces gets it. */
  readonly name: string;
  readonly reader: CaptureReader;
  /** Seconds by which its clock is ahead of that of the first part, as far as is known. */
  readonly ahead?: number;
}

interface Source extends MergedPart {
  /** The next of its frames to be taken, 0-based. */
  next: number;
  /** By its own interface index: that of the merged capture. */
  readonly interfaces: number[];
  /** By its own section index: that of the merged capture. */
  readonly sections: number[];
  /** Secrets and names that were taken over. */
  readonly taken: { secrets: number; names: number };
  isOver: boolean;
}

/**
 * Several captures as one: frames in the order of their times by the clock of the first part, each file's own order kept where times
 * are equal or missing. Frames keep the times of their files; `align` gives them those of the first part's clock. Files that grow
 * later are not followed.
 */
export class MergedReader implements CaptureReader {
  readonly format = 'pcapng';
  readonly frames = new FrameTable();
  readonly sections: CaptureSection[] = [];
  readonly interfaces: CaptureInterface[] = [];
  readonly secrets: CaptureSecrets[] = [];
  readonly names: Uint8Array[] = [];
  private readonly sources: readonly Source[];
  /** By interface: the source. */
  private readonly owners: Source[] = [];
  private readonly align: boolean;
  private readonly limits: Limits;
  private full: Problem | undefined;

  readonly clock: FrameClock = {
    hasTime: (index) => this.frames.hasTime(index),
    seconds: (index) => corrected(this.frames, index, this.left(index)).seconds,
    nanos: (index) => corrected(this.frames, index, this.left(index)).nanos,
  };

  constructor(
    parts: readonly MergedPart[],
    { align = false, limits = defaultLimits }: { readonly align?: boolean; readonly limits?: Limits } = {},
  ) {
    this.sources = parts.map((part) => ({
      ...part,
      ...{ next: 0, interfaces: [], sections: [], taken: { secrets: 0, names: 0 }, isOver: false },
    }));
    this.align = align;
    this.limits = limits;
  }

  get dropped(): ReadonlyMap<number, bigint> {
    const all = this.sources.flatMap(({ reader, interfaces }) =>
      [...reader.dropped].map(([own, count]): [number, bigint] => [interfaces[own]!, count]),
    );
    return new Map(all);
  }

  get problems(): readonly Problem[] {
    const own = this.sources.flatMap(({ reader }) => reader.problems);
    return this.full === undefined ? own : [...own, this.full];
  }

  get tail(): Problem | undefined {
    return this.sources.find(({ reader }) => reader.tail !== undefined)?.reader.tail;
  }

  get truncated(): boolean {
    return this.sources.some(({ reader }) => reader.truncated);
  }

  get unlisted(): number {
    return this.sources.reduce((sum, { reader }) => sum + reader.unlisted, 0);
  }

  get stopped(): boolean {
    return this.full !== undefined || this.sources.some(({ reader }) => reader.stopped);
  }

  get shrunk(): boolean {
    return this.sources.some(({ reader }) => reader.shrunk);
  }

  get position(): number {
    return this.sources.reduce((sum, { reader }) => sum + reader.position, 0);
  }

  step(maxBytes = Number.POSITIVE_INFINITY): boolean {
    for (let taken = 0; taken < maxBytes; ) {
      const source = this.earliest();
      if (source === undefined) return false;
      if (this.frames.length >= this.limits.frames) {
        this.full = overLimit(
          'frames',
          this.limits.frames,
          this.frames.length + 1,
          'Frames of the merged captures',
          this.position,
        );
        return false;
      }
      taken += this.take(source);
    }
    return true;
  }

  /** The source whose next frame is the earliest; none when all are at their end. */
  private earliest(): Source | undefined {
    let found: Source | undefined;
    let best = Number.POSITIVE_INFINITY;
    let bestNanos = 0;
    for (const source of this.sources) {
      if (!this.hasNext(source)) continue;
      const { frames } = source.reader;
      const { seconds, nanos } = corrected(frames, source.next, source.ahead);
      // A frame without a time comes before any that has one: nothing else says when it was.
      const at = Number.isNaN(seconds) ? Number.NEGATIVE_INFINITY : seconds;
      if (found === undefined || at < best || (at === best && nanos < bestNanos)) {
        found = source;
        best = at;
        bestNanos = nanos;
      }
    }
    return found;
  }

  private hasNext(source: Source): boolean {
    const { reader } = source;
    while (source.next >= reader.frames.length && !source.isOver) source.isOver = !reader.step(readAhead);
    this.takeOver(source);
    return source.next < reader.frames.length;
  }

  /** What a file holds beside its frames; a section of it is one here. */
  private takeOver(source: Source): void {
    const { name, reader, taken, interfaces, sections } = source;
    while (sections.length < reader.sections.length) sections.push(this.sections.push(reader.sections[sections.length]!) - 1);
    while (interfaces.length < reader.interfaces.length) {
      const one = reader.interfaces[interfaces.length]!;
      const description = one.description === undefined ? name : `${one.description} (${name})`;
      this.interfaces.push({ ...one, section: sections[one.section]!, description });
      interfaces.push(this.frames.addInterface(one.linkType));
      this.owners.push(source);
    }
    while (taken.secrets < reader.secrets.length) this.secrets.push(reader.secrets[taken.secrets++]!);
    while (taken.names < reader.names.length) this.names.push(reader.names[taken.names++]!);
  }

  /** Takes the next frame of a source, and answers how many bytes it has. */
  private take(source: Source): number {
    const { frames } = source.reader;
    const index = source.next++;
    const { seconds, nanos } = corrected(frames, index, this.align ? source.ahead : 0);
    const captured = frames.captured(index);
    const flags = frames.recordKind(index) | (frames.hasOptions(index) ? hasOptionsFlag : 0);
    const captureInterface = source.interfaces[frames.interfaceIndex(index)]!;
    this.frames.add(index, captured, frames.original(index), seconds, nanos, captureInterface, flags);
    return captured + 1;
  }

  /** What the clock of a frame's file is ahead, and its time still is. */
  private left(index: number): number {
    return this.align ? 0 : (this.owners[this.frames.interfaceIndex(index)]?.ahead ?? 0);
  }

  private place(index: number): { readonly source: Source; readonly index: number } | undefined {
    if (!(index >= 0 && index < this.frames.length)) return undefined;
    return { source: this.owners[this.frames.interfaceIndex(index)]!, index: this.frames.offset(index) };
  }

  frameBytes(index: number): Uint8Array {
    const place = this.place(index);
    return place === undefined ? new Uint8Array(0) : place.source.reader.frameBytes(place.index);
  }

  comments(index: number): string[] {
    const place = this.place(index);
    return place === undefined ? [] : place.source.reader.comments(place.index);
  }

  options(index: number): RawOption[] {
    const place = this.place(index);
    return place === undefined ? [] : place.source.reader.options(place.index);
  }

  facts(index: number): PacketFacts {
    const place = this.place(index);
    return place === undefined ? { comments: [] } : place.source.reader.facts(place.index);
  }

  /** There is no file that Wireshark could read: those of a merged one have the numbers of frames here. */
  wiresharkNumber(index: number): number {
    return index + 1;
  }

  origin(index: number): FrameOrigin {
    const { source, index: own } = this.place(index)!;
    return { file: source.name, index: own };
  }
}

/** A time of which `ahead` seconds are taken away. */
function corrected(frames: FrameClock, index: number, ahead = 0): { seconds: number; nanos: number } {
  const [seconds, nanos] = [frames.seconds(index), frames.nanos(index)];
  if (ahead === 0 || Number.isNaN(seconds)) return { seconds, nanos };
  const whole = Math.floor(ahead);
  const left = nanos - Math.round((ahead - whole) * billion);
  return { seconds: seconds - whole + Math.floor(left / billion), nanos: ((left % billion) + billion) % billion };
}
