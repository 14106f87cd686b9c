/** One thin bar: what a node is and how it stands, and what can be done with all of it. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { NodeAction, NodeMode, NodeState } from '../../extension/wire/node.ts';
import { ActingElement } from './acting.ts';
import { modeTitles, relayModeTitles } from './form.ts';

const modes: readonly NodeMode[] = ['automatic', 'step', 'intercept'];
const againTitles: Readonly<Record<NodeAction, string>> = {
  listen: 'Listen Again',
  connect: 'Dial Again',
  relay: 'Relay Again',
};
const NEW_RUN = 'Starts a new run, with a recording of its own; that of this run is kept until the next one';

export class NodeBar extends ActingElement {
  static override properties: PropertyDeclarations = {
    node: { attribute: false },
  };
  declare node: NodeState;

  protected override render(): TemplateResult {
    const { id, protocol, transport, where, running, refused, hasPrevious } = this.node;
    return html`<header class="bar">
        <h2><span class="node-state ${refused === undefined ? '' : 'refused'}">${standing(this.node)}</span> ${protocol} <span class="hint">${where}, ${transport.toUpperCase()}</span></h2>
        <div class="acts">
          ${running ? this.#mode() : nothing}
          ${running ? this.#pause() : nothing}
          ${this.#again()}
          ${this.#button('traffic', 'Traffic', 'Shows the recording in the inspector', () => this.call('show', { node: id }))}
          ${
            hasPrevious
              ? this.#button('compare', 'Compare', 'Compares the recording with that of the run before', () =>
                  this.call('comparePrevious', { node: id }),
                )
              : nothing
          }
          ${this.#button('save', 'Save…', 'Saves the recording', () => this.call('save', { node: id }))}
          ${
            running
              ? this.#button('stop', 'Stop', 'Drops what is held, and closes every link', () => this.call('stop', { node: id }))
              : this.#button('forget', 'Remove', 'Removes the node with its recording', () => this.call('forget', { node: id }))
          }
        </div>
      </header>
      ${refused === undefined ? nothing : html`<p class="problem refusal" role="alert">${refused}</p>`}
      ${this.problem()}`;
  }

  #mode(): TemplateResult {
    const { id, mode, kind } = this.node;
    const titles = kind === 'relay' ? relayModeTitles : modeTitles;
    const change = ({ target }: Event): Promise<void> =>
      this.act(() => this.call('mode', { node: id, mode: (target as HTMLSelectElement).value as NodeMode }));
    return html`<select aria-label="Mode" class="mode" @change=${change}>${modes.map(
      (value) => html`<option value=${value} ?selected=${value === mode}>${titles[value]}</option>`,
    )}</select>`;
  }

  #pause(): TemplateResult {
    const { id, paused } = this.node;
    const title = paused ? 'Resumes timers, delays and time-outs' : 'Pauses timers, delays and time-outs of the node';
    return this.#button('pause', paused ? 'Continue' : 'Pause', title, () => this.call('pause', { node: id, paused: !paused }));
  }

  /** Whoever runs and has nobody to talk to can dial again; who is stopped can begin again. */
  #again(): TemplateResult | typeof nothing {
    const { id, running, action, links } = this.node;
    if (running && (action !== 'connect' || links.length > 0)) return nothing;
    return this.#button('again', againTitles[action], running ? 'Dials again' : NEW_RUN, () => this.call('again', { node: id }));
  }

  #button(name: string, label: string, title: string, go: () => Promise<unknown>): TemplateResult {
    return html`<button class="small" data-act=${name} title=${title} @click=${() => this.act(go)}>${label}</button>`;
  }
}

/** One word for all of it. */
function standing({ running, refused, stillFor, paused, links, action }: NodeState): string {
  if (!running) return 'stopped';
  if (refused !== undefined) return 'refused';
  if (paused || stillFor !== undefined) return 'paused';
  if (links.length === 0) return action === 'connect' ? 'no link' : 'waits';
  return links.length === 1 ? links[0]!.state : `${links.length} links`;
}
