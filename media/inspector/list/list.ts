/** The packet list as far as it is known here: fetches what is to be shown and tells when more of it came. */
import type { Overview, Row, Scan, Show, SortOrder } from '../../../extension/wire/inspector.ts';
import type { Instant } from '../../base/texts.ts';
import type { Call } from '../page/host.ts';
import { Paged } from '../page/paged.ts';
import type { Answer } from '../page/pages.ts';
import type { Remembered } from './remembered.ts';

/** Between two looks at a filter that is still searching. */
const POLL = 100;

export class PacketList extends Paged<Row> {
  /** The time of the first frame. */
  start: Instant | undefined;
  readonly show: Show;
  /** What the list is narrowed to; empty for none. */
  readonly filter: string;
  /** Undefined for the order of the capture. */
  readonly sort: SortOrder | undefined;
  /** How far the filter, or the sorting, has come. */
  scan: Scan | undefined;
  /** Fields that stand as columns. */
  readonly columns: readonly string[];
  readonly #call: Call;
  readonly #changed: () => void;
  /** The generation of the capture. */
  #capture = 0;
  /** How often the list was sorted. */
  #order: number | undefined;
  #messages = -1;
  #askedStart = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    { show, filter, columns, sort }: Pick<Remembered, 'show' | 'filter' | 'columns' | 'sort'>,
    call: Call,
    changed: () => void,
  ) {
    super('These packets could not be read');
    this.show = show;
    this.filter = filter;
    this.sort = sort;
    this.columns = columns;
    this.#call = call;
    this.#changed = changed;
  }

  overview(overview: Overview): void {
    if (overview.generation !== this.#capture) {
      this.#capture = overview.generation;
      this.renew(this.generation + 1);
      // Another file may have taken the place of the one whose start was asked for.
      this.#askedStart = false;
    }
    if (this.show === 'all' && this.filter === '' && this.sort === undefined) this.lengthen(overview.rows);
    else if (overview.messages !== this.#messages || overview.done) this.lengthen();
    this.#messages = overview.messages;
    if (overview.frames > 0) void this.#findStart();
  }

  protected changed(): void {
    this.#changed();
  }

  protected async fetch(start: number, count: number): Promise<Answer<Row>> {
    const asked = this.generation;
    const answer = await this.#call('rows', { start, count, show: this.show, ...this.narrowed, ...this.#asColumns });
    this.#follow(answer.scan);
    if (answer.order === this.#order) return { ...answer, generation: asked };
    // It was sorted anew: rows that are here are others now.
    this.#order = answer.order;
    this.renew(this.generation + 1);
    return { ...answer, generation: this.generation };
  }

  /** The filter and the order, as parts of a call. */
  get narrowed(): { filter?: string; sort?: SortOrder } {
    return { ...this.filtered, ...(this.sort === undefined ? {} : { sort: this.sort }) };
  }

  /** The filter as a part of a call, for whoever keeps the order of the capture. */
  get filtered(): { filter?: string } {
    return this.filter === '' ? {} : { filter: this.filter };
  }

  /** All its rows have their places. */
  get isSettled(): boolean {
    return this.sort === undefined || this.scan?.done === true;
  }

  get #asColumns(): { columns?: readonly string[] } {
    return this.columns.length === 0 ? {} : { columns: this.columns };
  }

  /** A filter that is still searching is asked again for the end of the list. */
  #follow(scan: Scan | undefined): void {
    this.scan = scan;
    clearTimeout(this.#timer);
    if (scan === undefined || scan.done) return;
    this.#timer = setTimeout(() => {
      this.lengthen();
      this.#changed();
    }, POLL);
  }

  async #findStart(): Promise<void> {
    if (this.#askedStart) return;
    this.#askedStart = true;
    try {
      const first = (await this.#call('rows', { start: 0, count: 1, show: 'all' })).rows[0];
      if (first === undefined) this.#askedStart = false;
      else this.start = first;
    } catch {
      // Times are absent until the next overview asks again; the list itself says what is wrong.
      this.#askedStart = false;
    }
    this.#changed();
  }
}
