/**
 * What happens over time, counted in a bounded number of buckets in one pass: buckets last a power of ten seconds, and ten of
 * them become one when there would be too many. So nothing need be known of the times that follow, and a capture may grow.
 */

/**
 * What happened over time. Bucket `i` begins (`first` + i) × `per` × 10^`exponent` seconds after the first frame and ends where
 * the next begins; the lists have an entry a bucket, from the first frame of the capture to its last.
 */
export interface TimeBucketsView {
  readonly first: number;
  readonly per: 1 | 2 | 5;
  readonly exponent: number;
  readonly packets: readonly number[];
  /** On the wire. */
  readonly bytes: readonly number[];
  /** Messages by the gravest of their findings. */
  readonly error: readonly number[];
  readonly warning: readonly number[];
  readonly note: readonly number[];
}

/** Buckets that are counted in: more than ten times those shown, so that those shown are neither few nor of odd widths. */
const MOST_COUNTED = 4_000;
/** Buckets that are shown at most. */
export const MOST_SHOWN = 240;
/** Of a bucket, as a power of ten seconds: captures tell nanoseconds, but who brushes over time looks for no less than these. */
const FINEST = -6;

const series = ['packets', 'bytes', 'error', 'warning', 'note'] as const;
export type Series = (typeof series)[number];

/** Seconds at which bucket `index` of 10^`exponent` seconds begins: the number that its decimal text stands for. */
export function edge(index: number, exponent: number): number {
  const power = Number(`1e${Math.abs(exponent)}`);
  return exponent < 0 ? index / power : index * power;
}

export class TimeBuckets {
  #exponent = FINEST;
  /** Index of the bucket that the arrays begin with, and of the outermost ones that there are. */
  #first = 0;
  #lowest = 0;
  #highest = -1;
  readonly #counts = series.map(() => new Float64Array(MOST_COUNTED));

  /** Makes room for a time; what was counted stays. */
  reach(seconds: number): void {
    for (;;) {
      const index = this.#indexOf(seconds);
      if (this.#highest < this.#lowest) {
        this.#first = index;
        this.#lowest = index;
        this.#highest = index;
        return;
      }
      if (index >= this.#lowest && index <= this.#highest) return;
      const lowest = Math.min(index, this.#lowest);
      const highest = Math.max(index, this.#highest);
      if (highest - lowest < MOST_COUNTED) {
        this.#widen(lowest, highest);
        return;
      }
      this.#coarsen();
    }
  }

  /** Counts something at a time that was reached. */
  add(what: Series, seconds: number, amount = 1): void {
    const counts = this.#counts[series.indexOf(what)]!;
    counts[this.#indexOf(seconds) - this.#first]! += amount;
  }

  /** Put together to buckets of 1, 2 or 5 times a power of ten seconds, so many that they can be told apart. */
  view(): TimeBucketsView {
    const length = (per: number): number => Math.floor(this.#highest / per) - Math.floor(this.#lowest / per) + 1;
    let exponent = this.#exponent;
    let ten = 1;
    let per: 1 | 2 | 5 = 1;
    while (length(per * ten) > MOST_SHOWN) {
      if (per === 5) {
        exponent++;
        ten *= 10;
      }
      per = per === 1 ? 2 : per === 2 ? 5 : 1;
    }
    const width = per * ten;
    const first = Math.floor(this.#lowest / width);
    const [packets, bytes, error, warning, note] = this.#counts.map((counts) => {
      const together = Array<number>(Math.max(0, length(width))).fill(0);
      for (let index = this.#lowest; index <= this.#highest; index++)
        together[Math.floor(index / width) - first]! += counts[index - this.#first]!;
      return together;
    });
    return { first, per, exponent, packets: packets!, bytes: bytes!, error: error!, warning: warning!, note: note! };
  }

  /** Dividing may round across an edge; a filter that compares with the edge must find what was counted. */
  #indexOf(seconds: number): number {
    const exponent = this.#exponent;
    const index = Math.floor(exponent < 0 ? seconds * Number(`1e${-exponent}`) : seconds / Number(`1e${exponent}`));
    if (seconds < edge(index, exponent)) return index - 1;
    return seconds >= edge(index + 1, exponent) ? index + 1 : index;
  }

  /** What is free is shared by both ends: then it halves with each move, and times that leap to and fro cost few of them. */
  #widen(lowest: number, highest: number): void {
    const free = MOST_COUNTED - (highest - lowest + 1);
    if (lowest < this.#first || highest >= this.#first + MOST_COUNTED) this.#move(lowest - Math.floor(free / 2), 1);
    this.#lowest = lowest;
    this.#highest = highest;
  }

  #coarsen(): void {
    this.#exponent++;
    this.#move(Math.floor(this.#lowest / 10), 10);
    this.#lowest = Math.floor(this.#lowest / 10);
    this.#highest = Math.floor(this.#highest / 10);
  }

  /** Puts the counts into arrays that begin at another index, `ten` old buckets into one. */
  #move(first: number, ten: 1 | 10): void {
    for (const counts of this.#counts) {
      const before = counts.slice();
      counts.fill(0);
      for (let index = this.#lowest; index <= this.#highest; index++)
        counts[Math.floor(index / ten) - first]! += before[index - this.#first]!;
    }
    this.#first = first;
  }
}
