/** The findings of the capture by rule; a line goes to its frame. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { FindingLine, FindingPart } from '../../extension/wire/inspector.ts';
import { menuOf } from './asfilter.ts';
import { PageElement } from './element.ts';
import type { Call } from './host.ts';
import { goal, isForeign } from './moving.ts';
import { Paged } from './paged.ts';
import { rowsPerPage } from './scale.ts';
import { Scroller } from './scroller.ts';
import { signs } from './signs.ts';
import { count } from './texts.ts';

const ROW_HEIGHT = 22;

export class Breaches extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    generation: { attribute: false },
    filter: { attribute: false },
    selected: { state: true },
  };
  declare call: Call;
  declare generation: number;
  declare filter: string;
  /** How many the filter leaves, of how many. */
  #counted: FindingPart['findings'] | undefined;
  declare selected: number;
  /** Rules whose breaches are folded away. */
  readonly #closed = new Set<string>();
  readonly #scroller = new Scroller(this, ROW_HEIGHT);
  readonly #rows = new Paged<FindingLine>(
    (start, length) => this.#ask(start, length),
    () => this.requestUpdate(),
  );

  constructor() {
    super();
    this.selected = 0;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('filter')) this.#counted = undefined;
    if (changed.has('generation') || changed.has('filter')) this.#rows.stale();
  }

  async #ask(start: number, count: number): Promise<FindingPart> {
    const narrowed = this.filter === '' ? {} : { filter: this.filter };
    const part = await this.call('findings', { start, count, closed: [...this.#closed], ...narrowed });
    this.#counted = part.ready ? part.findings : undefined;
    return part;
  }

  protected override render(): TemplateResult {
    this.#scroller.rows = this.#rows.total;
    const { first, end } = this.#scroller.range();
    this.#rows.need(first, end);
    const seen = this.selected >= first && this.selected < end;
    return html`${this.filter === '' ? nothing : html`<p id="findings-follow" class="follows" role="status">${this.#follows()}</p>`}<div id="finding-tree" class="table viewport" role="tree" tabindex="0" aria-label="Findings by rule"
        aria-activedescendant=${seen ? `finding-${this.selected}` : nothing} @keydown=${this.#key}>
        <div class="spacer" role="presentation"><div class="rows" role="presentation">
          ${Array.from({ length: Math.max(0, end - first) }, (_, index) => this.#line(first + index))}
        </div></div>
      </div>
      ${this.#rows.problem === undefined ? nothing : html`<p class="hint error over" role="alert">${this.#rows.problem}</p>`}
      ${this.#rows.total === 0 && this.#rows.problem === undefined ? html`<p class="hint over" role="status">${this.#empty()}</p>` : nothing}`;
  }

  #follows(): string {
    if (this.#counted === undefined) return 'Searching…';
    const { count: left, of } = this.#counted;
    return `In the messages that the filter leaves: ${left.toLocaleString('en-US')} of ${count(of, 'finding')}`;
  }

  #empty(): string {
    if (!this.#rows.ready) return this.filter === '' ? 'Reading…' : 'Searching…';
    return this.filter === '' ? 'No findings' : 'No findings in what the filter leaves';
  }

  #line(index: number): TemplateResult {
    const line = this.#rows.row(index);
    const selected = index === this.selected;
    const isGroup = line?.kind === 'group';
    const menu =
      line === undefined ? undefined : isGroup ? `finding.rule == ${JSON.stringify(line.rule)}` : `frame.number == ${line.frame}`;
    return html`<div id="finding-${index}" class="table-row breach ${isGroup ? 'group' : ''} ${selected ? 'selected' : ''}" role="treeitem"
      aria-level=${isGroup ? 1 : 2} aria-expanded=${isGroup ? String(!this.#closed.has(line.rule)) : nothing} aria-selected=${selected}
      data-vscode-context=${menuOf('line', menu)} @mousedown=${(event: MouseEvent) => this.#press(event, index)}>${
        line === undefined ? '…' : isGroup ? this.#group(line) : this.#breach(line)
      }</div>`;
  }

  #group({ rule, severity, clause, count: number, of }: Extract<FindingLine, { kind: 'group' }>): TemplateResult {
    return html`<span class="twistie" aria-hidden="true">${this.#closed.has(rule) ? '▸' : '▾'}</span><span class="mark ${severity}" role="img" aria-label=${severity}>${signs[severity]}</span>
      <code>${rule}</code> <span class="severity">${severity}, ${number === of ? '' : `${number.toLocaleString('en-US')} of `}${count(of, 'time')}</span> <span class="clause" title=${clause}>${clause}</span>`;
  }

  #breach({ frame, message, text, frames }: Extract<FindingLine, { kind: 'finding' }>): TemplateResult {
    const others = frames.filter((one) => one !== frame);
    return html`<span class="number">${frame}</span> <span class="message">${message}</span> <span class="text" title=${text}>${text}</span>
      ${others.length === 0 ? nothing : html`<span class="clause">see ${others.length === 1 ? 'frame' : 'frames'} ${others.join(', ')}</span>`}`;
  }

  #press(event: MouseEvent, index: number): void {
    if (event.button !== 0) return;
    this.selected = index;
    this.#choose(index);
  }

  #choose(index: number): void {
    const line = this.#rows.row(index);
    if (line?.kind === 'finding') this.dispatchEvent(new CustomEvent('show-frame', { detail: line.frame }));
    else if (line !== undefined) this.#fold(line.rule, !this.#closed.has(line.rule));
  }

  #fold(rule: string, closed: boolean): void {
    if (closed) this.#closed.add(rule);
    else this.#closed.delete(rule);
    this.#rows.stale();
  }

  #key(event: KeyboardEvent): void {
    if (isForeign(event)) return;
    const { total } = this.#rows;
    const line = this.#rows.row(this.selected);
    const to = goal(event.key, { at: this.selected, total, page: rowsPerPage(this.#scroller.extent) });
    if (to !== undefined) {
      this.selected = to;
      this.#scroller.reveal(to);
    } else if (event.key === 'Enter') this.#choose(this.selected);
    else if (line?.kind === 'group' && (event.key === 'ArrowLeft' || event.key === 'ArrowRight'))
      this.#fold(line.rule, event.key === 'ArrowLeft');
    else return;
    event.preventDefault();
  }
}
