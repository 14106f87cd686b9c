/** The conversations of the capture: a table to sort, whose lines narrow the list of packets. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { ConversationColumn, ConversationView } from '../../extension/wire/inspector.ts';
import { menuOf } from './asfilter.ts';
import { PageElement } from './element.ts';
import { endpointCell } from './endpoint.ts';
import type { Call } from './host.ts';
import { goal, isForeign } from './moving.ts';
import { Paged } from './paged.ts';
import { Resizing, type Widths } from './resizing.ts';
import { rowsPerPage } from './scale.ts';
import { Scroller } from './scroller.ts';
import { hueOf } from './texts.ts';

const ROW_HEIGHT = 22;
const HUES = 5;

interface Column {
  readonly id: ConversationColumn;
  readonly title: string;
  /** A CSS track size, until the user gives it a width. */
  readonly width: string;
  readonly says?: string;
  readonly number?: true;
  cell(view: ConversationView): TemplateResult | string;
}

const pair = ([there, back]: readonly [number, number]): string => `${grouped(there)} / ${grouped(back)}`;
const grouped = (value: number): string => value.toLocaleString('en-US');
const seconds = (value: number | null): string => (value === null ? '' : value.toFixed(3));

const columns: readonly Column[] = [
  { id: 'id', width: '5ch', title: 'No.', number: true, cell: ({ id }) => String(id) },
  { id: 'a', width: 'minmax(80px, 1.4fr)', title: 'From', cell: ({ a }) => endpointCell(a) },
  { id: 'b', width: 'minmax(80px, 1.4fr)', title: 'To', cell: ({ b }) => endpointCell(b) },
  {
    id: 'protocol',
    width: 'minmax(104px, 1fr)',
    title: 'Protocol',
    cell: ({ protocol, transport }) =>
      html`<span class="hue hue-${protocol === '' ? 'none' : hueOf(protocol, HUES)}" aria-hidden="true"></span>${protocol === '' ? transport : `${protocol}, ${transport}`}`,
  },
  {
    id: 'packets',
    width: 'minmax(98px, 0.9fr)',
    title: 'Packets →/←',
    says: 'Packets from and to, → / ←',
    number: true,
    cell: ({ packets }) => pair(packets),
  },
  {
    id: 'bytes',
    width: 'minmax(104px, 1.1fr)',
    title: 'Bytes →/←',
    says: 'Bytes on the wire from and to, → / ←',
    number: true,
    cell: ({ bytes }) => pair(bytes),
  },
  {
    id: 'start',
    width: 'minmax(56px, 0.6fr)',
    title: 'Start',
    says: 'Seconds from the first frame of the capture',
    number: true,
    cell: ({ start }) => seconds(start),
  },
  {
    id: 'seconds',
    width: 'minmax(56px, 0.6fr)',
    title: 'Length',
    says: 'Seconds from its first frame to its last',
    number: true,
    cell: (view) => seconds(view.seconds),
  },
  {
    id: 'messages',
    width: 'minmax(56px, 0.6fr)',
    title: 'Msgs',
    says: 'Messages',
    number: true,
    cell: ({ messages }) => grouped(messages),
  },
  {
    id: 'encrypted',
    width: 'minmax(56px, 0.6fr)',
    title: 'Opened',
    says: 'Messages that a key opened, of those that travelled encrypted',
    number: true,
    cell: opened,
  },
  {
    id: 'findings',
    width: 'minmax(56px, 0.6fr)',
    title: 'Finds',
    says: 'Findings',
    number: true,
    cell: ({ findings }) => (findings === 0 ? '' : grouped(findings)),
  },
];

/** Widths are remembered beside those of the packet list, which has columns of the same names. */
function widthName(column: ConversationColumn): string {
  return `conversations.${column}`;
}

/** Of what travelled encrypted, how much a key opened. */
function opened({ encrypted, opened: open }: ConversationView): string {
  return encrypted === 0 ? '' : `${grouped(open)} of ${grouped(encrypted)}`;
}

export class Conversations extends PageElement {
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
  readonly #resizing = new Resizing(this);
  readonly #scroller = new Scroller(this, ROW_HEIGHT);
  #sort: ConversationColumn = 'id';
  #descending = false;
  readonly #rows = new Paged<ConversationView>(
    (start, length) => this.call('conversations', { start, count: length, sort: this.#sort, descending: this.#descending }),
    () => this.requestUpdate(),
  );

  constructor() {
    super();
    this.selected = 0;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('generation')) this.#rows.stale();
  }

  protected override updated(): void {
    const widths = this.#resizing.over(this.widths);
    const tracks = columns.map(({ id, width }) => (widths[widthName(id)] === undefined ? width : `${widths[widthName(id)]}px`));
    this.style.setProperty('--conversation-columns', tracks.join(' '));
  }

  protected override render(): TemplateResult {
    this.#scroller.rows = this.#rows.total;
    const { first, end } = this.#scroller.range();
    this.#rows.need(first, end);
    const seen = this.selected >= first && this.selected < end;
    return html`${this.filter === '' ? nothing : html`<p class="follows">All conversations of the capture: the filter narrows the graph, not this table.</p>`}<div id="conversation-heads" class="columns table-row conversation" role="row" aria-rowindex="1">${columns.map((column) => this.#head(column))}</div>
      <div id="conversation-table" class="table viewport" role="grid" tabindex="0" aria-label="Conversations" aria-owns="conversation-heads"
        aria-colcount=${columns.length} aria-rowcount=${this.#rows.total + 1}
        aria-activedescendant=${seen ? `conversation-${this.selected}` : nothing} @keydown=${this.#key}>
        <div class="spacer" role="presentation"><div class="rows" role="presentation">
          ${Array.from({ length: Math.max(0, end - first) }, (_, index) => this.#row(first + index))}
        </div></div>
      </div>
      ${this.#rows.problem === undefined ? nothing : html`<p class="hint error over" role="alert">${this.#rows.problem}</p>`}
      ${this.#rows.total === 0 && this.#rows.problem === undefined ? html`<p class="hint over" role="status">${this.#rows.ready ? 'No conversations: UDP and TCP alone have some' : 'Reading…'}</p>` : nothing}`;
  }

  #head({ id, title, says, number }: Column): TemplateResult {
    const sorted = id === this.#sort ? (this.#descending ? 'descending' : 'ascending') : 'none';
    return html`<button type="button" role="columnheader" aria-sort=${sorted} class=${number ? 'number' : ''} title="${says ?? title}. Shift and the arrow keys change its width"
      @click=${() => this.#sortBy(id)} @keydown=${(event: KeyboardEvent) => this.#resizing.key(event, widthName(id))}>${title}${
        sorted === 'none' ? '' : sorted === 'ascending' ? ' ▲' : ' ▼'
      }${this.#resizing.grip(widthName(id))}</button>`;
  }

  #row(index: number): TemplateResult {
    const view = this.#rows.row(index);
    const selected = index === this.selected;
    return html`<div id="conversation-${index}" class="table-row conversation ${selected ? 'selected' : ''}" role="row" aria-rowindex=${index + 2}
      aria-selected=${selected} data-vscode-context=${menuOf('line', view === undefined ? undefined : `conversation == ${view.id}`)}
      @mousedown=${(event: MouseEvent) => this.#press(event, index)} @dblclick=${() => this.#choose(index)}
      title="Enter or a double click shows its packets">${
        view === undefined
          ? html`<span role="gridcell">…</span>`
          : columns.map(({ cell, number }) => html`<span role="gridcell" class=${number ? 'number' : ''}>${cell(view)}</span>`)
      }</div>`;
  }

  #sortBy(column: ConversationColumn): void {
    // Who sorts by a number wants the largest first.
    const isNumber = columns.find(({ id }) => id === column)?.number === true && column !== 'id';
    this.#descending = column === this.#sort ? !this.#descending : isNumber;
    this.#sort = column;
    this.selected = 0;
    this.#scroller.toTop();
    this.#rows.stale();
  }

  #press(event: MouseEvent, index: number): void {
    if (event.button === 0) this.selected = index;
  }

  #choose(index: number): void {
    const view = this.#rows.row(index);
    if (view !== undefined) this.dispatchEvent(new CustomEvent('narrow', { detail: `conversation == ${view.id}` }));
  }

  #key(event: KeyboardEvent): void {
    if (isForeign(event)) return;
    const { total } = this.#rows;
    const to = goal(event.key, { at: this.selected, total, page: rowsPerPage(this.#scroller.extent) });
    if (event.key === 'Enter') this.#choose(this.selected);
    else if (to === undefined) return;
    else this.selected = to;
    event.preventDefault();
    this.#scroller.reveal(this.selected);
  }
}
