/** A message that waits: what it says, to be changed, and what is to become of it. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { HeldState } from '../../extension/wire/node.ts';
import { PageElement } from '../inspector/page/element.ts';
import type { Call } from './host.ts';

const DELAY_MS = 5000;
const MOST_ROWS = 14;

export class HeldMessage extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    node: { attribute: false },
    held: { attribute: false },
    relayed: { attribute: false },
    text: { state: true },
    complaint: { state: true },
  };
  declare call: Call;
  declare node: number;
  declare held: HeldState;
  /** It goes on in either direction: nobody here reads it. */
  declare relayed: boolean;
  /** What the person made of it; undefined while it is as it was. */
  declare text: string | undefined;
  declare complaint: string | undefined;

  protected override render(): TemplateResult {
    const { direction, message, remote, text, id, note } = this.held;
    const leaves = direction === 'out' || this.relayed;
    const whose = this.relayed ? (direction === 'out' ? 'from' : 'back to') : direction === 'out' ? 'to' : 'from';
    const rows = Math.min(MOST_ROWS, text.split('\n').length);
    const button = (name: string, title: string, go: () => Promise<unknown>, secondary = true): TemplateResult =>
      html`<vscode-button data-act=${name} ?secondary=${secondary} @click=${() => this.#do(go)}>${title}</vscode-button>`;
    const edited = this.text === undefined ? {} : { text: this.text };
    const of = { node: this.node, held: id };
    const release = (times: number) => () => this.call('release', { ...of, times, ...edited });
    return html`<section class="held" aria-label="${message} waits">
      <h3><span class="arrow" aria-hidden="true">${direction === 'out' ? '→' : '←'}</span> ${message} <span class="hint">${whose} ${remote}</span></h3>
      ${note === undefined ? nothing : html`<p class="hint">${note}</p>`}
      <textarea rows=${rows} spellcheck="false" aria-label="Values of ${message}" .value=${this.text ?? text} @input=${this.#edit}></textarea>
      <div class="acts">
        ${button('release', `${leaves ? 'Send' : 'Deliver'}${this.text === undefined ? '' : ' as edited'}`, release(1), false)}
        ${button('twice', 'Send twice', release(2))}
        ${leaves ? button('delay', `Send in ${DELAY_MS / 1000} s`, () => this.call('delay', { ...of, milliseconds: DELAY_MS })) : nothing}
        ${button('drop', 'Drop', () => this.call('drop', of))}
      </div>
      ${this.complaint === undefined ? nothing : html`<p class="problem" role="alert">${this.complaint}</p>`}
    </section>`;
  }

  readonly #edit = ({ target }: Event): void => {
    const { value } = target as HTMLTextAreaElement;
    this.text = value === this.held.text ? undefined : value;
  };

  async #do(go: () => Promise<unknown>): Promise<void> {
    this.complaint = undefined;
    try {
      await go();
    } catch (error) {
      this.complaint = error instanceof Error ? error.message : String(error);
    }
  }
}
