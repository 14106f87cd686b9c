/** The bytes of a row: a tab for each source, and of the source in view its bytes in hexadecimal and as text. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { FieldView, SourceView } from '../../extension/wire/inspector.ts';
import { PageElement } from './element.ts';
import { hexRow, hexRows, moveByte, offsetText, ROW_BYTES } from './hex.ts';
import { readings } from './readings.ts';
import { rowsPerPage } from './scale.ts';
import { Scroller } from './scroller.ts';
import { count } from './texts.ts';

const ROW_HEIGHT = 20;

export class Bytes extends PageElement {
  static override properties: PropertyDeclarations = {
    sources: { attribute: false },
    source: { attribute: false },
    field: { attribute: false },
    cursor: { attribute: false },
    inspecting: { attribute: false },
  };
  declare sources: readonly SourceView[];
  declare source: number;
  declare field: FieldView | undefined;
  declare cursor: number | undefined;
  /** Whether what the bytes under the cursor may mean is shown. */
  declare inspecting: boolean;
  readonly #scroller = new Scroller(this, ROW_HEIGHT);

  get #shown(): SourceView | undefined {
    return this.sources.find(({ id }) => id === this.source);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('source') || (changed.has('sources') && this.cursor === undefined)) this.#scroller.toTop();
    if ((changed.has('cursor') || changed.has('field') || changed.has('source')) && this.cursor !== undefined)
      this.#scroller.reveal(Math.floor(this.cursor / ROW_BYTES));
  }

  protected override render(): TemplateResult {
    const shown = this.#shown;
    this.#scroller.rows = shown === undefined ? 0 : hexRows(shown.bytes);
    const { first, end } = this.#scroller.range();
    return html`
      <div class="tabs" role="tablist" aria-label="Sources of bytes" @keydown=${this.#tabKey}>${this.sources.map((source) => this.#tab(source))}</div>
      ${
        shown === undefined
          ? nothing
          : html`<div id="bytes" class="viewport" role="grid" tabindex="0" aria-label="Bytes of ${shown.name}" aria-rowcount=${hexRows(shown.bytes)}
              aria-activedescendant=${this.cursor === undefined ? nothing : `byte-${this.cursor}`} @keydown=${this.#key} @mousedown=${this.#press}>
              <div class="spacer" role="presentation"><div class="rows" role="presentation">
                ${Array.from({ length: Math.max(0, end - first) }, (_, index) => this.#row(shown, first + index))}
              </div></div>
            </div>`
      }
      ${shown === undefined || this.cursor === undefined || this.cursor >= shown.bytes.length ? nothing : this.#readings(shown.bytes, this.cursor)}
      ${shown !== undefined && shown.bytes.length === 0 ? html`<p class="hint over">No bytes</p>` : nothing}`;
  }

  #tab(source: SourceView): TemplateResult {
    const chosen = source.id === this.source;
    return html`<button class="tab" role="tab" data-source=${source.id} aria-selected=${chosen} tabindex=${chosen ? 0 : -1} title=${source.origin}
      @click=${() => this.#choose(source.id)}>${source.name} <span class="length">${count(source.bytes.length, 'byte')}</span></button>`;
  }

  #row(source: SourceView, row: number): TemplateResult {
    const { cursor, field } = this;
    const lit = (at: number): string => {
      const within = field !== undefined && field.source === source.id && field.start <= at && at < field.end;
      return `${within ? ' lit' : ''}${at === cursor ? ' cursor' : ''}`;
    };
    const cells = hexRow(source.bytes, row);
    return html`<div class="byte-row" role="row" aria-rowindex=${row + 1}><span class="offset" role="rowheader">${offsetText(
      row * ROW_BYTES,
      source.bytes.length,
    )}</span><span class="hex" role="presentation">${cells.map(
      ({ at, hex }) =>
        html`<span id="byte-${at}" class="byte${lit(at)}${at % 8 === 7 ? ' half' : ''}" role="gridcell" data-at=${at}>${hex}</span>`,
    )}</span><span class="ascii" aria-hidden="true">${cells.map(
      ({ at, ascii }) => html`<span class="char${lit(at)}" data-at=${at}>${ascii}</span>`,
    )}</span></div>`;
  }

  #readings(bytes: Uint8Array, at: number): TemplateResult {
    return html`<details id="readings" class="readings" ?open=${this.inspecting} @toggle=${this.#inspect}>
      <summary>Value at byte ${at} (0x${at.toString(16)})</summary>${
        this.inspecting
          ? html`<dl>${readings(bytes, at).map(({ name, text }) => html`<div><dt>${name}</dt><dd title=${text}>${text}</dd></div>`)}</dl>`
          : nothing
      }</details>`;
  }

  readonly #inspect = (event: Event): void => {
    const { open } = event.target as HTMLDetailsElement;
    if (open !== this.inspecting) this.dispatchEvent(new CustomEvent('inspect-values', { detail: open }));
  };

  #choose(source: number): void {
    this.dispatchEvent(new CustomEvent('choose-source', { detail: source }));
  }

  #go(at: number): void {
    this.dispatchEvent(new CustomEvent('choose-byte', { detail: at }));
  }

  #press(event: MouseEvent): void {
    const at = (event.target as Element).closest<HTMLElement>('[data-at]')?.dataset.at;
    if (at !== undefined && event.button === 0) this.#go(Number(at));
  }

  #key(event: KeyboardEvent): void {
    const length = this.#shown?.bytes.length ?? 0;
    if (event.altKey || event.metaKey || event.ctrlKey || length === 0) return;
    const next = moveByte(this.cursor ?? 0, event.key, length, rowsPerPage(this.#scroller.extent));
    if (next === undefined) return;
    event.preventDefault();
    this.#go(this.cursor === undefined ? 0 : next);
  }

  #tabKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = this.sources[this.sources.findIndex(({ id }) => id === this.source) + step];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    this.#choose(next.id);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.tab[aria-selected="true"]')?.focus());
  }
}
