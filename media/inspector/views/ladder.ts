/** The messages of the list as a ladder: who said what to whom, in order. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, svg, type TemplateResult } from 'lit';
import type { Row } from '../../../extension/wire/inspector.ts';
import type { LadderQuestions } from '../../../extension/worker/answers/ladder.ts';
import { sentence } from '../../base/connection.ts';
import { PageElement } from '../../base/element.ts';
import { elided, type Instant, sinceStart } from '../../base/texts.ts';
import { VirtualList } from '../../base/virtuallist.ts';
import { messageMenu } from '../list/asfilter.ts';
import { namedEndpoint } from '../list/endpoint.ts';
import { PacketList } from '../list/list.ts';
import { asking } from '../page/asking.ts';
import type { Call } from '../page/host.ts';
import { signs } from '../page/signs.ts';
import { openDetails, type View } from '../page/view.ts';
import { type Arrow, arrowOf, columnsAt, dashes, drawingOf, ROW_HEIGHT } from './ladderdrawing.ts';
import '../../theme/ladder.css';

/** Messages of a saved drawing at most. */
const DRAWN = 2000;
/** While a filter still searches. */
const POLL = 250;
/** What labels are made of, to measure the width of their letters by. */
const LETTERS = '0123456789abcdef-=, aeinrst';
/** Labels are smaller than other text; the style sheet says so too. */
const LABEL_SIZE = 0.9;
/** Room for a letter of a label, whose name is bold, beside the common letter. */
const WIDER = 1.2;
/** Letters of heads, which are bold and not small, beside those of labels. */
const HEAD_SIZE = 1.22;

export class Ladder extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    generation: { attribute: false },
    filter: { attribute: false },
    frame: { attribute: false },
    name: { attribute: false },
    start: { attribute: false },
  };
  declare call: Call;
  declare generation: number;
  declare filter: string;
  /** The selected frame. */
  declare frame: number | undefined;
  declare name: string;
  /** The time of the first frame. */
  declare start: Instant | undefined;
  readonly #lines = new VirtualList<Row>(this, {
    rowHeight: ROW_HEIGHT,
    heads: '.ladder-heads',
    rows: () => this.#list,
    selection: {
      id: 'step',
      at: () => this.#selected,
      go: (index) => this.#choose(index),
      act: (key) => key === 'Enter' && openDetails(this),
    },
  });
  #list: PacketList | undefined;
  #endpoints: readonly string[] = [];
  #names: readonly (string | undefined)[] = [];
  #more = false;
  #selected = -1;
  #complaint: string | undefined;
  #width = 0;
  /** Width of a letter of a label, on average. */
  #letter = 7;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #sized = new ResizeObserver(() => {
    const width = this.clientWidth;
    if (width === this.#width) return;
    this.#width = width;
    this.#letter = letterWidth(this);
    this.requestUpdate();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sized.observe(this);
  }

  override disconnectedCallback(): void {
    this.#sized.disconnect();
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('frame') && this.#list !== undefined) void this.#follow();
    if (!changed.has('filter') && !changed.has('generation')) return;
    this.#list = new PacketList({ show: 'messages', filter: this.filter, columns: [] }, this.call, () => this.requestUpdate());
    this.#selected = -1;
    if (changed.has('filter')) this.#lines.scrollTo(0);
    void this.#ask();
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    const list = this.#list;
    try {
      const ask = asking<LadderQuestions>(this.call, 'ladder');
      const { endpoints, more, done } = await ask('endpoints', this.filter === '' ? {} : { filter: this.filter });
      if (list !== this.#list) return;
      this.#endpoints = endpoints.map(({ endpoint }) => endpoint);
      this.#names = endpoints.map(({ name }) => name);
      this.#more = more;
      if (!done) this.#timer = setTimeout(() => void this.#ask(), POLL);
      else void this.#follow();
    } catch (error) {
      this.#complaint = sentence(error);
    }
    this.requestUpdate();
  }

  /** The packet that is selected elsewhere comes into view here too. */
  async #follow(): Promise<void> {
    const { frame } = this;
    const list = this.#list!;
    if (frame === undefined || list.row(this.#selected)?.frame === frame) return;
    const { row } = await this.call('locate', { frame, show: 'messages', ...list.filtered }).catch(() => ({ row: -1 }));
    if (row < 0 || list !== this.#list || frame !== this.frame) return;
    this.#selected = row;
    this.#lines.reveal(row);
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const list = this.#list!;
    const columns = columnsAt(this.#endpoints.length, this.#width);
    const room = Math.floor(((columns[1] ?? this.#width) - (columns[0] ?? 0) - 12) / (this.#letter * HEAD_SIZE));
    const width = Math.max(this.#width - 20, (columns.at(-1) ?? 0) + 80);
    return html`<div class="ladder-bar"><span>${this.#more ? `The first ${this.#endpoints.length} endpoints; a filter narrows them` : nothing}${this.#complaint}</span>
        <vscode-button id="save-ladder" secondary ?disabled=${list.total === 0} @click=${() => void this.#save()}>Save as SVG…</vscode-button></div>
      <div class="ladder-heads"><svg width=${width} height=${this.#names.some((name) => name !== undefined) ? 38 : 24}>${this.#endpoints.map(
        (endpoint, i) => {
          const name = this.#names[i];
          return svg`<text x=${columns[i]!} y="16" text-anchor="middle"><title>${namedEndpoint(endpoint, name)}</title>${elided(endpoint, room)}${
            name === undefined ? nothing : svg`<tspan class="name" x=${columns[i]!} y="31">${elided(name, room)}</tspan>`
          }</text>`;
        },
      )}</svg></div>
      <div id="ladder" class="viewport" role="listbox" tabindex="0" aria-label="Messages between endpoints"
        data-vscode-context=${this.#menu(list.row(this.#selected))}
        aria-activedescendant=${this.#lines.active} @keydown=${this.#lines.key}>
        ${this.#lines.draw((row, index) => this.#row(row, index, columns, width))}
      </div>
      ${list.total === 0 && list.known ? html`<p class="hint over" role="status">No messages</p>` : nothing}`;
  }

  #row(row: Row | undefined, index: number, columns: readonly number[], width: number): TemplateResult {
    const { start } = this;
    const selected = index === this.#selected || (this.#selected < 0 && row !== undefined && row.frame === this.frame);
    const arrow = row === undefined ? undefined : arrowOf(row, this.#endpoints, columns);
    const time = row === undefined || start === undefined ? '' : sinceStart(row, start);
    const says = row === undefined ? '' : `${row.message}, from ${row.source} to ${row.destination}. ${row.info}`;
    return html`<div id="step-${index}" class="step ${selected ? 'selected' : ''} ${row === undefined ? '' : `state-${row.state}`}" role="option"
      aria-posinset=${index + 1} aria-setsize=${this.#list!.total} aria-selected=${selected} data-vscode-context=${this.#menu(row)} title=${says} @mousedown=${(event: MouseEvent) => this.#lines.press(event, index)} @dblclick=${() => openDetails(this)}>
      <span class="step-place">${row?.severity === undefined ? html`<span class="mark"></span>` : html`<span class="mark ${row.severity}" role="img" aria-label=${row.severity}>${signs[row.severity]}</span>`}<span
        class="step-frame">${row?.frame ?? '…'}</span> <span class="step-time">${time}</span></span> <span class="spoken">${says}</span>
      <svg width=${width} height=${ROW_HEIGHT} aria-hidden="true">
        ${columns.map((x) => svg`<line class="life" x1=${x} y1="0" x2=${x} y2=${ROW_HEIGHT}></line>`)}
        ${arrow === undefined ? nothing : this.#arrow(row!, arrow)}
      </svg>
    </div>`;
  }

  /** Of a message; the menu key opens that of the one that is selected. */
  #menu(row: Row | undefined): string | typeof nothing {
    return row === undefined ? nothing : messageMenu(row);
  }

  #arrow(row: Row, { from, to, left, right }: Arrow): unknown {
    const y = 22;
    const back = to > from ? -7 : 7;
    const room = Math.max(40, right - left - 16);
    const fits = Math.floor(room / (this.#letter * WIDER)) - row.message.length;
    const info = row.info.length <= fits ? row.info : `${row.info.slice(0, Math.max(0, fits - 1))}…`;
    // What may be longer than its arrow begins where that begins: the message's name is what must be read. Letters differ in width.
    const isLong = (row.message.length + 1 + row.info.length) * this.#letter * WIDER > room;
    // A drawing inside cuts off what is too long all the same: letters are not all of one width.
    return svg`<line class="arrow" x1=${from} y1=${y} x2=${to} y2=${y} stroke-dasharray=${dashes[row.state] ?? 'none'}></line>
      <path class="head" d="M${to} ${y}l${back} -4v8z"></path>
      <svg x=${left + 8} y="2" width=${room} height="18"><text class="label" x=${isLong ? '0' : '50%'} y="13" text-anchor=${isLong ? 'start' : 'middle'}><tspan class="message">${row.message}</tspan> ${info}</text></svg>`;
  }

  #choose(index: number): void {
    this.#selected = index;
    const frame = this.#list?.row(index)?.frame;
    if (frame !== undefined) this.dispatchEvent(new CustomEvent('show-frame', { detail: frame }));
  }

  async #save(): Promise<void> {
    this.#complaint = undefined;
    const list = this.#list!;
    try {
      const { rows } = await this.call('rows', { start: 0, count: DRAWN, show: 'messages', ...list.filtered });
      const name = `${this.name.replace(/\.[^.]*$/, '')}-ladder.svg`;
      await this.call('saveDrawing', { name, svg: drawingOf(rows, this.#endpoints, this.#names, this.start) });
      if (list.total > DRAWN) this.#complaint = `The drawing holds the first ${DRAWN} messages.`;
    } catch (error) {
      this.#complaint = `The drawing was not saved: ${sentence(error)}`;
    }
    this.requestUpdate();
  }
}

function letterWidth(element: Element): number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return 7;
  const { fontFamily, fontSize } = getComputedStyle(element);
  context.font = `${Number.parseFloat(fontSize) * LABEL_SIZE}px ${fontFamily}`;
  return context.measureText(LETTERS).width / LETTERS.length;
}

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-ladder': Ladder;
  }
}
customElements.define('peerscope-ladder', Ladder);

export const ladder: View = {
  id: 'ladder',
  title: 'Ladder',
  draw: ({ session, overview, generation }) =>
    html`<peerscope-ladder class="fills" .call=${session.call} .generation=${generation} .filter=${session.list.filter} .name=${overview.name}
      .start=${session.list.start} .frame=${session.selected?.frame} @show-frame=${({ detail }: CustomEvent<number>) => session.showFrame(detail)}></peerscope-ladder>`,
};
