/** The faults of a node that runs, or of one that is to start, each as a packet script says it: added and taken away. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { FaultOwner, FaultState } from '../../extension/wire/node.ts';
import { ActingElement } from './acting.ts';

/** What becomes of them. */
export interface FaultActions {
  /** An Error with a sentence for one that cannot be. */
  add(text: string): Promise<unknown>;
  remove(id: number): Promise<unknown>;
}

export class NodeFaults extends ActingElement {
  static override properties: PropertyDeclarations = {
    owner: { attribute: false },
    faults: { attribute: false },
    seed: { attribute: false },
    actions: { attribute: false },
    list: { attribute: false },
    suggested: { state: true },
  };
  declare owner: FaultOwner;
  declare faults: readonly FaultState[];
  /** Decides when and where they happen; undefined before the node starts. */
  declare seed: number | undefined;
  /** Undefined for those of a node that has stopped. */
  declare actions: FaultActions | undefined;
  /** The id of its list of suggestions, which no other one has. */
  declare list: string;
  /** Whole lines, each with what may stand behind what is begun. */
  declare suggested: readonly { readonly text: string; readonly detail: string }[];
  #suggestions = 0;

  constructor() {
    super();
    this.suggested = [];
  }

  /** Adds what stands in the field; false where that cannot be, and is told. */
  async addWritten(): Promise<boolean> {
    const input = this.querySelector('input');
    const text = input?.value.trim() ?? '';
    const { actions } = this;
    if (actions === undefined || text === '') return true;
    await this.act(async () => {
      await actions.add(text);
      input!.value = '';
    });
    return this.complaint === undefined;
  }

  protected override render(): TemplateResult {
    const { faults, actions, list, seed } = this;
    const example = this.owner.isRelay ? 'forward drop MESSAGE nth 2' : 'flip=3 MESSAGE probability 0.1';
    const form = 'As in a packet script: KIND[=AMOUNT] [MESSAGE] [nth N | probability P]';
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
        actions === undefined
          ? nothing
          : html`<form class="fault" @submit=${this.#submit}>
              <label>Fault<input name="spec" list=${list} placeholder=${example} title=${seed === undefined ? form : `${form}; seed ${seed}`} spellcheck="false" autocomplete="off" @input=${this.#suggest} @focus=${this.#suggest} /></label>
              <datalist id=${list}>${this.suggested.map(({ text, detail }) => html`<option value=${text}>${detail}</option>`)}</datalist>
              <button class="small" data-act="add-fault">Add</button>
            </form>`
      }
      ${this.problem()}
    </section>`;
  }

  #chip({ id, text, isSpent }: FaultState): TemplateResult {
    const { actions } = this;
    return html`<li class=${isSpent ? 'chip spent' : 'chip'}><code>${text}</code>${isSpent ? html` <span class="hint">has happened</span>` : nothing}${
      actions === undefined
        ? nothing
        : html`<button class="remove" data-act="remove-fault" title="Remove" aria-label="Remove the fault ${text}" @click=${() => this.act(() => actions.remove(id))}>×</button>`
    }</li>`;
  }

  readonly #suggest = async ({ target }: Event): Promise<void> => {
    const turn = ++this.#suggestions;
    const { value } = target as HTMLInputElement;
    try {
      const { items } = await this.call('suggestFault', { ...this.owner, text: value });
      // Somebody went on typing.
      if (turn === this.#suggestions) this.suggested = items.map(({ text, detail }) => ({ text: text.trimEnd(), detail }));
    } catch {
      // What is added says what is wrong.
      this.suggested = [];
    }
  };

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    void this.addWritten();
  };
}
