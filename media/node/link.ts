/** A link of a node, and its messages: those that the state allows now, and the others with the reason why it does not. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { LinkState } from '../../extension/wire/node.ts';
import { ActingElement } from './acting.ts';
import { keyOf } from './pendinglist.ts';

export class NodeLink extends ActingElement {
  static override properties: PropertyDeclarations = {
    node: { attribute: false },
    link: { attribute: false },
    relayed: { attribute: false },
    drafts: { attribute: false },
    picked: { attribute: false },
  };
  declare node: number;
  declare link: LinkState;
  /** A relay speaks for nobody. */
  declare relayed: boolean;
  /** New messages that somebody writes for it. */
  declare drafts: readonly { readonly link: number; readonly message: string }[];
  /** The pending message that is shown beside. */
  declare picked: string | undefined;

  protected override render(): TemplateResult {
    const { id, remote, state, doc, ready, offers, others, dialled } = this.link;
    return html`<section class="link" aria-label="${remote}">
      <h3><span class=${ready ? 'state ready' : 'state'}>${ready ? '●' : '○'} ${state}</span> ${dialled ? 'to' : 'from'} ${remote} <span class="hint">${doc}</span>
        <button class="small" data-act="disconnect" @click=${() => this.act(() => this.call('disconnect', { node: this.node, link: id }))}>Close</button></h3>
      ${
        this.relayed
          ? nothing
          : html`<div class="messages" role="group" aria-label="Messages to ${remote}">
              ${offers.map((name) => this.#message(name, undefined))}${others.map(({ name, why }) => this.#message(name, why))}
            </div>`
      }
      ${this.#drafts()}
      ${this.problem()}
    </section>`;
  }

  #drafts(): TemplateResult | typeof nothing {
    if (this.drafts.length === 0) return nothing;
    return html`<p class="drafts">Being written: ${this.drafts.map(({ message }) => {
      const of = { node: this.node, of: { link: this.link.id, message } };
      return html`<button class="pick" data-draft=${message} aria-pressed=${keyOf(of) === this.picked} title="Show its fields and bytes" @click=${() => this.pick(of)}>${message}</button> `;
    })}</p>`;
  }

  /** `why`: it is not allowed now; whoever tests another implementation sends it all the same. */
  #message(name: string, why: string | undefined): TemplateResult {
    const of = { node: this.node, link: this.link.id, message: name };
    const menu = JSON.stringify({ webviewSection: 'message', preventDefaultContextMenuItems: true, ...of });
    const now = (): Promise<void> => this.act(() => this.call('sendNew', of));
    const open = ({ ctrlKey, metaKey }: MouseEvent): Promise<void> =>
      ctrlKey || metaKey ? now() : this.act(() => this.call('write', of));
    return html`<span class=${why === undefined ? 'message' : 'message other'} data-vscode-context=${menu}><button class="name" data-message=${name} title=${why ?? `Write ${name} and send it; Ctrl and a click sends it at once`} @click=${open}>${name}</button><button class="now" data-now=${name} title="Send ${name} at once" aria-label="Send ${name} at once" @click=${now}>▸</button></span>`;
  }
}
