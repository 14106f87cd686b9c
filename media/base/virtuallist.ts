/**
 * A list of any length, as a part of the element that shows it: it draws the rows in view, fetches what it lacks of them, keeps
 * its place while they change, and moves one selection with the keys and the mouse. The element renders
 *
 *     <div class="viewport" tabindex="0" aria-activedescendant=${list.active} @keydown=${list.key}>${list.draw(row)}</div>
 *
 * and gives each row the id `ID-INDEX`: the focus stays on the viewport, and which row is meant is told by that id.
 */
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { goal, isForeign } from './listkeys.ts';
import type { Rows } from './rows.ts';
import { rowsPerPage } from './scale.ts';
import { Scroller } from './scroller.ts';
import { Trailing } from './trailing.ts';

/** How a row is chosen: alone, all from the first chosen one up to it, or one more or less. */
export type Pick = 'alone' | 'extend' | 'toggle';

/** One row at a time is selected; the element holds which. */
export interface Selection {
  /** Begins the ids of the elements of rows: `packet` makes `packet-0`. */
  readonly id: string;
  /** The place of the selected row; -1 for none, or for one that is not in the list. */
  at(): number;
  /** The user goes to a row: it is selected alone, or together with others. The list brings it into view. */
  go(index: number, how: Pick): void;
  /** Selects every row. */
  all?(): void;
  /** What a key does that leads to no other row; false where it does nothing, and is left to whatever is around. */
  act?(key: string): boolean;
  /** Ctrl changes nothing about a key: it is no shortcut of the editor here. */
  readonly withControl?: true;
}

/** What makes a list. Its functions are asked anew whenever the element is drawn. */
export interface Listing<T> {
  /** In pixels; the style sheet says so too, or takes `--row-height`, which the viewport has. */
  readonly rowHeight: number | (() => number);
  /** Undefined while there is no list. */
  rows(): Rows<T> | undefined;
  /** Absent where the selection is no whole row. */
  readonly selection?: Selection;
  /** Finds the heads of its columns, which stand outside of the viewport and go along to the side. */
  readonly heads?: string;
  /** Whoever sees the last row goes on seeing it when more come. */
  follows?(): boolean;
}

export class VirtualList<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #listing: Listing<T>;
  readonly #scroller: Scroller;
  readonly #trailing = new Trailing();
  #looking: ReturnType<typeof setTimeout> | undefined;
  #rows: Rows<T> | undefined;
  #first = 0;
  #end = 0;

  constructor(host: ReactiveControllerHost & HTMLElement, listing: Listing<T>) {
    this.#host = host;
    this.#listing = listing;
    const { rowHeight, heads } = listing;
    this.#scroller = new Scroller(host, typeof rowHeight === 'number' ? () => rowHeight : rowHeight, heads);
    host.addController(this);
  }

  /** After the element has taken what it is given, and before it renders. */
  hostUpdate(): void {
    const rows = this.#listing.rows();
    const total = rows?.total ?? 0;
    const scroller = this.#scroller;
    if (total > scroller.rows && scroller.atEnd && this.#listing.follows?.()) scroller.reveal(total - 1);
    scroller.rows = total;
    const wanted = scroller.range(rows?.known ?? true);
    const drawn = rows === undefined ? wanted : this.#trailing.choose(rows, wanted, performance.now());
    scroller.draw(drawn);
    this.#rows = rows;
    this.#first = drawn.first;
    this.#end = drawn.end;
    this.#lookAgain();
  }

  hostDisconnected(): void {
    clearTimeout(this.#looking);
  }

  /** Rows that never come bring no update by themselves. */
  #lookAgain(): void {
    clearTimeout(this.#looking);
    const { due } = this.#trailing;
    if (due !== undefined) this.#looking = setTimeout(() => this.#host.requestUpdate(), Math.max(0, due - performance.now()));
  }

  /** The rows in view, each as `line` draws it; undefined for one that is not here yet. */
  draw(line: (row: T | undefined, index: number) => TemplateResult): TemplateResult {
    const lines = Array.from({ length: Math.max(0, this.#end - this.#first) }, (_, at) => {
      const index = this.#first + at;
      return line(this.#rows?.row(index), index);
    });
    return html`<div class="spacer" role="presentation"><div class="rows" role="presentation">${lines}</div></div>`;
  }

  /** The rows in view that are here. */
  get shown(): readonly T[] {
    const rows = Array.from({ length: Math.max(0, this.#end - this.#first) }, (_, at) => this.#rows?.row(this.#first + at));
    return rows.filter((row) => row !== undefined);
  }

  /** For `aria-activedescendant`: the id of the selected row while it is drawn. */
  get active(): string | typeof nothing {
    const { selection } = this.#listing;
    const at = selection?.at() ?? -1;
    return selection !== undefined && at >= this.#first && at < this.#end ? `${selection.id}-${at}` : nothing;
  }

  get #total(): number {
    return this.#listing.rows()?.total ?? 0;
  }

  /** How many rows Page Up and Page Down go. */
  get page(): number {
    return rowsPerPage(this.#scroller.extent);
  }

  /** The last row is in view. */
  get atEnd(): boolean {
    return this.#scroller.atEnd;
  }

  /** Brings a row into view, as soon as there is room to see it in. */
  reveal(index: number): void {
    this.#scroller.reveal(index);
  }

  /** Pixels of the list above the viewport. */
  get top(): number {
    return this.#scroller.top;
  }

  scrollTo(top: number): void {
    this.#scroller.scrollTo(top);
  }

  /** Selects a row, or the nearest that there is, and brings it into view. */
  go(index: number, how: Pick = 'alone'): void {
    const total = this.#total;
    if (total === 0) return;
    const to = Math.max(0, Math.min(index, total - 1));
    this.#scroller.reveal(to);
    this.#listing.selection?.go(to, how);
  }

  /** For `keydown`. */
  readonly key = (event: KeyboardEvent): void => {
    const { selection } = this.#listing;
    const total = this.#total;
    if (selection === undefined || total === 0) return;
    if (isForeign(event, selection.withControl)) return;
    if (event.ctrlKey && event.key === 'a' && selection.all !== undefined) {
      selection.all();
      event.preventDefault();
      return;
    }
    const to = goal(event.key, { at: selection.at(), total, page: this.page });
    if (to !== undefined) this.go(to, event.shiftKey ? 'extend' : 'alone');
    else if (selection.act?.(event.key) !== true) return;
    event.preventDefault();
  };

  /** For `mousedown` on a row: selects it and gives the list the focus, without the browser scrolling by itself. */
  press(event: MouseEvent, index: number): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#host.querySelector<HTMLElement>('.viewport')?.focus({ preventScroll: true });
    this.go(index, event.shiftKey ? 'extend' : event.ctrlKey || event.metaKey ? 'toggle' : 'alone');
  }
}
