/** The packet list: a grid that draws the rows in view and moves one selection. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { Row } from '../../../extension/wire/inspector.ts';
import { PageElement } from '../../base/element.ts';
import { Sized } from '../../base/sized.ts';
import { absolute, hueOf } from '../../base/texts.ts';
import { VirtualList } from '../../base/virtuallist.ts';
import { Resizing } from '../page/resizing.ts';
import { signs } from '../page/signs.ts';
import { cellMenu } from './asfilter.ts';
import { type Column, columnsOf, NARROW, timeText, tracks } from './columns.ts';
import { endpointCell, namedEndpoint, portsText } from './endpoint.ts';
import { ColumnFit } from './fitting.ts';
import { Heads } from './heads.ts';
import type { PacketList } from './list.ts';
import type { PickedRows } from './picked.ts';
import type { Remembered } from './remembered.ts';

const ROW_HEIGHT = 22;
const HUES = 5;
/** The column of comments: those of the file, and of the user's own. */
const COMMENTS = 'frame.comment';
const badges: Partial<Record<Row['state'], { text: string; says: string }>> = {
  encrypted: { text: 'enc', says: 'Still encrypted' },
  malformed: { text: 'bad', says: 'Malformed' },
  incomplete: { text: 'cut', says: 'Incomplete: bytes are missing' },
};

export class Packets extends PageElement {
  static override properties: PropertyDeclarations = {
    list: { attribute: false },
    selected: { attribute: false },
    picked: { attribute: false },
    arranged: { attribute: false },
    live: { attribute: false },
    empty: { attribute: false },
  };
  declare list: PacketList;
  declare arranged: Remembered;
  /** The capture grows. */
  declare live: boolean;
  declare selected: number | undefined;
  /** The rows that are selected together with it. */
  declare picked: PickedRows;
  /** What to say where there is no row. */
  declare empty: string;
  readonly #lines = new VirtualList<Row>(this, {
    rowHeight: ROW_HEIGHT,
    heads: '.columns',
    rows: () => this.list,
    // Whoever watches the end of a capture that grows goes on watching it.
    follows: () => this.live,
    selection: {
      id: 'packet',
      at: () => this.selected ?? -1,
      go: (row, how) => void this.dispatchEvent(new CustomEvent('select-row', { detail: { row, how } })),
      all: () => void this.dispatchEvent(new CustomEvent('select-all')),
      withControl: true,
    },
  });
  #columns: readonly Column[] = [];
  #marks: ReadonlySet<number> = new Set();
  #comments: ReadonlyMap<number, string> = new Map();
  readonly #resizing = new Resizing(this);
  readonly #heads = new Heads(this, this.#resizing);
  readonly #fit = new ColumnFit();
  readonly #isNarrow = new Sized(this, false, (width) => width < NARROW);

  reveal(row: number): void {
    this.#lines.reveal(row);
  }

  /** Who comes back from another view finds the packet that is selected. */
  protected override firstUpdated(): void {
    if (this.selected !== undefined) this.reveal(this.selected);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('list') && changed.get('list') !== undefined) {
      this.#lines.scrollTo(0);
      this.#fit.clear();
    }
    this.#columns = columnsOf(this.list.columns, this.#isNarrow.value, this.arranged.order);
    this.#marks = new Set(this.arranged.marks);
    this.#comments = new Map(this.arranged.comments);
  }

  protected override updated(): void {
    this.#heads.updated();
    const { time, widths } = this.arranged;
    this.#fit.fit(this.#lines.shown, getComputedStyle(this).font);
    this.style.setProperty('--packet-columns', tracks(this.#columns, time, this.#resizing.over(widths), this.#fit.widths));
  }

  protected override render(): TemplateResult {
    const { list } = this;
    return html`
      ${this.#heads.draw(this.#columns, this.arranged)}
      <div id="packet-list" class="viewport" role="grid" tabindex="0" aria-label="Packets" aria-multiselectable="true" aria-owns="packet-heads"
        aria-colcount=${this.#columns.length} aria-rowcount=${list.total + 1} data-vscode-context=${this.#menu()}
        aria-activedescendant=${this.#lines.active} @keydown=${this.#lines.key} @mousedown=${this.#press}>
        ${this.#lines.draw((row, index) => this.#row(row, index))}
      </div>
      ${list.total === 0 && list.problem === undefined ? html`<p class="hint over" role="status">${this.empty}</p>` : nothing}
      ${list.problem === undefined ? nothing : this.#problem(list.problem)}`;
  }

  /** The menu key opens the menu of the row that is selected. */
  #menu(): string | typeof nothing {
    const row = this.selected === undefined ? undefined : this.list.row(this.selected);
    return row === undefined ? nothing : cellMenu(row, { id: 'message' });
  }

  #problem(text: string): TemplateResult {
    return html`<div class="strip error" role="alert"><span>${text}</span>
      <vscode-button secondary @click=${() => this.list.retry()}>Try again</vscode-button></div>`;
  }

  #row(row: Row | undefined, index: number): TemplateResult {
    const selected = index === this.selected || this.picked.has(index);
    const classes = [
      'packet-row',
      selected ? 'selected' : '',
      row === undefined ? 'unread' : `state-${row.state}`,
      row?.colour === undefined ? '' : `colour-${row.colour}`,
      row !== undefined && this.#marks.has(row.frame) ? 'marked' : '',
    ].join(' ');
    return html`<div id="packet-${index}" class=${classes} role="row" data-row=${index} data-frame=${row?.frame ?? nothing}
      aria-rowindex=${index + 2} aria-selected=${selected}>${row === undefined ? html`<span role="gridcell">…</span>` : this.#cells(row)}</div>`;
  }

  #cells(row: Row): TemplateResult[] {
    return this.#columns.map((column) => {
      const { text, title, mark } = this.#cell(row, column);
      const classes = `${column.isNumber ? 'number' : ''} ${column.id === 'protocol' ? 'protocol' : ''}`;
      return html`<span class=${classes} role="gridcell" data-vscode-context=${cellMenu(row, column)} title=${title ?? (typeof text === 'string' ? text : nothing)}>${mark ?? nothing}${text}</span>`;
    });
  }

  /** The text of a cell and what stands before it. */
  #cell(row: Row, { id, own }: Column): { text: string | TemplateResult; title?: string; mark?: TemplateResult | undefined } {
    if (own !== undefined) {
      const text = row.cells?.[own] ?? '';
      const comment = id === COMMENTS ? this.#comments.get(row.frame) : undefined;
      return { text: comment === undefined ? text : [comment, text].filter(Boolean).join('; ') };
    }
    switch (id) {
      case 'frame':
        return { text: String(row.frame), title: '', mark: this.#signs(row) };
      case 'time':
        return { text: timeText(row, this.arranged.time, this.list.start, this.arranged.reference), title: absolute(row) };
      case 'source':
        return { text: endpointCell(row.source), title: namedEndpoint(row.source, row.sourceName) };
      case 'destination':
        return { text: endpointCell(row.destination), title: namedEndpoint(row.destination, row.destinationName) };
      case 'ports':
        return {
          text: portsText(row),
          title: `${namedEndpoint(row.source, row.sourceName)} → ${namedEndpoint(row.destination, row.destinationName)}`,
        };
      case 'protocol': {
        const hue = row.state === 'none' ? 'none' : hueOf(row.protocol, HUES);
        return { text: row.protocol, mark: html`<span class="hue hue-${hue}" aria-hidden="true"></span>` };
      }
      case 'message': {
        const badge = badges[row.state];
        const mark = badge && html`<span class="badge ${row.state}" title=${badge.says}>${badge.text}</span>`;
        return { text: row.message, mark };
      }
      default:
        return { text: row.info };
    }
  }

  /** The worst finding of a row, and whether the user marked it. */
  #signs({ severity, frame }: Row): TemplateResult {
    const comment = this.#comments.get(frame);
    return html`${
      comment === undefined
        ? nothing
        : html`<span class="mark commented" title=${comment} role="img" aria-label="comment: ${comment}">✎</span>`
    }${this.#marks.has(frame) ? html`<span class="mark own" title="Marked" role="img" aria-label="marked">◆</span>` : nothing}${
      severity === undefined
        ? nothing
        : html`<span class="mark ${severity}" title="Worst finding: ${severity}" role="img" aria-label=${severity}>${signs[severity]}</span>`
    }`;
  }

  #press(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLElement>('[data-row]')?.dataset.row;
    if (row !== undefined) this.#lines.press(event, Number(row));
  }
}
