/** The rows that were fetched, by page. Old rows are kept until newer ones replace them, so a list that changes never flickers. */
export const PAGE = 200;
const KEPT_PAGES = 150;
const CALLS_AT_ONCE = 4;
/** A call that old no longer holds up others. */
const SLOW = 10_000;

interface Page<T> {
  readonly rows: readonly T[];
  readonly generation: number;
  /** How long the list was then: a page that was not full is worth asking again once the list has grown. */
  readonly total: number;
}

export interface Ticket {
  readonly page: number;
  readonly at: number;
  readonly generation: number;
}

export interface Answer<T> {
  readonly rows: readonly T[];
  readonly total: number;
  readonly generation: number;
}

export class Pages<T> {
  total = 0;
  generation = 0;
  /** The length of the list may have changed and only an answer can say how: the next calls ask for its end. */
  uncertain = true;
  readonly #pages = new Map<number, Page<T>>();
  readonly #asked = new Map<number, Ticket>();
  readonly #failed = new Set<number>();

  row(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.rows[index % PAGE];
  }

  /** The pages to ask for now in order to show rows `first` up to `end`, those in the middle of the view first. */
  wanted(first: number, end: number, now: number): number[] {
    const pages = new Set<number>();
    for (let page = Math.floor(first / PAGE); page * PAGE < Math.min(end, this.total); page++)
      if (this.#lacks(page)) pages.add(page);
    const last = Math.floor(this.total / PAGE);
    if (this.uncertain) pages.add(last);
    const middle = (first + end) / 2 / PAGE;
    const running = [...this.#asked.values()].filter(({ at }) => now - at < SLOW).length;
    return [...pages]
      .filter((page) => !this.#isAsked(page, now) && !this.#failed.has(page))
      .sort((a, b) => Math.abs(a + 0.5 - middle) - Math.abs(b + 0.5 - middle))
      .slice(0, Math.max(0, CALLS_AT_ONCE - running));
  }

  /** Notes that a page is asked for; the ticket belongs to the answer. */
  asked(page: number, now: number): Ticket {
    const ticket = { page, at: now, generation: this.generation };
    this.#asked.set(page, ticket);
    if (page === Math.floor(this.total / PAGE)) this.uncertain = false;
    return ticket;
  }

  answered(ticket: Ticket, answer: Answer<T>): void {
    const { page } = ticket;
    // A page asked for in this generation counts as of it, whatever the answer says: otherwise it would be asked for forever.
    const generation = Math.max(answer.generation, ticket.generation);
    this.#forget(ticket);
    if (generation < (this.#pages.get(page)?.generation ?? 0)) return;
    this.#pages.delete(page);
    this.#pages.set(page, { rows: answer.rows, generation, total: answer.total });
    if (this.#pages.size > KEPT_PAGES) this.#pages.delete(this.#pages.keys().next().value!);
    if (generation >= this.generation) this.total = answer.total;
  }

  failed(ticket: Ticket): void {
    this.#forget(ticket);
    this.#failed.add(ticket.page);
  }

  /** Lets pages that failed be asked for again. */
  retry(): void {
    this.#failed.clear();
    this.uncertain = true;
  }

  #isAsked(page: number, now: number): boolean {
    const ticket = this.#asked.get(page);
    return ticket !== undefined && ticket.generation === this.generation && now - ticket.at < SLOW;
  }

  #forget(ticket: Ticket): void {
    if (this.#asked.get(ticket.page) === ticket) this.#asked.delete(ticket.page);
  }

  #lacks(index: number): boolean {
    const page = this.#pages.get(index);
    if (page === undefined || page.generation < this.generation) return true;
    return page.rows.length < PAGE && this.total > page.total;
  }
}
