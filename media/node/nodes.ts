/** The test nodes: a form that starts one, and a card for each. */

import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { NodePageEvents, NodeState, PendingOf, SpokenProtocol } from '../../extension/wire/node.ts';
import { sentence } from '../base/connection.ts';
import { PageElement } from '../base/element.ts';
import { connect } from './host.ts';
import { keyOf, pendingIn, shownOf } from './pendinglist.ts';

export class Nodes extends PageElement {
  static override properties: PropertyDeclarations = {
    protocols: { state: true },
    nodes: { state: true },
    complaint: { state: true },
    folded: { state: true },
    picked: { state: true },
    cut: { state: true },
  };
  declare protocols: readonly SpokenProtocol[] | undefined;
  declare nodes: readonly NodeState[];
  declare complaint: string | undefined;
  /** The form for a new node, by itself while one runs. */
  declare folded: boolean;
  /** The pending message that a person has picked. */
  declare picked: string | undefined;
  /** Why the recording of all nodes has ended. */
  declare cut: string | undefined;
  #hasRunning = false;
  /** How often somebody wrote in the document of a pending message. */
  readonly #written = new Map<string, number>();
  readonly #call = connect({
    nodes: (data: unknown) => {
      const { nodes, cut } = data as NodePageEvents['nodes'];
      this.nodes = nodes;
      this.cut = cut;
    },
    written: (data: unknown) => {
      const key = keyOf(data as PendingOf);
      this.#written.set(key, (this.#written.get(key) ?? 0) + 1);
      this.requestUpdate();
    },
    chosen: (data: unknown) => {
      this.picked = keyOf(data as PendingOf);
    },
  });

  constructor() {
    super();
    this.nodes = [];
    this.folded = false;
  }

  protected override willUpdate(): void {
    const hasRunning = this.nodes.some(({ running }) => running);
    if (hasRunning !== this.#hasRunning) this.folded = hasRunning;
    this.#hasRunning = hasRunning;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#call('ready', {}).then(
      ({ protocols, nodes }) => {
        this.protocols = protocols;
        this.nodes = nodes;
      },
      (error: unknown) => {
        this.complaint = sentence(error);
      },
    );
  }

  protected override render(): TemplateResult {
    if (this.complaint !== undefined) return html`<p class="problem" role="alert">${this.complaint}</p>`;
    if (this.protocols === undefined) return html`<p class="hint">Starting…</p>`;
    const running = this.nodes.length;
    const pending = shownOf(pendingIn(this.nodes), this.picked);
    return html`<div class="cards" @pick=${({ detail }: CustomEvent<PendingOf>) => {
      this.picked = keyOf(detail);
    }}><header class="bar"><h1>Test Node</h1>
        ${running === 0 ? nothing : html`<button class="small" data-act="ladder" title="Shows all nodes of this window on one ladder, with what they hold" @click=${() => void this.#call('showLadder', {})}>Ladder of All Nodes</button>`}</header>
      ${this.cut === undefined ? nothing : html`<p class="problem" role="alert">${this.cut}</p>`}
      <details class="new" ?open=${!this.folded} @toggle=${this.#toggle}>
        <summary>New Node</summary>
        <peerscope-node-form .call=${this.#call} .protocols=${this.protocols}></peerscope-node-form>
      </details>
      ${running === 0 ? html`<p class="hint">A test node speaks a protocol. Listen and connect your implementation to it, or connect to your implementation. The traffic opens in the inspector, decrypted.</p>` : nothing}
      ${repeat(
        [...this.nodes].reverse(),
        ({ id }) => id,
        (node) => html`<peerscope-node .call=${this.#call} .node=${node} .picked=${pending?.key}></peerscope-node>`,
      )}</div>
      ${pending === undefined ? nothing : html`<peerscope-pending .call=${this.#call} .pending=${pending} .version=${`${pending.version} ${this.#written.get(pending.key) ?? 0}`}></peerscope-pending>`}`;
  }

  readonly #toggle = ({ target, currentTarget }: Event): void => {
    // Those in the form fold by themselves.
    if (target === currentTarget) this.folded = !(target as HTMLDetailsElement).open;
  };
}
