/** A table that lives in the worker, as far as it is known here: parts are fetched as they come into view. */
import type { TablePart } from '../../extension/wire/inspector.ts';
import { sentence } from './host.ts';

const PART = 100;
/** Before a capture that is still being read is asked again. */
const POLL = 250;

export class Paged<T> {
  total = 0;
  ready = false;
  problem: string | undefined;
  readonly #fetch: (start: number, count: number) => Promise<TablePart<T>>;
  readonly #changed: () => void;
  readonly #parts = new Map<number, readonly T[]>();
  readonly #asked = new Set<number>();
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(fetch: (start: number, count: number) => Promise<TablePart<T>>, changed: () => void) {
    this.#fetch = fetch;
    this.#changed = changed;
  }

  row(index: number): T | undefined {
    return this.#parts.get(Math.floor(index / PART))?.[index % PART];
  }

  /** Fetches what is missing of rows `first` up to `end`; the first part in any case, which tells how many there are. */
  need(first: number, end: number): void {
    const last = Math.max(0, Math.min(end, this.total) - 1);
    for (let part = Math.floor(Math.min(first, last) / PART); part <= Math.floor(last / PART); part++) {
      if (this.#parts.has(part) || this.#asked.has(part)) continue;
      this.#asked.add(part);
      void this.#ask(part, this.#turn);
    }
  }

  /** Everything may have changed: rows stay in view until newer ones come. */
  stale(): void {
    this.#turn++;
    this.#asked.clear();
    this.problem = undefined;
    void this.#ask(0, this.#turn);
  }

  async #ask(part: number, turn: number): Promise<void> {
    try {
      const { rows, total, ready } = await this.#fetch(part * PART, PART);
      if (turn !== this.#turn) return;
      // The first answer after a change clears what was there before.
      if (part === 0 && !this.#asked.has(0)) {
        this.#parts.clear();
        this.#asked.add(0);
      }
      this.total = total;
      this.ready = ready;
      this.#parts.set(part, rows);
      if (!ready) this.#again();
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem = `This table could not be read: ${sentence(error)}`;
    }
    this.#changed();
  }

  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stale(), POLL);
  }
}
