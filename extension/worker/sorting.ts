/** The rows of a list in the order of a column. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import { type FieldCatalog, FilterRow } from '../../dissector/filter/index.ts';
import type { Row, Scan, Show, SortOrder } from '../wire/inspector.ts';
import { cellText } from './cells.ts';
import { mergeSort } from './mergesort.ts';
import { rowView } from './rows.ts';
import { yieldToLoop } from './yieldtoloop.ts';

const SLICE_MS = 12;
/** Rows of a sorted list, at most: their keys are held in memory. */
export const MOST_SORTED = 1_000_000;
/** Characters of a text that count. */
const LONGEST_KEY = 100;
/** Rows between two steps. */
const STRIDE = 64;

/** The list that is sorted; `isWhole` once all its rows are known. */
export interface Unsorted {
  readonly total: number;
  readonly isWhole: boolean;
  at(row: number): number;
}

/** As people read them: 10.0.0.9 before 10.0.0.10. */
const collator = new Intl.Collator('en', { numeric: true });

export class Sorting {
  readonly order: SortOrder;
  readonly list: () => Unsorted;
  readonly #analysis: Analysis;
  readonly #show: Show;
  readonly #catalog: FieldCatalog;
  /** By sorted row, the row of the list. */
  #rows = new Uint32Array(0);
  /** Rows of the list when it was sorted. */
  #sorted = -1;
  #progress = 0;
  #isRunning = false;
  #isStopped = false;
  /** Grows with each time that it was sorted: rows have come meanwhile. */
  version = 0;

  /** `list` gives the rows by now. Throws an Error with a sentence for a list that is too long. */
  constructor(analysis: Analysis, show: Show, order: SortOrder, catalog: FieldCatalog, list: () => Unsorted) {
    this.#analysis = analysis;
    this.#show = show;
    this.order = order;
    this.#catalog = catalog;
    this.list = list;
    this.look();
  }

  /** Another order takes its place. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Sorts anew where rows have come. Throws an Error with a sentence for a list that is too long. */
  look(): void {
    const { total } = this.list();
    if (total > MOST_SORTED)
      throw new Error(
        `A list of more than ${MOST_SORTED.toLocaleString('en')} rows is not sorted: a filter leaves fewer, and a click on the head ends the order`,
      );
    if (this.#isRunning || this.#sorted === total) return;
    this.#isRunning = true;
    this.#wait();
  }

  /** None before it was sorted for the first time. */
  get total(): number {
    return this.#rows.length;
  }

  get scan(): Scan {
    const { total, isWhole } = this.list();
    return { scanned: this.#isRunning ? Math.min(this.#progress, total) : total, of: total, done: !this.#isRunning && isWhole };
  }

  /** The row of the list that stands at a sorted row. */
  at(row: number): number {
    const at = this.#rows[row];
    if (at === undefined) throw new RangeError(`row ${row} of ${this.#rows.length} that are sorted`);
    return at;
  }

  /** Where a row of the list stands; the first where it is not there yet. */
  rowOf(unsorted: number): number {
    return Math.max(0, this.#rows.indexOf(unsorted));
  }

  /** What is still read moves. */
  #wait(): void {
    if (this.#isStopped) return;
    const list = this.list();
    if (!list.isWhole) {
      setTimeout(() => this.#wait(), SLICE_MS);
      return;
    }
    const steps = this.#sort(list);
    const slice = (): void => {
      if (this.#isStopped) return;
      const end = performance.now() + SLICE_MS;
      do if (steps.next().done) return;
      while (performance.now() < end);
      yieldToLoop(slice);
    };
    slice();
  }

  *#sort(list: Unsorted): Generator<void, void> {
    const { total } = list;
    this.#progress = 0;
    const { by, descending } = this.order;
    const sign = descending ? -1 : 1;
    const keys = yield* this.#keys(list, total, by);
    // Those without a time are equal: infinities have no difference.
    const order = (a: number, b: number): number => (a === b ? 0 : a < b ? -sign : sign);
    this.#rows = yield* mergeSort(total, (a, b) => order(keys[a]!, keys[b]!));
    this.#sorted = total;
    this.#isRunning = false;
    this.version++;
  }

  /** A number a row; equal ones for what stands the same in the column. */
  *#keys(list: Unsorted, total: number, by: string): Generator<void, Float64Array> {
    const keys = new Float64Array(total);
    const texts = new Map<string, number>();
    const numberOf = this.#numbers(by);
    const textOf = this.#texts(by);
    for (let row = 0; row < total; row++) {
      const position = list.at(row);
      if (numberOf !== undefined) keys[row] = numberOf(position);
      else {
        const text = textOf(position).slice(0, LONGEST_KEY);
        const known = texts.get(text);
        keys[row] = known ?? texts.size;
        if (known === undefined) texts.set(text, texts.size);
      }
      this.#progress = row;
      if (row % STRIDE === 0) yield;
    }
    if (numberOf !== undefined) return keys;
    // Each text is compared with others once, however many rows have it.
    const all = [...texts.keys()];
    const sorted = yield* mergeSort(all.length, (a, b) => collator.compare(all[a]!, all[b]!));
    const ranks = new Float64Array(all.length);
    for (const [rank, text] of sorted.entries()) {
      const before = sorted[rank - 1];
      ranks[text] = before !== undefined && collator.compare(all[before]!, all[text]!) === 0 ? ranks[before]! : rank;
      if (rank % STRIDE === 0) yield;
    }
    for (let row = 0; row < total; row++) keys[row] = ranks[keys[row]!]!;
    return keys;
  }

  /** Of the columns that hold numbers. */
  #numbers(by: string): ((position: number) => number) | undefined {
    const analysis = this.#analysis;
    const { frames } = analysis.reader;
    const frameOf = (position: number): number => analysis.rowAt(this.#show, position).frame;
    if (by === 'frame') return frameOf;
    if (by !== 'time') return undefined;
    // Counted from the first frame, nanoseconds of a hundred days are exact.
    const first = frames.length > 0 && frames.hasTime(0) ? frames.seconds(0) : 0;
    return (position) => {
      const index = frameOf(position) - 1;
      return frames.hasTime(index) ? (frames.seconds(index) - first) * 1e9 + frames.nanos(index) : Number.NEGATIVE_INFINITY;
    };
  }

  #texts(by: string): (position: number) => string {
    const analysis = this.#analysis;
    if (isOwn(by)) return (position) => rowView(analysis, this.#show, position)[by];
    const field = this.#catalog.find(by);
    const row = new FilterRow(analysis);
    return (position) => {
      const { frame, n } = analysis.rowAt(this.#show, position);
      return cellText(field, row.at(frame, n));
    };
  }
}

const own = ['source', 'destination', 'protocol', 'message', 'info'] as const satisfies readonly (keyof Row)[];

function isOwn(by: string): by is (typeof own)[number] {
  return (own as readonly string[]).includes(by);
}
