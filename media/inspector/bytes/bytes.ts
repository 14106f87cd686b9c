/** The bytes of a row: a tab for each source, and of the source in view its bytes in hexadecimal and as text. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { FieldView, SourceView } from '../../../extension/wire/inspector.ts';
import { type ByteMatch, byteMatches, MOST_MATCHES, soughtBytes } from '../../../extension/wire/soughtbytes.ts';
import { EditorFont, rowHeightFor } from '../../base/editorfont.ts';
import { PageElement } from '../../base/element.ts';
import { Sized } from '../../base/sized.ts';
import { count, placeText } from '../../base/texts.ts';
import { VirtualList } from '../../base/virtuallist.ts';
import type { FindWithin } from '../page/findwithin.ts';
import type { Changes } from '../tree/changes.ts';
import { type ByteRange, rangeMenu, rangeOf, rangeText } from './byterange.ts';
import { type ByteLayout, hexRow, hexRows, layoutIn, moveByte, offsetText } from './hex.ts';
import { readings } from './readings.ts';

const LEAST_ROW_HEIGHT = 20;
/** Of a row, to each side, in pixels; the style sheet says so too. */
const PADDING = 8;

export class Bytes extends PageElement {
  static override properties: PropertyDeclarations = {
    sources: { attribute: false },
    source: { attribute: false },
    field: { attribute: false },
    cursor: { attribute: false },
    inspecting: { attribute: false },
    hovered: { attribute: false },
    changes: { attribute: false },
    range: { state: true },
    sought: { state: true },
  };
  declare sources: readonly SourceView[];
  declare source: number;
  declare field: FieldView | undefined;
  declare cursor: number | undefined;
  /** Whether what the bytes under the cursor may mean is shown. */
  declare inspecting: boolean;
  /** The field that the pointer is over, in the tree or by a byte of it. */
  declare hovered: FieldView | undefined;
  /** What differs from other bytes, where these are shown beside them. */
  declare changes: Changes | undefined;
  /** What is picked, by dragging or with Shift; the cursor alone otherwise. */
  declare range: ByteRange | undefined;

  /** What is sought among the bytes of the source in view, while its bar is open. */
  declare sought: string | undefined;

  /** Opens the bar that searches the bytes. */
  find(): void {
    this.sought ??= '';
    void this.updateComplete.then(() => this.querySelector<FindWithin>('peerscope-find-within')?.focus());
  }

  /** Picks the next match, or the one before; false where nothing is sought. */
  findAgain(forward: boolean): boolean {
    if (!this.sought) return false;
    const matches = this.#matches();
    const at = this.range?.start ?? this.cursor ?? -1;
    const beside = forward ? matches.find(({ start }) => start > at) : matches.findLast(({ start }) => start < at);
    const match = beside ?? matches.at(forward ? 0 : -1);
    if (match !== undefined) this.#pickMatch(match);
    return true;
  }

  #matches(): readonly ByteMatch[] {
    const shown = this.#shown;
    return shown === undefined || !this.sought ? [] : byteMatches(shown.bytes, soughtBytes(this.sought));
  }

  #pickMatch({ start, end }: ByteMatch): void {
    this.#pick(start, end - 1);
    this.#go(start);
  }

  /** The first match is shown while its text is typed, that under the cursor before others. */
  #seek(text: string): void {
    this.sought = text;
    const matches = this.#matches();
    const match = matches.find(({ start }) => start >= (this.cursor ?? 0)) ?? matches[0];
    if (match !== undefined) this.#pickMatch(match);
    else this.#pickNothing();
  }

  #closeFind(): void {
    this.sought = undefined;
    this.querySelector<HTMLElement>('#bytes')?.focus();
  }

  #finder(): TemplateResult | typeof nothing {
    if (this.sought === undefined) return nothing;
    const matches = this.#matches();
    const { range, cursor } = this;
    const at = matches.findIndex(({ start, end }) =>
      range === undefined ? start === cursor && end === start + 1 : start === range.start && end === range.end,
    );
    return html`<peerscope-find-within .label=${'Find bytes'} .hint=${'Text, or 01 ff'} .says=${this.sought === '' ? '' : placeText(at, matches.length, MOST_MATCHES)}
      @seek=${({ detail }: CustomEvent<string>) => this.#seek(detail)} @go=${({ detail }: CustomEvent<boolean>) => this.findAgain(detail)}
      @close=${() => this.#closeFind()}></peerscope-find-within>`;
  }

  /** What is picked: the range, or the byte under the cursor. */
  get pickedRange(): ByteRange | undefined {
    return this.range ?? (this.cursor === undefined ? undefined : rangeOf(this.source, this.cursor, this.cursor));
  }
  #picking: { readonly anchor: number; head: number } | undefined;
  readonly #font = new EditorFont(this);
  /** What is selected is a byte: the keys and the mouse go from one to another here. */
  readonly #list = new VirtualList<number>(this, {
    rowHeight: () => rowHeightFor(this.#font.size, LEAST_ROW_HEIGHT),
    rows: () => {
      const shown = this.#shown;
      return shown && { total: hexRows(shown.bytes, this.#rowBytes), row: (index) => index };
    },
  });

  #layout: ByteLayout = { rowBytes: 16, scale: 1 };
  readonly #sized = new Sized(this, 0, (width) => width);

  get #rowBytes(): number {
    return this.#layout.rowBytes;
  }

  /** As many bytes a row as fit; the row that holds the cursor stays in view. */
  #fit(): void {
    const viewport = this.querySelector<HTMLElement>('#bytes');
    // What stands in an attribute, the policy of pages does not let in.
    viewport?.style.setProperty('--letters', String(this.#layout.scale));
    const { clientWidth } = viewport ?? this;
    const fitting = layoutIn(clientWidth - 2 * PADDING, this.#font.letter, this.#shown?.bytes.length ?? 0);
    const { rowBytes, scale } = this.#layout;
    if (this.#sized.value === 0 || (fitting.rowBytes === rowBytes && fitting.scale === scale)) return;
    this.#layout = fitting;
    if (this.cursor !== undefined) this.#list.reveal(Math.floor(this.cursor / fitting.rowBytes));
    this.requestUpdate();
  }

  protected override updated(): void {
    this.#fit();
  }

  get #shown(): SourceView | undefined {
    return this.sources.find(({ id }) => id === this.source);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('source') || changed.has('sources')) this.#pickNothing();
    if (changed.has('source') || (changed.has('sources') && this.cursor === undefined)) this.#list.scrollTo(0);
    if ((changed.has('cursor') || changed.has('field') || changed.has('source')) && this.cursor !== undefined)
      this.#list.reveal(Math.floor(this.cursor / this.#rowBytes));
  }

  protected override render(): TemplateResult {
    const shown = this.#shown;
    return html`
      <div class="tabs" role="tablist" aria-label="Sources of bytes" @keydown=${this.#tabKey}>${this.sources.map((source) => this.#tab(source))}</div>${this.#finder()}
      ${
        shown === undefined
          ? nothing
          : html`<div id="bytes" class="viewport" role="grid" tabindex="0" aria-label="Bytes of ${shown.name}" aria-rowcount=${hexRows(shown.bytes, this.#rowBytes)}
              aria-activedescendant=${this.cursor === undefined ? nothing : `byte-${this.#picking?.head ?? this.cursor}`} aria-multiselectable="true"
              data-vscode-context=${this.#menu(shown)} title="Shift or dragging picks several bytes"
              @keydown=${this.#key} @mousedown=${this.#press} @mousemove=${this.#drag} @mouseover=${this.#hover} @mouseleave=${this.#hover}>
              ${this.#list.draw((_, row) => this.#row(shown, row))}
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
    const { cursor, field, range, hovered } = this;
    const holds = (one: FieldView | undefined, at: number): boolean =>
      one !== undefined && one.source === source.id && one.start <= at && at < one.end;
    const changed = this.changes?.bytes.filter((each) => each.source === source.id) ?? [];
    const isChanged = (at: number): boolean => changed.some(({ start, end }) => start <= at && at < end);
    const lit = (at: number): string => {
      const within = holds(field, at);
      const picked = range !== undefined && range.start <= at && at < range.end;
      return `${within ? ' lit' : ''}${holds(hovered, at) ? ' hovered' : ''}${picked ? ' picked' : ''}${isChanged(at) ? ' changed' : ''}${at === cursor ? ' cursor' : ''}`;
    };
    const cells = hexRow(source.bytes, row, this.#rowBytes);
    return html`<div class="byte-row" role="row" aria-rowindex=${row + 1}><span class="offset" role="rowheader">${offsetText(
      row * this.#rowBytes,
      source.bytes.length,
    )}</span><span class="hex of-${this.#rowBytes}" role="presentation">${cells.map(
      ({ at, hex }) =>
        html`<span id="byte-${at}" class="byte${lit(at)}${at % 8 === 7 ? ' half' : ''}" role="gridcell" data-at=${at} aria-label=${isChanged(at) ? `${hex}, changed` : nothing}>${hex}</span>`,
    )}</span><span class="ascii" aria-hidden="true">${cells.map(
      ({ at, ascii }) => html`<span class="char${lit(at)}" data-at=${at}>${ascii}</span>`,
    )}</span></div>`;
  }

  #readings(bytes: Uint8Array, at: number): TemplateResult {
    return html`<details id="readings" class="readings" ?open=${this.inspecting} @toggle=${this.#inspect}>
      <summary>Value at byte ${at} (0x${at.toString(16)})${this.range === undefined ? nothing : html` · <span id="picked" class="length" role="status">${rangeText(this.range)} picked</span>`}</summary>${
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

  /** What is picked, or the byte under the cursor. */
  #menu(shown: SourceView): string | typeof nothing {
    const { cursor } = this;
    if (cursor === undefined || cursor >= shown.bytes.length) return nothing;
    return rangeMenu(this.range ?? rangeOf(shown.id, cursor, cursor), shown, this.field);
  }

  #pickNothing(): void {
    this.range = undefined;
    this.#picking = undefined;
  }

  #pick(anchor: number, head: number): void {
    this.#picking = { anchor, head };
    this.range = anchor === head ? undefined : rangeOf(this.source, anchor, head);
  }

  readonly #press = (event: MouseEvent): void => {
    const at = byteAt(event);
    if (at === undefined || event.button !== 0) return;
    if (event.shiftKey && this.cursor !== undefined) {
      event.preventDefault();
      this.#pick(this.#picking?.anchor ?? this.cursor, at);
      return;
    }
    this.#pick(at, at);
    this.#go(at);
  };

  readonly #hover = (event: MouseEvent): void => {
    this.dispatchEvent(new CustomEvent('hover-byte', { detail: event.type === 'mouseleave' ? undefined : byteAt(event) }));
  };

  readonly #drag = (event: MouseEvent): void => {
    const at = byteAt(event);
    if (at === undefined || event.buttons !== 1 || this.#picking === undefined || at === this.#picking.head) return;
    event.preventDefault();
    this.#pick(this.#picking.anchor, at);
  };

  #key(event: KeyboardEvent): void {
    const length = this.#shown?.bytes.length ?? 0;
    if (event.key === 'Escape' && this.range !== undefined) {
      event.preventDefault();
      this.#pickNothing();
      return;
    }
    if (event.altKey || event.metaKey || event.ctrlKey || length === 0) return;
    const from = event.shiftKey ? (this.#picking?.head ?? this.cursor ?? 0) : (this.cursor ?? 0);
    const next = moveByte(from, event.key, { rowBytes: this.#layout.rowBytes, length, page: this.#list.page });
    if (next === undefined) return;
    event.preventDefault();
    if (event.shiftKey && this.cursor !== undefined) {
      this.#pick(this.#picking?.anchor ?? this.cursor, next);
      this.#list.reveal(Math.floor(next / this.#rowBytes));
      return;
    }
    this.#pickNothing();
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

function byteAt(event: MouseEvent): number | undefined {
  const at = (event.target as Element).closest<HTMLElement>('[data-at]')?.dataset.at;
  return at === undefined ? undefined : Number(at);
}
