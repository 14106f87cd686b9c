/** One node: its links and what may be sent on them, what waits, and what it has to tell. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { LinkState, NodeMode, NodeState } from '../../extension/wire/node.ts';
import { PageElement } from '../inspector/page/element.ts';
import { modeTitles, relayModeTitles } from './form.ts';
import type { Call } from './host.ts';

const SHOWN_LINKS = 20;
const SHOWN_TOLD = 30;

export class NodeCard extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    node: { attribute: false },
    complaint: { state: true },
  };
  declare call: Call;
  declare node: NodeState;
  declare complaint: string | undefined;

  protected override render(): TemplateResult {
    const { id, protocol, transport, where, running, links, held, heldCount, told } = this.node;
    return html`<article class=${running ? 'node' : 'node stopped'} aria-label="${protocol} ${where}">
      <header>
        <h2>${protocol} <span class="hint">${where}, ${transport.toUpperCase()}${running ? '' : ' · stopped'}</span></h2>
        ${this.#controls()}
      </header>
      ${this.#standing()}
      ${this.#counts()}
      ${this.complaint === undefined ? nothing : html`<p class="problem" role="alert">${this.complaint}</p>`}
      ${running && links.length === 0 ? html`<p class="hint">No peer connected yet</p>` : nothing}
      ${links.slice(0, SHOWN_LINKS).map((link) => this.#link(link))}
      ${links.length > SHOWN_LINKS ? html`<p class="hint">and ${links.length - SHOWN_LINKS} more</p>` : nothing}
      ${repeat(
        held,
        (each) => each.id,
        (each) =>
          html`<peerscope-held .call=${this.call} .node=${id} .held=${each} .relayed=${this.node.kind === 'relay'}></peerscope-held>`,
      )}
      ${heldCount > held.length ? html`<p class="hint">${heldCount - held.length} more held messages</p>` : nothing}
      <div class="told" tabindex="0" aria-label="Log" role="log"><ol>${told.slice(-SHOWN_TOLD).map(({ time, text, grave }) => html`<li class=${grave ? 'grave' : ''}><time>${clock(time)}</time> ${grave ? html`<span class="mark" aria-hidden="true">!</span>` : nothing}${text}</li>`)}</ol></div>
    </article>`;
  }

  #controls(): TemplateResult {
    const { id, running, mode, paused, kind } = this.node;
    const titles = kind === 'relay' ? relayModeTitles : modeTitles;
    const option = (value: NodeMode): TemplateResult =>
      html`<option value=${value} ?selected=${value === mode}>${titles[value]}</option>`;
    const act = (name: string, title: string, go: () => Promise<unknown>): TemplateResult =>
      html`<vscode-button data-act=${name} secondary @click=${() => this.#do(go)}>${title}</vscode-button>`;
    return html`<div class="acts">
      ${act('traffic', 'Traffic', () => this.call('show', { node: id }))}
      ${act('save', 'Save…', () => this.call('save', { node: id }))}
      ${
        running
          ? html`<select aria-label="Mode" class="mode" @change=${(event: Event) => this.#do(() => this.call('mode', { node: id, mode: (event.target as HTMLSelectElement).value as NodeMode }))}>${option('automatic')}${option('step')}${option('intercept')}</select>
              ${act('pause', paused ? 'Start timers' : 'Stop timers', () => this.call('pause', { node: id, paused: !paused }))}
              ${act('stop', 'Stop', () => this.call('stop', { node: id }))}`
          : act('forget', 'Remove', () => this.call('forget', { node: id }))
      }
    </div>`;
  }

  #standing(): TemplateResult | typeof nothing {
    const { stillFor } = this.node;
    if (stillFor === undefined) return nothing;
    return html`<p class="standing" role="status">Clock paused: the debugger stopped in "${stillFor}"
      <vscode-button data-act="continue" secondary @click=${() => this.#do(() => this.call('continueAnyway', {}))}>Continue Anyway</vscode-button></p>`;
  }

  #counts(): TemplateResult {
    const { received, sent, dropped, rate, paused, running, id, seed } = this.node;
    const parts = [`${received} received`, `${sent} sent`, `${rate}/s`, dropped === 0 ? '0 dropped' : `${dropped} dropped`];
    return html`<p class="counts" role="status">${parts.join(' · ')}${paused ? ' · timers stopped' : ''}</p>
      ${
        running
          ? html`<form class="fault" @submit=${(event: Event) => this.#fault(event, id)}><label>Inject fault<input name="spec" placeholder=${this.node.kind === 'relay' ? 'forward/drop:hello, back/flip=3@0.1, …' : 'drop:hello, flip=3@0.1, …'} title="KIND[=VALUE][:MESSAGE][@PROBABILITY|#N]; seed ${seed}" spellcheck="false" autocomplete="off" /></label><vscode-button secondary @click=${(event: Event) => (event.target as HTMLElement).closest('form')!.requestSubmit()}>Add fault</vscode-button></form>`
          : nothing
      }`;
  }

  #link({ id, remote, state, doc, ready, offers, others, dialled }: LinkState): TemplateResult {
    const message = (name: string, now: boolean): TemplateResult =>
      html`<vscode-button data-message=${name} ?secondary=${!now} title=${now ? `Write ${name} and send it` : `${name} is not allowed in this state`} @click=${() => this.#do(() => this.#open(id, name))}>${name}</vscode-button>`;
    return html`<section class="link" aria-label="${remote}">
      <h3><span class=${ready ? 'state ready' : 'state'}>${ready ? '●' : '○'} ${state}</span> ${dialled ? 'to' : 'from'} ${remote} <span class="hint">${doc}</span></h3>
      ${
        this.node.kind === 'relay'
          ? html`<div class="acts">${this.#close(id)}</div>`
          : html`<div class="acts"><span class="hint">Allowed now:</span>${offers.length === 0 ? html`<span class="hint">none</span>` : offers.map((name) => message(name, true))}
        ${this.#close(id)}</div>
      <details><summary>Not allowed now</summary><div class="acts">${others.map((name) => message(name, false))}</div></details>`
      }
    </section>`;
  }

  #close(link: number): TemplateResult {
    return html`<vscode-button data-act="disconnect" secondary @click=${() => this.#do(() => this.call('disconnect', { node: this.node.id, link }))}>Close</vscode-button>`;
  }

  #open(link: number, message: string): Promise<unknown> {
    return this.call('write', { node: this.node.id, link, message });
  }

  #fault(event: Event, node: number): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const spec = String(new FormData(form).get('spec') ?? '').trim();
    if (spec === '') return;
    void this.#do(async () => {
      await this.call('fault', { node, spec });
      form.reset();
    });
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

function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 23);
}
