/** A bar that searches one pane: what for, how many there are, and the way from one to the next. */
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { PageElement } from '../../base/element.ts';

export class FindWithin extends PageElement {
  static override properties: PropertyDeclarations = {
    label: { attribute: false },
    hint: { attribute: false },
    says: { attribute: false },
  };
  /** What it does, for who cannot see where it stands. */
  declare label: string;
  declare hint: string;
  /** How many there are. */
  declare says: string;

  override focus(): void {
    const input = this.querySelector('input');
    input?.focus();
    input?.select();
  }

  protected override render(): TemplateResult {
    return html`<div class="find-within" role="search" aria-label=${this.label} @keydown=${this.#key}>
      <input class="text-input" type="text" aria-label=${this.label} placeholder=${this.hint} spellcheck="false" autocomplete="off" @input=${this.#typed} />
      <span class="find-within-says" role="status">${this.says}</span>
      <button class="close" type="button" aria-label="Previous match" title="Previous match (Shift+Enter)" @click=${() => this.#go(false)}>↑</button>
      <button class="close" type="button" aria-label="Next match" title="Next match (Enter)" @click=${() => this.#go(true)}>↓</button>
      <button class="close" type="button" aria-label="Close" title="Close (Escape)" @click=${this.#close}>✕</button>
    </div>`;
  }

  readonly #typed = (event: Event): void => {
    this.dispatchEvent(new CustomEvent('seek', { detail: (event.target as HTMLInputElement).value }));
  };

  #go(forward: boolean): void {
    this.dispatchEvent(new CustomEvent('go', { detail: forward }));
  }

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.#close();
    else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) this.#go(!event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
