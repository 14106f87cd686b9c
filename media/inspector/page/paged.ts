/** Rows that live in the worker, as far as they are known here: pages are fetched as they come into view. */
import { sentence } from '../../base/connection.ts';
import type { Rows } from '../../base/rows.ts';
import { type Answer, PAGE, Pages } from './pages.ts';

export abstract class Paged<T> implements Rows<T> {
  /** Why rows are missing, when the last call for some failed. */
  problem: string | undefined;
  readonly #pages = new Pages<T>();
  readonly #missing: string;
  #known = false;

  /** `missing` says that rows could not be read; the reason comes behind it. */
  constructor(missing: string) {
    this.#missing = missing;
  }

  protected abstract fetch(start: number, count: number): Promise<Answer<T>>;
  /** There are other rows than before, or a problem. */
  protected abstract changed(): void;

  /** The length is known, also when it is none. */
  get known(): boolean {
    return this.#known;
  }

  get total(): number {
    return this.#pages.total;
  }

  get generation(): number {
    return this.#pages.generation;
  }

  row(index: number): T | undefined {
    return this.#pages.row(index);
  }

  need(first: number, end: number): void {
    for (const page of this.#pages.wanted(first, end, Date.now())) void this.#ask(page);
  }

  /** Asks again for what failed. */
  retry(): void {
    this.problem = undefined;
    this.#pages.retry();
    this.changed();
  }

  /** Every row may have changed: those that are here stay in view until newer ones come. */
  protected renew(generation: number): void {
    this.#pages.generation = generation;
    this.#pages.retry();
  }

  /** The length is known without an answer; or it has changed, and only an answer can say how. */
  protected lengthen(total?: number): void {
    this.#pages.uncertain = total === undefined;
    if (total === undefined) return;
    this.#pages.total = total;
    this.#known = true;
  }

  async #ask(page: number): Promise<void> {
    const ticket = this.#pages.asked(page, Date.now());
    try {
      this.#pages.answered(ticket, await this.fetch(page * PAGE, PAGE));
      this.#known = true;
      this.problem = undefined;
    } catch (error) {
      this.#pages.failed(ticket);
      this.problem = `${this.#missing}: ${sentence(error)}`;
    }
    this.changed();
  }
}
