/** The bar that searches: what for, where, which way, and how far the search has come. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { FindKind } from '../../../extension/wire/inspector.ts';
import { PageElement } from '../../base/element.ts';
import type { Search } from './search.ts';

const kinds: readonly (readonly [FindKind, string, string])[] = [
  ['list', 'List', 'Text in the lines of the list'],
  ['fields', 'Fields', 'Text in the names and values of all fields'],
  ['bytes', 'Bytes', 'Text, or 01 ff, also in what was decrypted and reassembled'],
  ['filter', 'Filter', 'p2pke.counter >= 16'],
];

export interface Asked {
  readonly kind: FindKind;
  readonly text: string;
  readonly forward: boolean;
}

export class FindBar extends PageElement {
  static override properties: PropertyDeclarations = { search: { attribute: false }, shown: { attribute: false } };
  declare search: Search;
  declare shown: boolean;
  #kind: FindKind = 'list';
  #text = '';

  override focus(): void {
    const input = this.querySelector('input');
    input?.focus();
    input?.select();
  }

  /** Searches on for what was sought before; false where nothing was. */
  again(forward: boolean): boolean {
    if (this.#text === '') return false;
    this.#ask(forward);
    return true;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.shown) return nothing;
    const { progress, says } = this.search;
    const hint = kinds.find(([kind]) => kind === this.#kind)![2];
    return html`<div class="find-bar" role="search" aria-label="Find" @keydown=${this.#key}>
      <select id="find-kind" aria-label="Look in" .value=${this.#kind} @change=${this.#choose}>${kinds.map(
        ([kind, title]) => html`<option value=${kind} ?selected=${kind === this.#kind}>${title}</option>`,
      )}</select>
      <input id="find-text" class="text-input" type="text" aria-label="Find" placeholder=${hint} spellcheck="false" autocomplete="off" .value=${this.#text} @input=${this.#typed} />
      <vscode-button id="find-previous" secondary title="Shift+Enter" @click=${() => this.#ask(false)}>Previous</vscode-button>
      <vscode-button id="find-next" title="Enter" @click=${() => this.#ask(true)}>Next</vscode-button>
      <span id="find-says" class="find-says" role="status">${
        progress === undefined
          ? says
          : html`${Math.floor(progress * 100)} % searched <vscode-button id="find-stop" secondary @click=${() => this.search.stop()}>Stop</vscode-button>`
      }</span>
      <button id="find-close" class="close" type="button" aria-label="Close" title="Escape" @click=${this.#close}>✕</button>
    </div>`;
  }

  readonly #choose = (event: Event): void => {
    this.#kind = kinds.find(([kind]) => kind === (event.target as HTMLSelectElement).value)![0];
    this.requestUpdate();
  };

  readonly #typed = (event: Event): void => {
    this.#text = (event.target as HTMLInputElement).value;
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.#close();
    else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) this.#ask(!event.shiftKey);
    else return;
    event.preventDefault();
  };

  readonly #close = (): void => {
    this.search.stop();
    this.dispatchEvent(new CustomEvent('close-find'));
  };

  #ask(forward: boolean): void {
    const asked: Asked = { kind: this.#kind, text: this.#text, forward };
    if (this.#text.trim() !== '') this.dispatchEvent(new CustomEvent('find', { detail: asked }));
  }
}
