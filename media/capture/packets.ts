/** The packet list: a grid that draws the rows in view and moves one selection. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { Row } from '../../extension/wire/inspector.ts';
import { rowMenus } from './asfilter.ts';
import { PageElement } from './element.ts';
import type { PacketList } from './list.ts';
import { goal } from './moving.ts';
import { rowsPerPage } from './scale.ts';
import { Scroller } from './scroller.ts';
import { absolute, hueOf, sinceStart } from './texts.ts';

const ROW_HEIGHT = 22;
const HUES = 5;
const columns = ['Frame', 'Time', 'Source', 'Destination', 'Protocol', 'Message', 'Info'];
const marks = { error: '●', warning: '▲', note: '·' };
const badges: Partial<Record<Row['state'], { text: string; says: string }>> = {
  encrypted: { text: 'enc', says: 'Encrypted: no key opens it' },
  malformed: { text: 'bad', says: 'Malformed' },
  incomplete: { text: 'cut', says: 'Incomplete: bytes are missing' },
};

export class Packets extends PageElement {
  static override properties: PropertyDeclarations = {
    list: { attribute: false },
    selected: { attribute: false },
    empty: { attribute: false },
  };
  declare list: PacketList;
  declare selected: number | undefined;
  /** What to say where there is no row. */
  declare empty: string;
  readonly #scroller = new Scroller(this, ROW_HEIGHT);

  reveal(row: number): void {
    this.#scroller.reveal(row);
  }

  /** Who comes back from another view finds the packet that is selected. */
  protected override firstUpdated(): void {
    if (this.selected !== undefined) this.reveal(this.selected);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('list') && changed.get('list') !== undefined) this.#scroller.toTop();
  }

  protected override render(): TemplateResult {
    const { list, selected } = this;
    this.#scroller.rows = list.total;
    const { first, end } = this.#scroller.range();
    list.need(first, end);
    const seen = selected !== undefined && selected >= first && selected < end;
    return html`
      <div id="packet-list" role="grid" tabindex="0" aria-label="Packets" aria-colcount=${columns.length} aria-rowcount=${list.total + 1}
        aria-activedescendant=${seen ? `packet-${selected}` : nothing} @keydown=${this.#key} @mousedown=${this.#press}>
        <div class="columns packet-row" role="row" aria-rowindex="1">
          ${columns.map((column) => html`<span role="columnheader">${column}</span>`)}
        </div>
        <div class="viewport" role="presentation" tabindex="-1">
          <div class="spacer" role="presentation"><div class="rows" role="presentation">
            ${Array.from({ length: Math.max(0, end - first) }, (_, index) => this.#row(first + index))}
          </div></div>
        </div>
      </div>
      ${list.total === 0 && list.problem === undefined ? html`<p class="hint over" role="status">${this.empty}</p>` : nothing}
      ${list.problem === undefined ? nothing : this.#problem(list.problem)}`;
  }

  #problem(text: string): TemplateResult {
    return html`<div class="strip error" role="alert"><span>${text}</span>
      <vscode-button secondary @click=${() => this.list.retry()}>Try again</vscode-button></div>`;
  }

  #row(index: number): TemplateResult {
    const row = this.list.row(index);
    const selected = index === this.selected;
    const classes = `packet-row ${selected ? 'selected' : ''} ${row === undefined ? 'unread' : `state-${row.state}`}`;
    return html`<div id="packet-${index}" class=${classes} role="row" data-row=${index} data-frame=${row?.frame ?? nothing}
      aria-rowindex=${index + 2} aria-selected=${selected}>${row === undefined ? html`<span role="gridcell">…</span>` : this.#cells(row)}</div>`;
  }

  #cells(row: Row): TemplateResult {
    const { start } = this.list;
    const badge = badges[row.state];
    const menus = rowMenus(row);
    return html`
      <span class="number" role="gridcell" data-vscode-context=${menus[0]}>${
        row.severity === undefined
          ? nothing
          : html`<span class="mark ${row.severity}" title="Worst finding: ${row.severity}" role="img" aria-label=${row.severity}>${marks[row.severity]}</span>`
      }${row.frame}</span>
      <span class="number" role="gridcell" data-vscode-context=${menus[1]} title=${absolute(row)}>${start === undefined ? '' : sinceStart(row, start)}</span>
      <span role="gridcell" data-vscode-context=${menus[2]} title=${row.source}>${row.source}</span>
      <span role="gridcell" data-vscode-context=${menus[3]} title=${row.destination}>${row.destination}</span>
      <span class="protocol" role="gridcell" data-vscode-context=${menus[4]} title=${row.protocol}><span class="hue hue-${
        row.state === 'none' ? 'none' : hueOf(row.protocol, HUES)
      }" aria-hidden="true"></span>${row.protocol}</span>
      <span role="gridcell" data-vscode-context=${menus[5]} title=${row.message}>${
        badge === undefined ? nothing : html`<span class="badge ${row.state}" title=${badge.says}>${badge.text}</span>`
      }${row.message}</span>
      <span role="gridcell" data-vscode-context=${menus[6]} title=${row.info}>${row.info}</span>`;
  }

  #select(row: number): void {
    this.reveal(row);
    this.dispatchEvent(new CustomEvent('select-row', { detail: row }));
  }

  #press(event: MouseEvent): void {
    if (event.button !== 0) return;
    const row = (event.target as Element).closest<HTMLElement>('[data-row]')?.dataset.row;
    if (row === undefined) return;
    // The focus belongs to the grid, which has the keys, and not to what is scrolled in it.
    event.preventDefault();
    this.querySelector<HTMLElement>('#packet-list')?.focus({ preventScroll: true });
    this.#select(Number(row));
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    const { total } = this.list;
    const to = goal(event.key, { at: this.selected ?? -1, total, page: rowsPerPage(this.#scroller.extent) });
    if (to === undefined || total === 0) return;
    event.preventDefault();
    this.#select(to);
  }
}
