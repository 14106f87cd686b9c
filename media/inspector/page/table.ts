/** A table that the worker makes of the whole capture once it is read. */
import type { TablePart } from '../../../extension/wire/inspector.ts';
import { Paged } from './paged.ts';
import type { Answer } from './pages.ts';

/** Before a capture that is still being read is asked again. */
const POLL = 250;

export class Table<T> extends Paged<T> {
  /** The table is made; until then it has no rows. */
  ready = false;
  readonly #ask: (start: number, count: number) => Promise<TablePart<T>>;
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `total` where its length is known before the first answer. */
  constructor(ask: (start: number, count: number) => Promise<TablePart<T>>, changed: () => void, total?: number) {
    super('This table could not be read');
    this.#ask = ask;
    this.#changed = changed;
    this.lengthen(total);
  }

  override get known(): boolean {
    return this.ready;
  }

  /** Its rows are to be asked for again: they are others now, or in another order. */
  stale(): void {
    this.problem = undefined;
    clearTimeout(this.#timer);
    this.renew(this.generation + 1);
    this.changed();
  }

  protected changed(): void {
    this.#changed();
  }

  protected async fetch(start: number, count: number): Promise<Answer<T>> {
    const asked = this.generation;
    const { rows, total, ready } = await this.#ask(start, count);
    if (asked === this.generation) {
      this.ready = ready;
      clearTimeout(this.#timer);
      if (!ready) this.#timer = setTimeout(() => this.stale(), POLL);
    }
    // Its order changes more often than the capture does: what counts is what was asked for last.
    return { rows, total, generation: asked };
  }
}
