/** The faults of a node, each as a packet script says it: added and taken away while it runs. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { FaultState, NodeState } from '../../extension/wire/node.ts';
import { ActingElement } from './acting.ts';

export class NodeFaults extends ActingElement {
  static override properties: PropertyDeclarations = {
    node: { attribute: false },
    suggested: { state: true },
  };
  declare node: NodeState;
  /** Whole lines, each with what may stand behind what is begun. */
  declare suggested: readonly { readonly text: string; readonly detail: string }[];
  #suggestions = 0;

  constructor() {
    super();
    this.suggested = [];
  }

  protected override render(): TemplateResult {
    const { id, faults, running, kind, seed } = this.node;
    const example = kind === 'relay' ? 'forward drop MESSAGE nth 2' : 'flip=3 MESSAGE probability 0.1';
    return html`<section class="faults" aria-label="Faults">
      ${
        faults.length === 0
          ? nothing
          : html`<ul class="chips" aria-label="Faults">${repeat(
              faults,
              (fault) => fault.id,
              (fault) => this.#chip(fault),
            )}</ul>`
      }
      ${
        running
          ? html`<form class="fault" @submit=${this.#add}>
              <label>Fault<input name="spec" list="faults-${id}" placeholder=${example} title="As in a packet script: KIND[=AMOUNT] [MESSAGE] [nth N | probability P]; seed ${seed}" spellcheck="false" autocomplete="off" @input=${this.#suggest} @focus=${this.#suggest} /></label>
              <datalist id="faults-${id}">${this.suggested.map(({ text, detail }) => html`<option value=${text}>${detail}</option>`)}</datalist>
              <button class="small" data-act="add-fault">Add</button>
            </form>`
          : nothing
      }
      ${this.problem()}
    </section>`;
  }

  #chip({ id, text, isSpent }: FaultState): TemplateResult {
    const { running } = this.node;
    return html`<li class=${isSpent ? 'chip spent' : 'chip'}><code>${text}</code>${isSpent ? html` <span class="hint">has happened</span>` : nothing}${
      running
        ? html`<button class="remove" data-act="remove-fault" title="Remove" aria-label="Remove the fault ${text}" @click=${() => this.act(() => this.call('removeFault', { node: this.node.id, fault: id }))}>×</button>`
        : nothing
    }</li>`;
  }

  readonly #suggest = async ({ target }: Event): Promise<void> => {
    const turn = ++this.#suggestions;
    const { value } = target as HTMLInputElement;
    try {
      const { items } = await this.call('suggestFault', { node: this.node.id, text: value });
      // Somebody went on typing.
      if (turn === this.#suggestions) this.suggested = items.map(({ text, detail }) => ({ text: text.trimEnd(), detail }));
    } catch {
      // What is added says what is wrong.
      this.suggested = [];
    }
  };

  readonly #add = (event: Event): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const spec = String(new FormData(form).get('spec') ?? '').trim();
    if (spec === '') return;
    void this.act(async () => {
      await this.call('fault', { node: this.node.id, spec });
      form.reset();
    });
  };
}
