/** A table of many lines that lives in the worker: sorted by its heads, with columns that can be resized; a line leads to its packets. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { TablePart } from '../../../extension/wire/inspector.ts';
import { PageElement } from '../../base/element.ts';
import { VirtualList } from '../../base/virtuallist.ts';
import { menuOf } from '../list/asfilter.ts';
import type { Call } from '../page/host.ts';
import { Resizing, type Widths } from '../page/resizing.ts';
import { Table } from '../page/table.ts';

const ROW_HEIGHT = 22;

export interface GridColumn<View, Id extends string> {
  readonly id: Id;
  readonly title: string;
  /** A CSS track size, until the user gives it a width. */
  readonly width: string;
  readonly says?: string;
  readonly number?: true;
  cell(view: View): TemplateResult | string;
}

/** What makes a table of the grid. */
export interface GridKind<View, Id extends string> {
  /** Begins the ids of its elements: `conversation-0`. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly GridColumn<View, Id>[];
  /** What a filter does not do to it, in a sentence. */
  readonly follows: string;
  readonly empty: string;
  ask(call: Call, part: { start: number; count: number; sort: Id; descending: boolean }): Promise<TablePart<View>>;
  /** The filter that leaves the packets of a line. */
  filter(view: View): string;
  /** What the menu of a line knows besides its filter. */
  about?(view: View): object;
}

export abstract class GridTable<View, Id extends string> extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    generation: { attribute: false },
    filter: { attribute: false },
    widths: { attribute: false },
    selected: { state: true },
  };
  declare call: Call;
  /** Of the capture: with another one the table is asked for again. */
  declare generation: number;
  declare selected: number;
  declare filter: string;
  /** That the user gave to columns, by `widthName`. */
  declare widths: Widths;
  readonly #kind: GridKind<View, Id>;
  readonly #resizing = new Resizing(this);
  #sort: Id;
  #descending = false;
  readonly #rows = new Table<View>(
    (start, count) => this.#kind.ask(this.call, { start, count, sort: this.#sort, descending: this.#descending }),
    () => this.requestUpdate(),
  );

  readonly #list: VirtualList<View>;

  constructor(kind: GridKind<View, Id>) {
    super();
    this.#kind = kind;
    this.#list = new VirtualList<View>(this, {
      rowHeight: ROW_HEIGHT,
      heads: '.columns',
      rows: () => this.#rows,
      selection: {
        id: kind.name,
        at: () => this.selected,
        go: (index) => {
          this.selected = index;
        },
        act: (key) => {
          if (key === 'Enter') this.#choose(this.selected);
          return key === 'Enter';
        },
      },
    });
    this.#sort = kind.columns[0]!.id;
    this.selected = 0;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('generation')) this.#rows.stale();
  }

  protected override updated(): void {
    const { columns } = this.#kind;
    const widths = this.#resizing.over(this.widths);
    const tracks = columns.map(({ id, width }) =>
      widths[this.#widthName(id)] === undefined ? width : `${widths[this.#widthName(id)]}px`,
    );
    this.style.setProperty('--grid-columns', tracks.join(' '));
  }

  protected override render(): TemplateResult {
    const { name, title, columns, follows, empty } = this.#kind;
    return html`${this.filter === '' ? nothing : html`<p class="follows">${follows}</p>`}<div id="${name}-heads" class="columns table-row grid-row" role="row" aria-rowindex="1">${columns.map((column) => this.#head(column))}</div>
      <div id="${name}-table" class="table viewport grid-table" role="grid" tabindex="0" aria-label=${title} aria-owns="${name}-heads"
        aria-colcount=${columns.length} aria-rowcount=${this.#rows.total + 1} data-vscode-context=${this.#menu(this.#rows.row(this.selected))}
        aria-activedescendant=${this.#list.active} @keydown=${this.#list.key}>
        ${this.#list.draw((view, index) => this.#row(view, index))}
      </div>
      ${this.#rows.problem === undefined ? nothing : html`<p class="hint error over" role="alert">${this.#rows.problem}</p>`}
      ${this.#rows.total === 0 && this.#rows.problem === undefined ? html`<p class="hint over" role="status">${this.#rows.ready ? empty : 'Reading…'}</p>` : nothing}`;
  }

  #head({ id, title, says, number }: GridColumn<View, Id>): TemplateResult {
    const sorted = id === this.#sort ? (this.#descending ? 'descending' : 'ascending') : 'none';
    return html`<button type="button" role="columnheader" aria-sort=${sorted} class=${number ? 'number' : ''} title="${says ?? title}. Shift and the arrow keys change its width"
      @click=${() => this.#sortBy(id)} @keydown=${(event: KeyboardEvent) => this.#resizing.key(event, this.#widthName(id))}>${title}${
        sorted === 'none' ? '' : sorted === 'ascending' ? ' ▲' : ' ▼'
      }${this.#resizing.grip(this.#widthName(id))}</button>`;
  }

  #row(view: View | undefined, index: number): TemplateResult {
    const { name, columns } = this.#kind;
    const selected = index === this.selected;
    return html`<div id="${name}-${index}" class="table-row grid-row ${selected ? 'selected' : ''}" role="row" aria-rowindex=${index + 2}
      aria-selected=${selected} data-vscode-context=${this.#menu(view)}
      @mousedown=${(event: MouseEvent) => this.#press(event, index)} @dblclick=${() => this.#choose(index)}
      title="Enter or a double click shows its packets">${
        view === undefined
          ? html`<span role="gridcell">…</span>`
          : columns.map(({ cell, number }) => html`<span role="gridcell" class=${number ? 'number' : ''}>${cell(view)}</span>`)
      }</div>`;
  }

  /** Of a line; the menu key opens that of the one that is selected. */
  #menu(view: View | undefined): string {
    const { filter, about } = this.#kind;
    return view === undefined ? menuOf('line', undefined) : menuOf('line', filter(view), about?.(view));
  }

  #sortBy(column: Id): void {
    // Who sorts by a number wants the largest first.
    const { columns } = this.#kind;
    const isNumber = columns.find(({ id }) => id === column)?.number === true && column !== columns[0]!.id;
    this.#descending = column === this.#sort ? !this.#descending : isNumber;
    this.#sort = column;
    this.selected = 0;
    this.#list.scrollTo(0);
    this.#rows.stale();
  }

  #press(event: MouseEvent, index: number): void {
    if (event.button === 0) this.selected = index;
  }

  #choose(index: number): void {
    const view = this.#rows.row(index);
    if (view !== undefined) this.dispatchEvent(new CustomEvent('narrow', { detail: this.#kind.filter(view) }));
  }

  /** Widths are remembered beside those of the packet list, which has columns of the same names. */
  #widthName(column: Id): string {
    return `${this.#kind.name}s.${column}`;
  }
}
