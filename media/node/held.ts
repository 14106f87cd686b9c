/** A message that waits: what it says on one line, and what is to become of it. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { HeldAction, HeldState } from '../../extension/wire/node.ts';
import { ActingElement } from './acting.ts';

const DELAY_MS = 5000;

export class HeldMessage extends ActingElement {
  static override properties: PropertyDeclarations = {
    node: { attribute: false },
    held: { attribute: false },
    relayed: { attribute: false },
    isPicked: { attribute: false },
  };
  declare node: number;
  declare held: HeldState;
  /** It goes on in either direction: nobody here reads it. */
  declare relayed: boolean;
  /** Its fields and bytes are shown beside. */
  declare isPicked: boolean;

  protected override render(): TemplateResult {
    const { direction, message, remote, summary, id, note, isEdited } = this.held;
    const leaves = direction === 'out' || this.relayed;
    const whose = this.relayed ? (direction === 'out' ? 'from' : 'back to') : direction === 'out' ? 'to' : 'from';
    const of = { node: this.node, held: id };
    const button = (name: string, title: string, go: () => Promise<unknown>, secondary = true): TemplateResult =>
      html`<vscode-button data-act=${name} ?secondary=${secondary} @click=${() => this.act(go)}>${title}</vscode-button>`;
    const act = (action: HeldAction) => () => this.call('actOnHeld', { ...of, action });
    const verb = leaves ? 'Send' : 'Deliver';
    return html`<section class=${this.isPicked ? 'held picked-message' : 'held'} aria-label="${message} waits">
      <h3><span class="arrow" aria-hidden="true">${direction === 'out' ? '→' : '←'}</span> <button class="pick" data-act="pick" aria-pressed=${this.isPicked} title="Show its fields and bytes" @click=${() => this.pick({ node: this.node, of: { held: id } })}>${message}</button> <span class="hint">${whose} ${remote}</span>${isEdited ? html` <span class="edited">edited</span>` : nothing}</h3>
      ${note === undefined ? nothing : html`<p class="hint">${note}</p>`}
      <p class="summary" title=${summary}>${summary}</p>
      <div class="acts">
        ${button('send', `${verb}${isEdited ? ' as Edited' : ''}`, act({ kind: 'send', times: 1 }), false)}
        ${button('edit', 'Edit…', () => this.call('editHeld', of))}
        ${button('twice', `${verb} Twice`, act({ kind: 'send', times: 2 }))}
        ${leaves ? button('delay', `Delay ${DELAY_MS / 1000} s`, act({ kind: 'delay', milliseconds: DELAY_MS })) : nothing}
        ${isEdited ? button('replace', 'Replace', act({ kind: 'replace' })) : nothing}
        ${button('drop', 'Drop', () => this.call('drop', of))}
      </div>
      ${this.problem()}
    </section>`;
  }
}
