/** The rows that a filter leaves: found in slices, so that the first are there at once and requests are answered meanwhile. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import { type Filter, FilterRow } from '../../dissector/filter/index.ts';
import type { Scan, Show } from '../wire/inspector.ts';
import { yieldToLoop } from './yieldtoloop.ts';

const SLICE_MS = 12;
/** Rows between two looks at the clock. */
const STRIDE = 64;

export class Filtering {
  readonly filter: Filter;
  readonly show: Show;
  readonly generation: number;
  readonly #analysis: Analysis;
  readonly #row: FilterRow;
  /** Positions in the whole list, ascending. */
  #hits = new Uint32Array(1024);
  #count = 0;
  #scanned = 0;
  #stopped = false;
  #running = false;
  readonly #ready: () => boolean;

  /** `ready` says whether the list has all its rows; until then it is not worth looking: rows still move. */
  constructor(analysis: Analysis, filter: Filter, show: Show, generation: number, ready: () => boolean) {
    this.#analysis = analysis;
    this.#row = new FilterRow(analysis);
    this.filter = filter;
    this.show = show;
    this.generation = generation;
    this.#ready = ready;
    this.look();
  }

  /** Another filter takes its place. */
  stop(): void {
    this.#stopped = true;
  }

  /** Looks on where rows have come since it was done. */
  look(): void {
    if (this.#running || (this.#scanned === this.#analysis.rowCount(this.show) && this.#isReady)) return;
    this.#running = true;
    this.#slice();
  }

  get count(): number {
    return this.#count;
  }

  get scan(): Scan {
    const of = this.#analysis.rowCount(this.show);
    return { scanned: this.#scanned, of, done: this.#scanned === of && this.#isReady };
  }

  #isReady = false;

  /** The position in the whole list of a row of the filtered one. */
  at(row: number): number {
    if (row < 0 || row >= this.#count) throw new RangeError(`row ${row} of ${this.#count} that match`);
    return this.#hits[row]!;
  }

  /** The first row at or after a frame, as far as it was looked. */
  ofFrame(frame: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#analysis.rowAt(this.show, this.#hits[middle]!).frame < frame) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, Math.min(low, this.#count - 1));
  }

  #slice(): void {
    if (this.#stopped) return;
    this.#isReady ||= this.#ready();
    if (!this.#isReady) {
      setTimeout(() => this.#slice(), SLICE_MS);
      return;
    }
    const end = performance.now() + SLICE_MS;
    const total = this.#analysis.rowCount(this.show);
    while (this.#scanned < total && performance.now() < end) {
      const stop = Math.min(total, this.#scanned + STRIDE);
      for (; this.#scanned < stop; this.#scanned++) this.#look(this.#scanned);
    }
    this.#running = this.#scanned < total;
    if (this.#running) yieldToLoop(() => this.#slice());
  }

  #look(position: number): void {
    const { frame, n } = this.#analysis.rowAt(this.show, position);
    if (!this.filter.matches(this.#row.at(frame, n))) return;
    if (this.#count === this.#hits.length) {
      const larger = new Uint32Array(this.#hits.length * 2);
      larger.set(this.#hits);
      this.#hits = larger;
    }
    this.#hits[this.#count++] = position;
  }
}
