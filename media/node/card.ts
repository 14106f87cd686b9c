/** One node: its bar, its links and what may be sent on them, what waits, its faults, and what it has to tell. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { NodeState, ToldState } from '../../extension/wire/node.ts';
import { PageElement } from '../base/element.ts';
import type { FaultActions } from './faults.ts';
import type { Call } from './host.ts';
import { keyOf } from './pendinglist.ts';

const SHOWN_LINKS = 20;
const SHOWN_TOLD = 30;

export class NodeCard extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    node: { attribute: false },
    picked: { attribute: false },
  };
  declare call: Call;
  declare node: NodeState;
  /** The pending message that is shown beside. */
  declare picked: string | undefined;

  protected override render(): TemplateResult {
    const { id, protocol, where, running, links, held, heldCount, told, kind, drafts = [] } = this.node;
    const relayed = kind === 'relay';
    return html`<article class=${running ? 'node' : 'node stopped'} aria-label="${protocol} ${where}">
      <peerscope-node-bar .call=${this.call} .node=${this.node}></peerscope-node-bar>
      ${this.#standing()}
      ${this.#counts()}
      ${running && links.length === 0 ? html`<p class="hint">No peer connected yet</p>` : nothing}
      ${repeat(
        links.slice(0, SHOWN_LINKS),
        (link) => link.id,
        (link) =>
          html`<peerscope-node-link .call=${this.call} .node=${id} .link=${link} .relayed=${relayed}
            .drafts=${drafts.filter((draft) => draft.link === link.id)} .picked=${this.picked}></peerscope-node-link>`,
      )}
      ${links.length > SHOWN_LINKS ? html`<p class="hint">and ${links.length - SHOWN_LINKS} more</p>` : nothing}
      ${repeat(
        held,
        (each) => each.id,
        (each) => html`<peerscope-held .call=${this.call} .node=${id} .held=${each} .relayed=${relayed}
          .isPicked=${keyOf({ node: id, of: { held: each.id } }) === this.picked}></peerscope-held>`,
      )}
      ${heldCount > held.length ? html`<p class="hint">${heldCount - held.length} more held messages</p>` : nothing}
      ${this.#faults()}
      <div class="told" tabindex="0" aria-label="Log" role="log" ?hidden=${told.length === 0}><ol>${told.slice(-SHOWN_TOLD).map((each) => this.#told(each))}</ol></div>
    </article>`;
  }

  #standing(): TemplateResult | typeof nothing {
    const { stillFor } = this.node;
    if (stillFor === undefined) return nothing;
    return html`<p class="standing" role="status">Clock paused: the debugger stopped in "${stillFor}"
      <button class="small" data-act="continue" @click=${() => void this.call('continueAnyway', {})}>Continue Anyway</button></p>`;
  }

  #faults(): TemplateResult {
    const { id: node, protocol, transport, kind, faults, seed, running } = this.node;
    const actions: FaultActions = {
      add: (spec) => this.call('fault', { node, spec }),
      remove: (fault) => this.call('removeFault', { node, fault }),
    };
    return html`<peerscope-node-faults .call=${this.call} .owner=${{ protocol, transport, isRelay: kind === 'relay' }} .faults=${faults}
      .seed=${seed} .list=${`faults-${node}`} .actions=${running ? actions : undefined}></peerscope-node-faults>`;
  }

  #counts(): TemplateResult {
    const { received, sent, dropped, rate, paused } = this.node;
    const parts = [`${received} received`, `${sent} sent`, `${rate}/s`, `${dropped} dropped`];
    return html`<p class="counts" role="status">${parts.join(' · ')}${paused ? ' · clocks paused' : ''}</p>`;
  }

  #told({ time, text, grave, frame }: ToldState): TemplateResult {
    const shown = frame === undefined ? nothing : this.#frame(frame);
    const mark = grave ? html`<span class="mark" aria-hidden="true">!</span> ` : nothing;
    return html`<li class=${grave ? 'grave' : ''}><time title=${new Date(time).toISOString()}>${secondsText(time - this.node.began)}</time> ${mark}${text}${shown}</li>`;
  }

  #frame(frame: number): TemplateResult {
    return html` <button class="frame" data-frame=${frame} title="Show frame ${frame} in the inspector" @click=${() => void this.call('showFrame', { node: this.node.id, frame })}>frame ${frame}</button>`;
  }
}

/** Since the start of the run. */
function secondsText(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(3)} s`;
}
