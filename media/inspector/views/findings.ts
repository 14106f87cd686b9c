/** The findings of the capture by rule; a line goes to its frame. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { FindingLine, FindingPart } from '../../../extension/wire/inspector.ts';
import type { FindingsQuestions } from '../../../extension/worker/answers/findings.ts';
import { PageElement } from '../../base/element.ts';
import { count } from '../../base/texts.ts';
import { VirtualList } from '../../base/virtuallist.ts';
import { menuOf } from '../list/asfilter.ts';
import { asking } from '../page/asking.ts';
import type { Call } from '../page/host.ts';
import { signs } from '../page/signs.ts';
import { Table } from '../page/table.ts';
import type { View } from '../page/view.ts';
import '../../theme/findings.css';

const ROW_HEIGHT = 22;

export class Findings extends PageElement {
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
  readonly #rows = new Table<FindingLine>(
    (start, length) => this.#ask(start, length),
    () => this.requestUpdate(),
  );
  readonly #list = new VirtualList<FindingLine>(this, {
    rowHeight: ROW_HEIGHT,
    rows: () => this.#rows,
    selection: {
      id: 'finding',
      at: () => this.selected,
      go: (index) => {
        this.selected = index;
      },
      act: (key) => this.#act(key),
    },
  });

  constructor() {
    super();
    this.selected = 0;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('filter')) {
      this.#counted = undefined;
      this.#list.scrollTo(0);
    }
    if (changed.has('generation') || changed.has('filter')) this.#rows.stale();
  }

  async #ask(start: number, count: number): Promise<FindingPart> {
    const narrowed = this.filter === '' ? {} : { filter: this.filter };
    const ask = asking<FindingsQuestions>(this.call, 'findings');
    const part = await ask('rows', { start, count, closed: [...this.#closed], ...narrowed });
    this.#counted = part.ready ? part.findings : undefined;
    return part;
  }

  protected override render(): TemplateResult {
    return html`${this.filter === '' ? nothing : html`<p id="findings-follow" class="follows" role="status">${this.#follows()}</p>`}<div id="finding-tree" class="table viewport" role="tree" tabindex="0" aria-label="Findings by rule"
        aria-activedescendant=${this.#list.active} @keydown=${this.#list.key}>
        ${this.#list.draw((line, index) => this.#line(line, index))}
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

  #line(line: FindingLine | undefined, index: number): TemplateResult {
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

  #act(key: string): boolean {
    const line = this.#rows.row(this.selected);
    if (key === 'Enter') this.#choose(this.selected);
    else if (line?.kind === 'group' && (key === 'ArrowLeft' || key === 'ArrowRight')) this.#fold(line.rule, key === 'ArrowLeft');
    else return false;
    return true;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-findings': Findings;
  }
}
customElements.define('peerscope-findings', Findings);

export const findings: View = {
  id: 'findings',
  title: 'Findings',
  draw: ({ session, generation }) =>
    html`<peerscope-findings class="fills" .call=${session.call} .generation=${generation} .filter=${session.list.filter}
      @show-frame=${({ detail }: CustomEvent<number>) => session.showFrame(detail)}></peerscope-findings>`,
};
