/** The messages of the list as a ladder: who said what to whom, in order. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, svg, type TemplateResult } from 'lit';
import type { Overview, Row, WaitingMessage } from '../../../extension/wire/inspector.ts';
import type { LadderQuestions } from '../../../extension/worker/answers/ladder.ts';
import { sentence } from '../../base/connection.ts';
import { PageElement } from '../../base/element.ts';
import type { Rows } from '../../base/rows.ts';
import { Sized } from '../../base/sized.ts';
import { elided, type Instant, sinceStart } from '../../base/texts.ts';
import { VirtualList } from '../../base/virtuallist.ts';
import { messageMenu } from '../list/asfilter.ts';
import { namedEndpoint } from '../list/endpoint.ts';
import { PacketList } from '../list/list.ts';
import { asking } from '../page/asking.ts';
import type { Call } from '../page/host.ts';
import { signs } from '../page/signs.ts';
import { openDetails, type View } from '../page/view.ts';
import { type Arrow, arrowOf, columnsAt, dashes, drawingOf, ROW_HEIGHT, WAITING } from './ladderdrawing.ts';
import '../../theme/ladder.css';

/** Messages of a saved drawing at most. */
const DRAWN = 2000;
/** Pixels beside an arrow that is brought into view. */
const BESIDE = 60;
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
    overview: { attribute: false },
    filter: { attribute: false },
    frame: { attribute: false },
    name: { attribute: false },
    start: { attribute: false },
    waiting: { attribute: false },
  };
  declare call: Call;
  declare overview: Overview;
  declare filter: string;
  /** The selected frame. */
  declare frame: number | undefined;
  declare name: string;
  /** The time of the first frame. */
  declare start: Instant | undefined;
  /** Messages that wait at the nodes that are recorded: they stand behind those that were sent. Undefined for other captures. */
  declare waiting: readonly WaitingMessage[] | undefined;
  readonly #lines = new VirtualList<Row | WaitingMessage>(this, {
    rowHeight: ROW_HEIGHT,
    heads: '.ladder-heads',
    rows: () => this.#rows,
    selection: {
      id: 'step',
      at: () => this.#selected,
      go: (index) => this.#choose(index),
      act: (key) => key === 'Enter' && openDetails(this),
    },
    follows: () => this.#isFollowed,
  });
  #list: PacketList | undefined;
  /** The rows of a list with what waits behind them. */
  #together: { readonly list: PacketList; readonly rows: Rows<Row | WaitingMessage> } | undefined;
  /** The newest was brought into view once. */
  #isAtNewest = false;
  /** So many rows there were when the newest was brought into view. */
  #newest = 0;
  /** Generation and number of messages that the endpoints were asked for. */
  #asked = '';
  #endpoints: readonly string[] = [];
  #names: readonly (string | undefined)[] = [];
  #more = false;
  #selected = -1;
  #complaint: string | undefined;
  readonly #sized = new Sized(this, 0, (width) => {
    this.#letter = letterWidth(this);
    return width;
  });
  /** Width of a letter of a label, on average. */
  #letter = 7;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('frame') && this.#list !== undefined) void this.#follow();
    const isOther = changed.has('filter');
    if (isOther) {
      this.#list = new PacketList({ show: 'messages', filter: this.filter, columns: [] }, this.call, () => this.requestUpdate());
      this.#selected = -1;
      this.#lines.scrollTo(0);
    }
    if (isOther || changed.has('overview')) this.#look(isOther);
  }

  /** There may be other messages than before, and others that talk. */
  #look(isOther: boolean): void {
    const { overview } = this;
    this.#list!.overview(overview);
    const asked = `${overview.generation} ${overview.messages} ${overview.done}`;
    if (!isOther && asked === this.#asked) return;
    // Rows that were there before may have other places now.
    if (!this.#asked.startsWith(`${overview.generation} `)) this.#selected = -1;
    this.#asked = asked;
    void this.#ask();
  }

  get #held(): readonly WaitingMessage[] {
    return this.waiting ?? [];
  }

  /** More may come at any time: whoever has not scrolled away sees the newest. */
  get #isFollowed(): boolean {
    return this.overview.live === true || this.waiting !== undefined;
  }

  protected override updated(): void {
    const total = this.#rows?.total ?? 0;
    if (!this.#isFollowed || this.#list?.known !== true || total === 0) return;
    if (!this.#isAtNewest) this.#lines.reveal(total - 1);
    this.#isAtNewest = true;
    if (total !== this.#newest && this.#lines.atEnd) this.#goAcross(total);
  }

  /** The arrow of the newest comes into view sideways, too, where there are more columns than fit. */
  #goAcross(total: number): void {
    const newest = this.#rows?.row(total - 1);
    const viewport = this.querySelector('#ladder');
    if (newest === undefined || viewport === null) return;
    this.#newest = total;
    const endpoints = this.#talking;
    const arrow = arrowOf(newest, endpoints, columnsAt(endpoints.length, this.#sized.value));
    if (arrow === undefined) return;
    const { scrollLeft, clientWidth } = viewport;
    if (arrow.left >= scrollLeft && arrow.right + BESIDE <= scrollLeft + clientWidth) return;
    viewport.scrollLeft = Math.min(arrow.left - BESIDE, arrow.right + BESIDE - clientWidth);
  }

  /** What was said, and behind it what waits. */
  get #rows() {
    const list = this.#list;
    if (list === undefined) return undefined;
    if (this.#together?.list !== list) this.#together = { list, rows: this.#rowsOf(list) };
    return this.#together.rows;
  }

  #rowsOf(list: PacketList): Rows<Row | WaitingMessage> {
    const held = (): readonly WaitingMessage[] => this.#held;
    return {
      get total() {
        return list.total + held().length;
      },
      get known() {
        return list.known;
      },
      row: (index) => (index < list.total ? list.row(index) : held()[index - list.total]),
      need: (first, end) => list.need(first, Math.min(end, list.total)),
    };
  }

  /** Those that talk, and those between which something waits. */
  get #talking(): readonly string[] {
    const waiting = this.#held.flatMap(({ source, destination }) => [source, destination]);
    return [...new Set([...this.#endpoints, ...waiting])];
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
    // The first packet is selected by itself: nobody who sees the newest goes there.
    if (row > 0 || !this.#isFollowed) this.#lines.reveal(row);
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const list = this.#list!;
    const endpoints = this.#talking;
    const columns = columnsAt(endpoints.length, this.#sized.value);
    const room = Math.floor(((columns[1] ?? this.#sized.value) - (columns[0] ?? 0) - 12) / (this.#letter * HEAD_SIZE));
    const width = Math.max(this.#sized.value - 20, (columns.at(-1) ?? 0) + 80);
    return html`<div class="ladder-bar"><span>${this.#more ? `The first ${this.#endpoints.length} endpoints; a filter narrows them` : nothing}${this.#complaint}</span>
        <vscode-button id="save-ladder" secondary ?disabled=${list.total === 0} @click=${() => void this.#save()}>Save as SVG…</vscode-button></div>
      <div class="ladder-heads"><svg width=${width} height=${this.#names.some((name) => name !== undefined) ? 38 : 24}>${endpoints.map(
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
        ${this.#lines.draw((row, index) => this.#line(row, index, { endpoints, columns, width }))}
      </div>
      ${list.total + this.#held.length === 0 && list.known ? html`<p class="hint over" role="status">No messages</p>` : nothing}`;
  }

  #line(row: Row | WaitingMessage | undefined, index: number, across: Across): TemplateResult {
    return row === undefined || 'frame' in row ? this.#row(row, index, across) : this.#wait(row, index, across);
  }

  /** Not sent yet: told by its word and its open head as well as by its dashes. */
  #wait(waiting: WaitingMessage, index: number, { endpoints, columns, width }: Across): TemplateResult {
    const { source, destination, message, info } = waiting;
    const says = `${message} is held, from ${source} to ${destination}. ${info}`;
    const arrow = arrowOf(waiting, endpoints, columns);
    return html`<div id="step-${index}" class="step waiting ${index === this.#selected ? 'selected' : ''}" role="option" aria-posinset=${index + 1}
      aria-setsize=${this.#rows?.total ?? 0} aria-selected=${index === this.#selected} title=${says} @mousedown=${(event: MouseEvent) => this.#lines.press(event, index)}>
      <span class="step-place"><span class="mark"></span><span class="step-frame">held</span></span> <span class="spoken">${says}</span>
      <svg width=${width} height=${ROW_HEIGHT} aria-hidden="true">${lives(columns)}${arrow === undefined ? nothing : this.#arrow(waiting, arrow, WAITING)}</svg>
    </div>`;
  }

  #row(row: Row | undefined, index: number, { endpoints, columns, width }: Across): TemplateResult {
    const { start } = this;
    const selected = index === this.#selected || (this.#selected < 0 && row !== undefined && row.frame === this.frame);
    const arrow = row === undefined ? undefined : arrowOf(row, endpoints, columns);
    const time = row === undefined || start === undefined ? '' : sinceStart(row, start);
    const says = row === undefined ? '' : `${row.message}, from ${row.source} to ${row.destination}. ${row.info}`;
    return html`<div id="step-${index}" class="step ${selected ? 'selected' : ''} ${row === undefined ? '' : `state-${row.state}`}" role="option"
      aria-posinset=${index + 1} aria-setsize=${this.#rows?.total ?? 0} aria-selected=${selected} data-vscode-context=${this.#menu(row)} title=${says} @mousedown=${(event: MouseEvent) => this.#lines.press(event, index)} @dblclick=${() => openDetails(this)}>
      <span class="step-place">${row?.severity === undefined ? html`<span class="mark"></span>` : html`<span class="mark ${row.severity}" role="img" aria-label=${row.severity}>${signs[row.severity]}</span>`}<span
        class="step-frame">${row?.frame ?? '…'}</span> <span class="step-time">${time}</span></span> <span class="spoken">${says}</span>
      <svg width=${width} height=${ROW_HEIGHT} aria-hidden="true">
        ${lives(columns)}${arrow === undefined ? nothing : this.#arrow(row!, arrow, dashes[row!.state])}
      </svg>
    </div>`;
  }

  /** Of a message; the menu key opens that of the one that is selected. */
  #menu(row: Row | undefined): string | typeof nothing {
    return row === undefined ? nothing : messageMenu(row);
  }

  #arrow(row: Pick<Row, 'message' | 'info'>, { from, to, left, right }: Arrow, dash = 'none'): unknown {
    const y = 22;
    const back = to > from ? -7 : 7;
    const room = Math.max(40, right - left - 16);
    const fits = Math.floor(room / (this.#letter * WIDER)) - row.message.length;
    const info = row.info.length <= fits ? row.info : `${row.info.slice(0, Math.max(0, fits - 1))}…`;
    // What may be longer than its arrow begins where that begins: the message's name is what must be read. Letters differ in width.
    const isLong = (row.message.length + 1 + row.info.length) * this.#letter * WIDER > room;
    // A drawing inside cuts off what is too long all the same: letters are not all of one width.
    return svg`<line class="arrow" x1=${from} y1=${y} x2=${to} y2=${y} stroke-dasharray=${dash}></line>
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

/** Where the ends of arrows stand. */
interface Across {
  readonly endpoints: readonly string[];
  readonly columns: readonly number[];
  readonly width: number;
}

function lives(columns: readonly number[]): unknown {
  return columns.map((x) => svg`<line class="life" x1=${x} y1="0" x2=${x} y2=${ROW_HEIGHT}></line>`);
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
  draw: ({ session, overview }) =>
    html`<peerscope-ladder class="fills" .call=${session.call} .overview=${overview} .waiting=${session.waiting} .filter=${session.list.filter} .name=${overview.name}
      .start=${session.list.start} .frame=${session.selected?.frame} @show-frame=${({ detail }: CustomEvent<number>) => session.showFrame(detail)}></peerscope-ladder>`,
};
