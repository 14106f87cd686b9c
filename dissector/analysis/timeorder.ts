import type { FrameClock } from '../capture/index.ts';

/** The order in which frames are observed: that of their times, or that in which the file holds them. */
export type FrameOrder = 'time' | 'file';

export const frameOrders: readonly FrameOrder[] = ['time', 'file'];

/**
 * In which order the frames of a capture are observed. A card with several queues, a merged file, or a capture per side stored one
 * after the other hold frames that are older than those before them. Ranges of frames are put in order as they are indexed; what is
 * older than a range before it waits for `sort`, which orders all. Nothing is held while frames are in order; eight bytes a frame
 * are once they are not. A frame without a time stays behind the one that the file holds before it; of equal times the file's order
 * counts.
 */
export class TimeOrder {
  /** Frames that are older than one before them in the file, and the index of the first. */
  late = 0;
  first = -1;
  readonly #frames: FrameClock;
  readonly #isWanted: boolean;
  #length = 0;
  /** By place: the index of a frame, where that is not the place itself. */
  #indexes: Uint32Array | undefined;
  /** The other way round: by index, the place. */
  #places = new Uint32Array(0);
  /** A bit a frame: nothing says whether it was before or after a neighbour. */
  readonly #unknown: number[] = [];
  /** The latest time so far. */
  #seconds = Number.NEGATIVE_INFINITY;
  #nanos = 0;
  /** The time of the frame that the file holds before the next one. */
  #lastSeconds = Number.NaN;
  #lastNanos = 0;
  /** Frames that all were in order, or were sorted; how many times differ so far, up to 2. */
  #sorted = 0;
  #isStraight = true;
  #hasClock = false;
  #withoutTime = false;

  constructor(frames: FrameClock, order: FrameOrder) {
    this.#frames = frames;
    this.#isWanted = order === 'time';
  }

  /** Index of the frame that is observed at a place, both from 0. */
  at(place: number): number {
    return this.#indexes === undefined || place >= this.#length ? place : this.#indexes[place]!;
  }

  /** The place of the frame with this index, both from 0. */
  placeOf(index: number): number {
    return this.#indexes === undefined || index >= this.#length ? index : this.#places[index]!;
  }

  /** A frame is older than what was observed before it: only `sort` puts it in its place. */
  get isDisordered(): boolean {
    return !this.#isStraight;
  }

  /** As many frames again have come as were sorted before: to sort all now keeps the work of a growing capture in proportion. */
  get isDue(): boolean {
    return !this.#isStraight && this.#length >= this.#sorted * 2;
  }

  /** Whether the capture tells when a frame (0-based) was among its neighbours. */
  isKnown(index: number): boolean {
    return ((this.#unknown[index >>> 5] ?? 0) & (1 << (index & 31))) === 0;
  }

  /** Takes further frames, up to the index `end`: they are in order among themselves then. */
  extend(end: number): void {
    const frames = this.#frames;
    const start = this.#length;
    const [newestSeconds, newestNanos] = [this.#seconds, this.#nanos];
    let isRangeStraight = true;
    for (let index = start; index < end; index++) {
      const [seconds, nanos] = [frames.seconds(index), frames.nanos(index)];
      if (Number.isNaN(seconds)) {
        this.#withoutTime = true;
        if (this.#hasClock) this.#doubt(index);
        continue;
      }
      if (seconds === this.#lastSeconds && nanos === this.#lastNanos) this.#same(index);
      else if (!Number.isNaN(this.#lastSeconds)) this.#hasClock = true;
      [this.#lastSeconds, this.#lastNanos] = [seconds, nanos];
      if (seconds > this.#seconds || (seconds === this.#seconds && nanos >= this.#nanos)) {
        [this.#seconds, this.#nanos] = [seconds, nanos];
        continue;
      }
      if (this.late++ === 0) this.first = index;
      if (!this.#isWanted) continue;
      isRangeStraight = false;
      if (seconds < newestSeconds || (seconds === newestSeconds && nanos < newestNanos)) this.#isStraight = false;
    }
    this.#length = end;
    if (this.#indexes !== undefined || !isRangeStraight) this.#write(start, end);
    if (!isRangeStraight) this.#order(start, end);
  }

  /** Puts all frames in order that were taken so far. */
  sort(): void {
    this.#write(0, this.#length);
    this.#order(0, this.#length);
    this.#sorted = this.#length;
    this.#isStraight = true;
  }

  #write(start: number, end: number): void {
    let indexes = this.#indexes;
    if (indexes === undefined || indexes.length < end) {
      const longer = new Uint32Array(Math.ceil(end * 1.25));
      if (indexes === undefined) for (let at = 0; at < start; at++) longer[at] = at;
      else longer.set(indexes);
      indexes = longer;
      this.#places = new Uint32Array(longer.length);
      for (let at = 0; at < start; at++) this.#places[longer[at]!] = at;
    }
    for (let at = start; at < end; at++) indexes[at] = this.#places[at] = at;
    this.#indexes = indexes;
  }

  #order(start: number, end: number): void {
    const frames = this.#frames;
    const seconds = new Float64Array(end - start);
    const nanos = new Uint32Array(end - start);
    let [lastSeconds, lastNanos] = [Number.NEGATIVE_INFINITY, 0];
    for (let index = start; index < end; index++) {
      if (frames.hasTime(index)) [lastSeconds, lastNanos] = [frames.seconds(index), frames.nanos(index)];
      seconds[index - start] = lastSeconds;
      nanos[index - start] = lastNanos;
    }
    const range = this.#indexes!.subarray(start, end);
    range.sort((a, b) => {
      const [x, y] = [a - start, b - start];
      if (seconds[x] !== seconds[y]) return seconds[x]! < seconds[y]! ? -1 : 1;
      return nanos[x]! - nanos[y]! || a - b;
    });
    range.forEach((index, at) => {
      this.#places[index] = start + at;
    });
    for (let at = 1; at < range.length; at++) {
      const [before, after] = [range[at - 1]! - start, range[at]! - start];
      const isSame = seconds[before] === seconds[after] && nanos[before] === nanos[after];
      // What the file holds together was looked at as it came.
      if (isSame && after !== before + 1) {
        this.#doubt(before + start);
        this.#doubt(after + start);
      }
    }
    // Among sorted frames, one without a time may have been anywhere.
    if (this.#withoutTime) for (let index = start; index < end; index++) if (!frames.hasTime(index)) this.#doubt(index);
  }

  /** A frame has the time of the one before it: where the capture's clock moves at all, nothing says which was first. */
  #same(index: number): void {
    if (!this.#hasClock && this.late === 0) return;
    this.#doubt(index - 1);
    this.#doubt(index);
  }

  #doubt(index: number): void {
    if (!this.#isWanted) return;
    const word = index >>> 5;
    while (this.#unknown.length <= word) this.#unknown.push(0);
    this.#unknown[word]! |= 1 << (index & 31);
  }
}
