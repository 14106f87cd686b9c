/** One thin bar: what a node is and how it stands, and what can be done with all of it. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { NodeAction, NodeMode, NodeState } from '../../extension/wire/node.ts';
import { PageElement } from '../inspector/page/element.ts';
import { modeTitles, relayModeTitles } from './form.ts';
import type { Call } from './host.ts';

const modes: readonly NodeMode[] = ['automatic', 'step', 'intercept'];
const againTitles: Readonly<Record<NodeAction, string>> = {
  listen: 'Listen Again',
  connect: 'Dial Again',
  relay: 'Relay Again',
};
const NEW_RUN = 'Begins a new run: its traffic takes the place of the recording';

export class NodeBar extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    node: { attribute: false },
    complaint: { state: true },
  };
  declare call: Call;
  declare node: NodeState;
  declare complaint: string | undefined;

  protected override render(): TemplateResult {
    const { id, protocol, transport, where, running, refused } = this.node;
    return html`<header class="bar">
        <h2><span class="node-state ${refused === undefined ? '' : 'refused'}">${standing(this.node)}</span> ${protocol} <span class="hint">${where}, ${transport.toUpperCase()}</span></h2>
        <div class="acts">
          ${running ? this.#mode() : nothing}
          ${running ? this.#pause() : nothing}
          ${this.#again()}
          ${this.#act('traffic', 'Traffic', 'Shows the recording in the inspector', () => this.call('show', { node: id }))}
          ${this.#act('save', 'Save…', 'Saves the recording', () => this.call('save', { node: id }))}
          ${
            running
              ? this.#act('stop', 'Stop', 'Drops what is held, and closes every link', () => this.call('stop', { node: id }))
              : this.#act('forget', 'Remove', 'Removes the node with its recording', () => this.call('forget', { node: id }))
          }
        </div>
      </header>
      ${refused === undefined ? nothing : html`<p class="problem refusal" role="alert">${refused}</p>`}
      ${this.complaint === undefined ? nothing : html`<p class="problem" role="alert">${this.complaint}</p>`}`;
  }

  #mode(): TemplateResult {
    const { id, mode, kind } = this.node;
    const titles = kind === 'relay' ? relayModeTitles : modeTitles;
    const change = ({ target }: Event): Promise<void> =>
      this.#do(() => this.call('mode', { node: id, mode: (target as HTMLSelectElement).value as NodeMode }));
    return html`<select aria-label="Mode" class="mode" @change=${change}>${modes.map(
      (value) => html`<option value=${value} ?selected=${value === mode}>${titles[value]}</option>`,
    )}</select>`;
  }

  #pause(): TemplateResult {
    const { id, paused } = this.node;
    const title = paused ? 'Timers, delays and time-outs go on' : 'Timers, delays and time-outs of the node stand still';
    return this.#act('pause', paused ? 'Continue' : 'Pause', title, () => this.call('pause', { node: id, paused: !paused }));
  }

  /** Whoever runs and has nobody to talk to can dial again; who is stopped can begin again. */
  #again(): TemplateResult | typeof nothing {
    const { id, running, action, links } = this.node;
    if (running && (action !== 'connect' || links.length > 0)) return nothing;
    return this.#act('again', againTitles[action], running ? 'Dials once more' : NEW_RUN, () => this.call('again', { node: id }));
  }

  #act(name: string, label: string, title: string, go: () => Promise<unknown>): TemplateResult {
    return html`<button class="small" data-act=${name} title=${title} @click=${() => this.#do(go)}>${label}</button>`;
  }

  async #do(go: () => Promise<unknown>): Promise<void> {
    this.complaint = undefined;
    try {
      await go();
    } catch (error) {
      this.complaint = error instanceof Error ? error.message : String(error);
    }
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
