/** The filter bar: what is typed is checked and completed at once, and applied with Enter. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { CompletionsView, FilterProblemView, Scan } from '../../../extension/wire/inspector.ts';
import { PageElement } from '../../base/element.ts';
import { count } from '../../base/texts.ts';
import type { Call } from '../page/host.ts';

/** After a key, before the worker is asked. */
const PAUSE = 60;
const SHOWN_OPTIONS = 50;

export class FilterBar extends PageElement {
  static override properties: PropertyDeclarations = {
    applied: { attribute: false },
    history: { attribute: false },
    scan: { attribute: false },
    protocol: { attribute: false },
    total: { attribute: false },
    call: { attribute: false },
  };
  /** The filter that the list shows. */
  declare applied: string;
  /** Filters that were applied, the newest first. */
  declare history: readonly string[];
  declare scan: Scan | undefined;
  declare total: number;
  /** The protocol of the example in the empty bar. */
  declare protocol: string | undefined;
  declare call: Call;
  #text = '';
  #problem: FilterProblemView | undefined;
  #options: CompletionsView | undefined;
  #active = 0;
  /** An arrow key has chosen the active one: Enter takes it. */
  #isChosen = false;
  /** Place in the history while it is walked through; -1 outside. */
  #past = -1;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override focus(): void {
    this.#input?.focus();
    this.#input?.select();
  }

  /** Puts a text into the bar and applies it, when it can be. */
  async put(text: string): Promise<void> {
    this.#text = text;
    this.#options = undefined;
    await this.#check();
    if (this.#problem === undefined) this.#apply();
  }

  get #input(): HTMLInputElement | null {
    return this.querySelector('input');
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('applied') && changed.get('applied') === undefined) this.#text = this.applied;
  }

  protected override render(): TemplateResult {
    const { applied, scan } = this;
    const isApplied = this.#text === applied && applied !== '';
    const state = this.#problem !== undefined ? 'bad' : this.#text === '' ? '' : 'good';
    const open = this.#options !== undefined && this.#options.items.length > 0;
    return html`<div class="filter-bar" role="search">
      <div class="filter-field ${state}">
        <div class="filter-mirror" aria-hidden="true">${this.#marked()}</div>
        <input id="filter" type="text" role="combobox" aria-label="Filter" aria-autocomplete="list" aria-expanded=${open} aria-controls="filter-options"
          aria-invalid=${this.#problem !== undefined} aria-describedby="filter-problem" aria-activedescendant=${open ? `filter-option-${this.#active}` : nothing}
          placeholder=${`Filter: ${this.protocol ?? 'udp'} && ip.src == 127.0.0.1   (Ctrl+/)`} spellcheck="false" autocomplete="off" .value=${this.#text}
          @input=${this.#typed} @keydown=${this.#key} @blur=${this.#close} @scroll=${this.#align} />
        ${open ? this.#list(this.#options!) : nothing}
      </div>
      <vscode-button id="apply-filter" ?disabled=${this.#problem !== undefined || this.#text === applied} @click=${() => this.#apply()}>Apply</vscode-button>
      <vscode-button id="clear-filter" secondary ?disabled=${applied === '' && this.#text === ''} @click=${() => this.#clear()}>Clear</vscode-button>
      <span id="filter-count" class="filter-count" role="status">${isApplied && scan !== undefined ? this.#progress(scan) : nothing}</span>
    </div>
    <p id="filter-problem" class="filter-problem" role="status" ?hidden=${open || this.#problem === undefined || this.#text === ''}>${this.#problem?.text}</p>`;
  }

  #progress({ scanned, of, done }: Scan): TemplateResult {
    const shown = count(this.total, 'row');
    if (done) return html`${shown} of ${of.toLocaleString('en-US')}`;
    return html`${shown} so far, ${Math.floor((scanned / Math.max(1, of)) * 100)} % searched
      <vscode-progress-bar class="progress" aria-label="Searching" .value=${scanned} .max=${Math.max(1, of)}></vscode-progress-bar>`;
  }

  /** The text once more below the input, where a part of it can be underlined. */
  #marked(): TemplateResult {
    const problem = this.#problem;
    if (problem === undefined) return html`${this.#text}`;
    const { start, end } = problem;
    return html`${this.#text.slice(0, start)}<span class="wrong">${this.#text.slice(start, Math.max(end, start + 1)) || ' '}</span>${this.#text.slice(Math.max(end, start + 1))}`;
  }

  #list({ items }: CompletionsView): TemplateResult {
    return html`<ul id="filter-options" role="listbox" aria-label="Completions">${items.slice(0, SHOWN_OPTIONS).map(
      (
        { insert, detail, doc },
        index,
      ) => html`<li id="filter-option-${index}" role="option" aria-selected=${index === this.#active}
        class=${index === this.#active ? 'active' : ''} title=${doc} @mousedown=${(event: Event) => this.#pick(event, index)}><span class="insert">${insert}</span><span class="detail">${detail}</span><span class="doc">${doc}</span></li>`,
    )}</ul>`;
  }

  readonly #typed = (): void => {
    this.#text = this.#input?.value ?? '';
    this.#past = -1;
    this.#ask(true);
    this.requestUpdate();
  };

  /** Asks the worker what is wrong and what may follow; an answer to an earlier text is dropped. */
  #ask(completing: boolean): void {
    const turn = ++this.#turn;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#check();
      if (completing) void this.#complete(turn);
    }, PAUSE);
  }

  async #check(): Promise<void> {
    const text = this.#text;
    const { problem } = text.trim() === '' ? {} : await this.call('checkFilter', { text }).catch(() => ({ problem: undefined }));
    if (text !== this.#text) return;
    this.#problem = problem;
    this.requestUpdate();
  }

  async #complete(turn: number): Promise<void> {
    const caret = this.#input?.selectionStart ?? this.#text.length;
    const options = await this.call('completeFilter', { text: this.#text, caret }).catch(() => undefined);
    if (turn !== this.#turn || document.activeElement !== this.#input) return;
    this.#options = options;
    this.#active = 0;
    this.#isChosen = false;
    this.requestUpdate();
  }

  readonly #close = (): void => {
    this.#turn++;
    this.#options = undefined;
    this.requestUpdate();
  };

  readonly #align = (): void => {
    const mirror = this.querySelector<HTMLElement>('.filter-mirror');
    if (mirror !== null && this.#input !== null) mirror.scrollLeft = this.#input.scrollLeft;
  };

  #pick(event: Event, index: number): void {
    // The focus stays in the input.
    event.preventDefault();
    this.#insert(index);
  }

  #insert(index: number): void {
    const options = this.#options;
    const item = options?.items[index];
    if (options === undefined || item === undefined) return;
    const before = this.#text.slice(0, options.start) + item.insert;
    this.#text = before + this.#text.slice(options.end);
    this.#options = undefined;
    this.#ask(false);
    this.requestUpdate();
    void this.updateComplete.then(() => this.#input?.setSelectionRange(before.length, before.length));
  }

  readonly #key = (event: KeyboardEvent): void => {
    const items = this.#options?.items.slice(0, SHOWN_OPTIONS) ?? [];
    const move = (by: number): void => {
      this.#active = (this.#active + by + items.length) % items.length;
      this.#isChosen = true;
      void this.updateComplete.then(() => this.querySelector('.active')?.scrollIntoView({ block: 'nearest' }));
    };
    const isOpen = items.length > 0;
    const actions: Record<string, (() => void) | undefined> = {
      Enter: () => (isOpen && this.#isChosen ? this.#insert(this.#active) : this.#enter()),
      Tab: isOpen ? () => this.#insert(this.#active) : undefined,
      Escape: () => (isOpen ? this.#close() : this.#restore()),
      ArrowDown: () => (isOpen ? move(1) : this.#walk(-1)),
      ArrowUp: () => (isOpen ? move(-1) : this.#walk(1)),
      ' ': event.ctrlKey ? () => void this.#complete(++this.#turn) : undefined,
    };
    const action = event.altKey || event.metaKey ? undefined : actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
    this.requestUpdate();
  };

  /** Applies: what the worker thinks of the text is asked first, since a key may be quicker than its answer. */
  #enter(): void {
    this.#close();
    void this.#check().then(() => {
      if (this.#problem === undefined) this.#apply();
    });
  }

  #apply(): void {
    this.#past = -1;
    this.dispatchEvent(new CustomEvent('apply-filter', { detail: this.#text.trim() }));
  }

  #clear(): void {
    this.#text = '';
    this.#problem = undefined;
    this.#apply();
    this.focus();
  }

  #restore(): void {
    this.#text = this.applied;
    this.#problem = undefined;
  }

  #walk(by: number): void {
    const to = Math.max(-1, Math.min(this.history.length - 1, this.#past + by));
    if (to === this.#past) return;
    this.#past = to;
    this.#text = to < 0 ? this.applied : this.history[to]!;
    void this.#check();
  }
}
