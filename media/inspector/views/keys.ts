/** The keys of the capture: what each opens, and what no key opens yet. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { KeysQuestions, KeyUse, KeyView, LockedView } from '../../../extension/worker/answers/keys.ts';
import { PageElement } from '../../base/element.ts';
import { count } from '../../base/texts.ts';
import { asking } from '../page/asking.ts';
import type { Call } from '../page/host.ts';
import { Polling } from '../page/polling.ts';
import type { ChosenMessage } from '../page/session.ts';
import type { View } from '../page/view.ts';
import '../../theme/keys.css';

const SHOWN_USES = 12;

export class KeyTable extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    generation: { attribute: false },
    keys: { attribute: false },
  };
  declare call: Call;
  /** Of the capture's rows, and how many keys there are: another one means that everything is tried again. */
  declare generation: number;
  declare keys: number;
  readonly #ring = new Polling<KeysQuestions['ring']['result']>(this, 'The keys could not be tried');

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('generation') && !changed.has('keys')) return;
    void this.#ring.ask(() => asking<KeysQuestions>(this.call, 'keys')('ring', {}));
  }

  protected override render(): TemplateResult {
    const { answer } = this.#ring;
    return html`<div id="key-table" class="key-table" tabindex="0" role="region" aria-label="Keys">
      <div class="key-bar">
        <vscode-button id="keys-from-file" secondary @click=${() => this.#add('file')}>Add key log…</vscode-button>
        <vscode-button id="keys-from-clipboard" secondary @click=${() => this.#add('clipboard')}>Add from clipboard…</vscode-button>
        <span class="clause" role="status">${this.#says()}</span>
      </div>
      ${this.#ring.complaint === undefined ? nothing : html`<p class="error" role="alert">${this.#ring.complaint}</p>`}
      ${answer === undefined ? nothing : html`${this.#given(answer.keys)}${this.#locked(answer.locked, answer.done)}`}
    </div>`;
  }

  #says(): string {
    const { answer } = this.#ring;
    if (answer === undefined) return 'Reading…';
    if (!answer.done) return `Trying the keys, ${Math.floor(answer.progress * 100)} %`;
    return answer.more ? 'The first of each kind are listed; there is more' : '';
  }

  #given(keys: readonly KeyView[]): TemplateResult {
    if (keys.length === 0) return html`<p class="hint">No key was given.</p>`;
    return html`<h2>${count(keys.length, 'key')}</h2><ul class="keys">${keys.map(
      ({ label, fingerprint, belongsTo, where, opens }) => html`<li class="key">
        <div><code>${label}</code> <span class="clause">${where}, fingerprint ${fingerprint}</span></div>
        <div class="clause belongs" title=${belongsTo}>${belongsTo}</div>
        <div>${opens.length === 0 ? html`<span class="unknown">decrypts nothing in this capture</span>` : html`decrypts ${this.#uses(opens)}`}</div>
      </li>`,
    )}</ul>`;
  }

  #uses(uses: readonly KeyUse[]): TemplateResult {
    const more = uses.length - SHOWN_USES;
    return html`${uses.slice(0, SHOWN_USES).map((use) => html`${this.#link(use)} `)}${more > 0 ? html`and ${more} more` : nothing}`;
  }

  #link({ n, frame, protocol, message, of }: KeyUse): TemplateResult {
    return html`<button type="button" class="link" title=${of} @click=${() => this.#show({ n, frame })}>${protocol} ${message}, frame ${frame}</button>`;
  }

  #locked(locked: readonly LockedView[], done: boolean): TemplateResult | typeof nothing {
    if (locked.length === 0)
      return done ? html`<p id="nothing-locked" class="hint">Nothing that a key could open is closed.</p>` : nothing;
    return html`<h2>Not opened</h2><ul class="keys locked">${locked.map(
      (one) => html`<li class="key"><div>${this.#link(one)} <span class="clause">${one.of}</span></div>
        ${one.missing.map((text) => html`<div class="missing-key">${text}</div>`)}</li>`,
    )}</ul>`;
  }

  #show(detail: ChosenMessage): void {
    this.dispatchEvent(new CustomEvent<ChosenMessage>('show-message', { detail }));
  }

  #add(from: 'file' | 'clipboard'): void {
    this.dispatchEvent(new CustomEvent('add-keys', { detail: from }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peerscope-keys': KeyTable;
  }
}
customElements.define('peerscope-keys', KeyTable);

export const keys: View = {
  id: 'keys',
  title: 'Keys',
  draw: ({ session, overview, generation }) =>
    html`<peerscope-keys class="fills" .call=${session.call} .generation=${generation} .keys=${overview.keys}
      @add-keys=${({ detail }: CustomEvent<'file' | 'clipboard'>) => void session.addKeys(detail)}
      @show-message=${({ detail }: CustomEvent<ChosenMessage>) => session.showMessage(detail)}></peerscope-keys>`,
};
