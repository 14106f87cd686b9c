/** What a new node is to be. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { NodeMode, NodeWish, SpokenProtocol } from '../../extension/wire/node.ts';
import { PageElement } from '../inspector/page/element.ts';
import type { Call } from './host.ts';

export const modeTitles: Readonly<Record<NodeMode, string>> = {
  automatic: 'Automatic',
  step: 'Step: hold outgoing messages',
  intercept: 'Intercept: hold incoming messages too',
};

export class NodeForm extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    protocols: { attribute: false },
    wish: { state: true },
    complaint: { state: true },
    starting: { state: true },
  };
  declare call: Call;
  declare protocols: readonly SpokenProtocol[];
  declare wish: NodeWish;
  declare complaint: string | undefined;
  declare starting: boolean;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('protocols') || this.wish !== undefined || this.protocols.length === 0) return;
    const first = this.protocols[0]!;
    this.wish = {
      ...{ protocol: first.id, transport: first.transports[0]!, direction: 'listen', address: `127.0.0.1:${first.port}` },
      ...{ role: '', mode: 'automatic', faults: '', identity: '', identityKind: '' },
    };
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.wish === undefined) return nothing;
    const { wish } = this;
    const protocol = this.protocols.find(({ id }) => id === wish.protocol)!;
    const option = (value: string, title: string, chosen: string): TemplateResult =>
      html`<option value=${value} ?selected=${value === chosen}>${title}</option>`;
    return html`<form id="node-form" @submit=${this.#submit}>
      <label>Protocol<select id="node-protocol" @change=${this.#protocol}>${this.protocols.map(({ id, title }) => option(id, `${id} (${title})`, wish.protocol))}</select></label>
      ${
        protocol.transports.length > 1
          ? html`<label>Transport<select id="node-transport" @change=${this.#take('transport')}>${protocol.transports.map((each) => option(each, each.toUpperCase(), wish.transport))}</select></label>`
          : nothing
      }
      <label>Action<select id="node-direction" @change=${this.#take('direction')}>${option('listen', 'Listen', wish.direction)}${option('connect', 'Connect', wish.direction)}</select></label>
      <label>Address<input id="node-address" .value=${wish.address} spellcheck="false" autocomplete="off" @input=${this.#take('address')} /></label>
      <label>Role<select id="node-role" @change=${this.#take('role')}>${option('', 'Auto', wish.role)}${protocol.roles.map(({ id, doc }) => html`<option value=${id} title=${doc} ?selected=${id === wish.role}>${id}</option>`)}</select></label>
      <label>Mode<select id="node-mode" @change=${this.#take('mode')}>${Object.entries(modeTitles).map(([id, title]) => option(id, title, wish.mode))}</select></label>
      <details>
        <summary>Identity and faults</summary>
        ${
          protocol.identityKinds.length > 1 && wish.identity === ''
            ? html`<label>Key of a new identity<select id="node-identity-kind" @change=${this.#take('identityKind')}>${protocol.identityKinds.map((kind) => option(kind, kind, wish.identityKind))}</select></label>`
            : nothing
        }
        <label>Identity (JSON, or a private key in PEM where the protocol takes one; leave empty to create one)<textarea id="node-identity" rows="2" spellcheck="false" .value=${wish.identity} @input=${this.#take('identity')}></textarea></label>
        <label>Faults, separated by spaces: KIND[=VALUE][:MESSAGE][@PROBABILITY|#N]<input id="node-faults" spellcheck="false" autocomplete="off" .value=${wish.faults} @input=${this.#take('faults')} /></label>
      </details>
      <vscode-button id="node-start" ?disabled=${this.starting} @click=${() => this.querySelector('form')!.requestSubmit()}>Start</vscode-button>
      ${this.complaint === undefined ? nothing : html`<p class="problem" role="alert">${this.complaint}</p>`}
    </form>`;
  }

  #take(name: keyof NodeWish): (event: Event) => void {
    return ({ target }) => {
      this.wish = { ...this.wish, [name]: (target as HTMLInputElement).value };
    };
  }

  readonly #protocol = ({ target }: Event): void => {
    const protocol = this.protocols.find(({ id }) => id === (target as HTMLSelectElement).value)!;
    const host = this.wish.address.replace(/:\d*$/, '');
    this.wish = {
      ...this.wish,
      ...{
        protocol: protocol.id,
        transport: protocol.transports[0]!,
        role: '',
        identityKind: '',
        address: `${host}:${protocol.port}`,
      },
    };
  };

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.starting = true;
    this.complaint = undefined;
    try {
      await this.call('start', this.wish);
    } catch (error) {
      this.complaint = error instanceof Error ? error.message : String(error);
    }
    this.starting = false;
  };
}
