/** What a new node is to be. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { FaultOwner, FaultState, NodeMode, NodeWish, SpokenProtocol } from '../../extension/wire/node.ts';
import { ActingElement } from './acting.ts';
import type { FaultActions, NodeFaults } from './faults.ts';

export const modeTitles: Readonly<Record<NodeMode, string>> = {
  automatic: 'Automatic',
  step: 'Step: hold outgoing messages',
  intercept: 'Intercept: hold incoming messages too',
};

/** Of a relay, what goes to the forward address is outgoing. */
export const relayModeTitles: typeof modeTitles = {
  automatic: 'Automatic',
  step: 'Step: hold messages to the forward address',
  intercept: 'Intercept: hold messages of both directions',
};

export class NodeForm extends ActingElement {
  static override properties: PropertyDeclarations = {
    protocols: { attribute: false },
    wish: { state: true },
    starting: { state: true },
    faults: { state: true },
  };
  declare protocols: readonly SpokenProtocol[];
  declare wish: NodeWish;
  declare starting: boolean;
  /** In the words of a packet script. */
  declare faults: readonly FaultState[];
  #nextFault = 1;
  readonly #faultActions: FaultActions = {
    add: async (written) => {
      const { text } = await this.call('faultWords', { ...this.#owner, text: written });
      this.faults = [...this.faults, { id: this.#nextFault++, text, isSpent: false }];
    },
    remove: async (id) => {
      this.faults = this.faults.filter((fault) => fault.id !== id);
    },
  };

  constructor() {
    super();
    this.faults = [];
  }

  get #owner(): FaultOwner {
    const { protocol, transport, direction } = this.wish;
    return { protocol, transport, isRelay: direction === 'relay' };
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('protocols') || this.wish !== undefined || this.protocols.length === 0) return;
    const first = this.protocols[0]!;
    this.wish = {
      ...{ protocol: first.id, transport: first.transports[0]!, direction: 'listen', address: `127.0.0.1:${first.port}` },
      ...{ role: '', mode: 'automatic', faults: [], identity: '', identityKind: '', forward: '', keyLogs: [], terminates: false },
    };
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.wish === undefined) return nothing;
    const { wish } = this;
    const isRelay = wish.direction === 'relay';
    const hasKeys = !isRelay || wish.terminates === true;
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
      <label>Action<select id="node-direction" @change=${this.#take('direction')}>${option('listen', 'Listen', wish.direction)}${option('connect', 'Connect', wish.direction)}${option('relay', 'Relay', wish.direction)}</select></label>
      <label>${isRelay ? 'Listen address' : 'Address'}<input id="node-address" .value=${wish.address} spellcheck="false" autocomplete="off" @input=${this.#take('address')} /></label>
      ${
        isRelay
          ? html`<label>Forward address<input id="node-forward" .value=${wish.forward ?? ''} placeholder="127.0.0.1:${protocol.port}" spellcheck="false" autocomplete="off" @input=${this.#take('forward')} /></label>
              <label>Sessions<select id="node-terminates" @change=${this.#terminates}>${option('', 'Pass through', hasKeys ? 'own' : '')}${option('own', 'Terminate: one of its own with each side', hasKeys ? 'own' : '')}</select></label>`
          : this.#role(protocol)
      }
      <label>Mode<select id="node-mode" @change=${this.#take('mode')}>${Object.entries(isRelay ? relayModeTitles : modeTitles).map(([id, title]) => option(id, title, wish.mode))}</select></label>
      <details>
        <summary>${hasKeys ? 'Identity' : 'Keys'}</summary>
        ${hasKeys ? this.#identity(protocol) : this.#keyLogs()}
      </details>
    </form>
    <peerscope-node-faults id="node-faults" .call=${this.call} .owner=${this.#owner} .faults=${this.faults} .list=${'faults-new'} .actions=${this.#faultActions}></peerscope-node-faults>
    <vscode-button id="node-start" ?disabled=${this.starting} @click=${() => this.querySelector<HTMLFormElement>('#node-form')!.requestSubmit()}>Start</vscode-button>
    ${this.problem()}`;
  }

  #role({ roles }: SpokenProtocol): TemplateResult {
    return html`<label>Role<select id="node-role" @change=${this.#take('role')}><option value="" ?selected=${this.wish.role === ''}>Auto</option>${roles.map(({ id, doc }) => html`<option value=${id} title=${doc} ?selected=${id === this.wish.role}>${id}</option>`)}</select></label>`;
  }

  #identity({ identityKinds }: SpokenProtocol): TemplateResult {
    const { wish } = this;
    return html`${
      identityKinds.length > 1 && wish.identity === ''
        ? html`<label>Key of a new identity<select id="node-identity-kind" @change=${this.#take('identityKind')}>${identityKinds.map((kind) => html`<option value=${kind} ?selected=${kind === wish.identityKind}>${kind}</option>`)}</select></label>`
        : nothing
    }
      <label>Identity (JSON, or a private key in PEM where the protocol takes one; leave empty to create one)<textarea id="node-identity" rows="2" spellcheck="false" .value=${wish.identity} @input=${this.#take('identity')}></textarea></label>`;
  }

  #keyLogs(): TemplateResult {
    const take = ({ target }: Event): void => {
      const paths = (target as HTMLTextAreaElement).value.split('\n').map((path) => path.trim());
      this.wish = { ...this.wish, keyLogs: paths.filter((path) => path !== '') };
    };
    return html`<label>Key logs of the programs at both ends, one path per line (read again while they grow)<textarea id="node-keylogs" rows="2" spellcheck="false" @input=${take}></textarea></label>`;
  }

  readonly #terminates = ({ target }: Event): void => {
    this.wish = { ...this.wish, terminates: (target as HTMLSelectElement).value !== '' };
  };

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
    // What was written and not yet added is meant, too.
    if (await this.querySelector<NodeFaults>('#node-faults')!.addWritten())
      await this.act(() => this.call('start', { ...this.wish, faults: this.faults.map(({ text }) => text) }));
    this.starting = false;
  };
}
