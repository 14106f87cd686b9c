/** The packet list as far as it is known here: fetches what is to be shown and tells when more of it came. */
import type { Overview, Row, Scan, Show } from '../../extension/wire/inspector.ts';
import { type Call, sentence } from './host.ts';
import { PAGE, Pages } from './pages.ts';
import type { Remembered } from './remembered.ts';
import type { Instant } from './texts.ts';

/** Between two looks at a filter that is still searching. */
const POLL = 100;

export class PacketList {
  /** Why rows are missing, when the last call for some failed. */
  problem: string | undefined;
  /** The time of the first frame. */
  start: Instant | undefined;
  readonly show: Show;
  /** What the list is narrowed to; empty for none. */
  readonly filter: string;
  /** How far the filter has come. */
  scan: Scan | undefined;
  /** The length of the list is known, also when it is none. */
  known = false;
  /** Fields that stand as columns. */
  readonly columns: readonly string[];
  readonly #call: Call;
  readonly #changed: () => void;
  readonly #pages = new Pages();
  #messages = -1;
  #askedStart = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ show, filter, columns }: Pick<Remembered, 'show' | 'filter' | 'columns'>, call: Call, changed: () => void) {
    this.show = show;
    this.filter = filter;
    this.columns = columns;
    this.#call = call;
    this.#changed = changed;
  }

  get total(): number {
    return this.#pages.total;
  }

  row(index: number): Row | undefined {
    return this.#pages.row(index);
  }

  overview(overview: Overview): void {
    const pages = this.#pages;
    if (overview.generation !== pages.generation) {
      pages.generation = overview.generation;
      pages.retry();
    }
    if (this.show === 'all' && this.filter === '') {
      pages.total = overview.rows;
      this.known = true;
      pages.uncertain = false;
    } else if (overview.messages !== this.#messages || overview.done) pages.uncertain = true;
    this.#messages = overview.messages;
    if (overview.frames > 0) void this.#findStart();
  }

  /** Fetches what is missing of rows `first` up to `end`. */
  need(first: number, end: number): void {
    for (const page of this.#pages.wanted(first, end, Date.now())) void this.#fetch(page);
  }

  retry(): void {
    this.problem = undefined;
    this.#pages.retry();
    this.#changed();
  }

  async #fetch(page: number): Promise<void> {
    const ticket = this.#pages.asked(page, Date.now());
    try {
      const answer = await this.#call('rows', {
        start: page * PAGE,
        count: PAGE,
        show: this.show,
        ...this.narrowed,
        ...this.#asColumns,
      });
      this.#pages.answered(ticket, answer);
      this.#follow(answer.scan);
      this.known = true;
      this.problem = undefined;
    } catch (error) {
      this.#pages.failed(ticket);
      this.problem = `These packets could not be read: ${sentence(error)}`;
    }
    this.#changed();
  }

  /** The filter as a part of a call. */
  get narrowed(): { filter?: string } {
    return this.filter === '' ? {} : { filter: this.filter };
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
      this.#pages.uncertain = true;
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
