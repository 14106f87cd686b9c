/** Two captures side by side: what differs in them, the rest folded; a message leads to its frame. */

import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ComparedLine, ComparisonView, Side, Unfolding } from '../../extension/wire/comparing.ts';
import { sentence } from '../base/connection.ts';
import { PageElement } from '../base/element.ts';
import { count, grouped, pair, placeText } from '../base/texts.ts';
import { VirtualList } from '../base/virtuallist.ts';
import { bytesOf, drawn } from './drawing.ts';
import { connect } from './host.ts';
import { differenceFrom, isDifference, letters, messageOf, placeAmongDifferences, spoken, valueText } from './lines.ts';
import { type Place, placeIn } from './place.ts';

const ROW_HEIGHT = 22;

export class Comparison extends PageElement {
  static override properties: PropertyDeclarations = {
    view: { state: true },
    lines: { state: true },
    selected: { state: true },
    side: { state: true },
    complaint: { state: true },
    isBusy: { state: true },
  };
  declare view: ComparisonView | undefined;
  declare lines: readonly ComparedLine[];
  declare selected: number;
  /** Whose frame Enter shows. */
  declare side: Side;
  declare complaint: string | undefined;
  declare isBusy: boolean;
  readonly #host = connect({
    go: (data: unknown) => this.#go((data as { forward: boolean }).forward),
    again: () => void this.#read(true),
  });
  /** What was unfolded, in its order. */
  #unfolded: readonly Unfolding[] = [];
  readonly #list = new VirtualList<ComparedLine>(this, {
    rowHeight: ROW_HEIGHT,
    rows: () => ({ total: this.lines.length, row: (index) => this.lines[index] }),
    selection: {
      id: 'line',
      at: () => this.selected,
      go: (index) => {
        this.selected = index;
      },
      act: (key) => this.#act(key),
    },
  });

  constructor() {
    super();
    this.lines = [];
    this.selected = 0;
    this.side = 'a';
    this.isBusy = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read(false);
  }

  async #read(again: boolean): Promise<void> {
    this.isBusy = true;
    try {
      const kept = again ? undefined : placeIn(this.#host.stored());
      const view = await this.#host.call('ready', { again });
      this.#unfolded = [];
      this.lines = view.lines;
      for (const unfolding of kept?.unfolded ?? []) await this.#unfold(unfolding);
      this.view = view;
      this.complaint = undefined;
      this.side = kept?.side ?? this.side;
      const selected = kept?.selected ?? differenceFrom(this.lines, -1, true);
      this.selected = Math.max(0, Math.min(selected, this.lines.length - 1));
      this.#list.scrollTo(kept?.top ?? 0);
      if (kept === undefined) this.#list.reveal(this.selected);
    } catch (error) {
      this.complaint = sentence(error);
    }
    this.isBusy = false;
  }

  /** VS Code throws a hidden page away. */
  protected override updated(): void {
    if (this.isBusy || this.view === undefined) return;
    const { selected, side } = this;
    this.#host.store({ selected, side, top: this.#list.top, unfolded: this.#unfolded } satisfies Place);
  }

  protected override render(): TemplateResult {
    return html`${this.#header()}${this.#notices()}${this.view === undefined ? nothing : this.#compared(this.view)}`;
  }

  #header(): TemplateResult {
    const { view } = this;
    const total = view === undefined ? 0 : this.lines.filter(isDifference).length;
    const state = this.isBusy ? 'Comparing…' : (this.complaint ?? view?.summary ?? '');
    return html`<header id="summary">
      <p id="sentence" class=${this.complaint === undefined || this.isBusy ? '' : 'problem'} role="status">${state}</p>
      <div class="bar">
        ${view === undefined ? nothing : html`<span class="counts"><span id="count-differences">${count(view.differences + view.unlisted, 'difference')}</span><span id="count-messages" title="Messages in A / in B">${pair(view.messages)} messages</span></span>`}
        <span class="actions">
          ${total === 0 ? nothing : html`<span id="place" class="place">${this.#place(total)}</span>`}
          <vscode-button id="previous" secondary title="Previous Difference (Shift+F7)" ?disabled=${total === 0} @click=${() => this.#go(false)}>Previous</vscode-button>
          <vscode-button id="next" secondary title="Next Difference (F7)" ?disabled=${total === 0} @click=${() => this.#go(true)}>Next</vscode-button>
          <vscode-button id="again" secondary title="Read both captures and their keys again" ?disabled=${this.isBusy} @click=${() => void this.#read(true)}>Compare Again</vscode-button>
        </span>
      </div>
    </header>`;
  }

  #place(total: number): string {
    const at = placeAmongDifferences(this.lines, this.selected);
    return at < 0 ? '' : placeText(at, total);
  }

  #notices(): TemplateResult | typeof nothing {
    const { notices = [], unlisted = 0 } = this.view ?? {};
    const told = [
      ...(unlisted === 0 ? [] : [`${grouped(unlisted)} more differences are not listed: limit differences.`]),
      ...notices,
    ];
    return told.length === 0
      ? nothing
      : html`<ul id="notices" class="notices" tabindex="0" aria-label="Notices">${told.map((text) => html`<li>${text}</li>`)}</ul>`;
  }

  #compared({ names }: ComparisonView): TemplateResult {
    const head = (side: Side, name: string): TemplateResult =>
      html`<span class="half ${side}" title=${name}><strong>${letters[side]}</strong> ${name}</span>`;
    return html`<div class="heads compared" aria-hidden="true"><span class="sign"></span>${head('a', names[0])}${head('b', names[1])}</div>
      <div id="lines" class="table viewport" role="listbox" tabindex="0" aria-label="Messages of ${names[0]} and ${names[1]}" aria-activedescendant=${this.#list.active} @keydown=${this.#list.key}>
        ${this.#list.draw((line, index) => this.#line(line, index))}
      </div>
      <section id="details" tabindex="0" aria-label="The selected line" aria-live="polite">${this.#details()}</section>`;
  }

  #line(line: ComparedLine | undefined, index: number): TemplateResult {
    const isSelected = index === this.selected;
    if (line === undefined)
      return html`<div id="line-${index}" class="table-row compared" role="option" aria-selected="false"></div>`;
    return html`<div id="line-${index}" class="table-row compared ${line.kind} ${isDifference(line) ? 'differs' : ''} ${isSelected ? `selected on-${this.side}` : ''}" role="option"
      aria-selected=${isSelected}>${drawn(line, (event, side) => this.#press(event, index, side))}</div>`;
  }

  #details(): TemplateResult | typeof nothing {
    const line = this.lines[this.selected];
    if (line === undefined) return nothing;
    if (!isDifference(line)) return html`<p>${spoken(line)}</p>`;
    const sides = line.kind !== 'field' ? [] : (['a', 'b'] as const).filter((side) => line[side] !== undefined);
    return html`<p class="text">${line.text}</p>${
      line.kind === 'field' ? html`<p class="path"><code>${line.field}</code></p>` : nothing
    }${
      line.kind !== 'field' || sides.length === 0
        ? nothing
        : html`<dl>${sides.map((side) => {
            const field = line[side]!;
            const length = field.length ? count(field.length, 'byte') : undefined;
            const told = [valueText(field), length].filter((one) => one !== undefined).join(', ');
            return html`<dt>${letters[side]}</dt><dd class=${side}>${told} ${bytesOf(field, line[side === 'a' ? 'b' : 'a'])}</dd>`;
          })}</dl>`
    }`;
  }

  #go(forward: boolean): void {
    const to = differenceFrom(this.lines, this.selected, forward);
    if (to < 0) return;
    this.#list.go(to);
    this.querySelector<HTMLElement>('#lines')?.focus({ preventScroll: true });
  }

  #press(event: MouseEvent, index: number, side: Side): void {
    if (event.button !== 0) return;
    this.side = side;
    this.#list.press(event, index);
    this.#choose();
  }

  #act(key: string): boolean {
    if (key === 'ArrowLeft' || key === 'ArrowRight') this.side = key === 'ArrowLeft' ? 'a' : 'b';
    else if (key === 'Enter') this.#choose();
    else return false;
    return true;
  }

  /** Shows the frame of the selected line (of a baseline, its line), or unfolds it. */
  #choose(): void {
    const line = this.lines[this.selected];
    if (line?.kind === 'fold') this.#told(this.#unfold(line));
    const other: Side = this.side === 'a' ? 'b' : 'a';
    const side = messageOf(this.lines, this.selected, this.side) === undefined ? other : this.side;
    const message = messageOf(this.lines, this.selected, side);
    const at = message?.frame ?? message?.line;
    if (at !== undefined) this.#told(this.#host.call('showPlace', { side, at }));
  }

  async #unfold({ start, count: length, of }: Unfolding): Promise<void> {
    const unfolding = { start, count: length, of };
    const { lines } = await this.#host.call('unfold', unfolding);
    // Another comparison, or a second click on the same line, may have come first.
    const at = this.lines.findIndex(
      (line) => line.kind === 'fold' && line.start === start && line.count === length && line.of === of,
    );
    if (at < 0) return;
    this.lines = this.lines.toSpliced(at, 1, ...lines);
    this.#unfolded = [...this.#unfolded, unfolding];
  }

  #told(asked: Promise<unknown>): void {
    asked.then(
      () => {
        this.complaint = undefined;
      },
      (error: unknown) => {
        this.complaint = sentence(error);
      },
    );
  }
}
