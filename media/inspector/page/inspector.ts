/** The page: a toolbar, the packet list, and below it what the selected packet says of itself and its bytes. */

import type { VscSplitLayoutChangeEvent } from '@vscode-elements/elements/dist/vscode-split-layout/vscode-split-layout.js';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Overview, PageCommand } from '../../../extension/wire/inspector.ts';
import { PageElement } from '../../base/element.ts';
import { Sized } from '../../base/sized.ts';
import type { Bytes } from '../bytes/bytes.ts';
import type { FilterBar } from '../list/filterbar.ts';
import type { Asked, FindBar } from '../list/findbar.ts';
import type { Packets } from '../list/packets.ts';
import { explanation } from '../tree/explanation.ts';
import { findings, missing, pins } from '../tree/rowfindings.ts';
import type { FieldTree } from '../tree/tree.ts';
import { home, viewOf, views } from '../views/index.ts';
import { carryOut, focusIn, type Parts } from './commands.ts';
import { bytesPane, fieldsPane } from './panes.ts';
import { Session } from './session.ts';
import { rowActions, tabs, toolbar } from './toolbar.ts';
import type { View } from './view.ts';

/** Narrower than this, fields and bytes cannot stand side by side: a line of bytes is some 480 pixels long. */
const STACKED_BELOW = 720;

export class Inspector extends PageElement {
  readonly #session = new Session(() => this.requestUpdate());
  #focused = false;
  readonly #addKeys = (): void => void this.#session.addKeys();

  readonly #stacked = new Sized(this, false, (width) => width < STACKED_BELOW);
  #finding = false;
  readonly #parts: Parts = {
    filter: (text) => void this.#bar?.put(text),
    focusFilter: () => this.#bar?.focus(),
    toggleDetails: () => this.#fold(!this.#isFolded),
    openFind: () => (this.#pane == null ? this.#openFind() : this.#pane.find()),
    give: (command) => this.#give(command),
    findAgain: (forward) => this.#pane?.findAgain(forward) || (this.#findBar?.again(forward) ?? false),
  };

  /** The keys of this page are those of VS Code: they are bound while the page has the focus. */
  readonly #tellFocus = (): void => void this.#session.call('focus', { focused: document.hasFocus() }).catch(() => {});

  /** Ctrl+C copies what is selected where the focus is; a text that was selected with the mouse, and that of inputs, the browser copies. */
  readonly #copy = (event: Event): void => {
    if (!isOurs(event)) return;
    event.preventDefault();
    // The event before asks whether there is anything to copy.
    if (event.type === 'copy')
      carryOut(this.#session, this.#parts, focusIn() === 'bytes' ? 'copyHex' : 'copyText', this.#place());
  };

  /** The bytes that are picked, where the focus is among the bytes. */
  #place(): unknown {
    const bytes = this.querySelector<Bytes>('peerscope-bytes');
    return focusIn() === 'bytes' && bytes?.pickedRange !== undefined ? { range: bytes.pickedRange } : undefined;
  }

  /** Whoever comes to the page with the keyboard finds the packets under it. */
  readonly #focus = (): void => {
    if (document.hasFocus() && document.activeElement === document.body) this.querySelector<HTMLElement>('#packet-list')?.focus();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.#session.onreveal = (row) => void this.updateComplete.then(() => this.#packets?.reveal(row));
    this.#session.oncommand = ({ name, place }) => carryOut(this.#session, this.#parts, name, place);
    window.addEventListener('focus', this.#focus);
    for (const event of ['focus', 'blur']) window.addEventListener(event, this.#tellFocus);
    for (const event of ['beforecopy', 'copy']) document.addEventListener(event, this.#copy);
    // The page may have had the focus before it listened.
    void this.#session.ready().then(this.#tellFocus);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('focus', this.#focus);
    for (const event of ['focus', 'blur']) window.removeEventListener(event, this.#tellFocus);
    for (const event of ['beforecopy', 'copy']) document.removeEventListener(event, this.#copy);
    super.disconnectedCallback();
  }

  get #bar(): FilterBar | null {
    return this.querySelector('peerscope-filter');
  }

  get #findBar(): FindBar | null {
    return this.querySelector('peerscope-find');
  }

  /** The fields or the bytes, while they have the focus. */
  get #pane(): FieldTree | Bytes | null | undefined {
    const pane = focusIn();
    if (pane === 'tree') return this.querySelector<FieldTree>('peerscope-fields');
    return pane === 'bytes' ? this.querySelector<Bytes>('peerscope-bytes') : undefined;
  }

  #openFind(): void {
    this.#finding = true;
    this.#session.setView(home.id);
    this.requestUpdate();
    void this.updateComplete.then(async () => {
      await this.#findBar?.updateComplete;
      this.#findBar?.focus();
    });
  }

  get #view(): View {
    return viewOf(this.#session.view);
  }

  get #isFolded(): boolean {
    return this.#session.isFolded(this.#view.id);
  }

  #fold(folded: boolean): void {
    if (folded !== this.#isFolded) this.#session.fold(this.#view.id, folded);
  }

  /** Lets a view do what only it can; while another one is up, it comes up first. */
  #give(command: PageCommand): void {
    const act = this.#view.commands?.[command];
    const owner = views.find(({ commands }) => commands?.[command] !== undefined);
    if (act !== undefined) act(this);
    else if (owner !== undefined) this.#session.setView(owner.id);
  }

  #closeFind(): void {
    this.#finding = false;
    this.requestUpdate();
    this.querySelector<HTMLElement>('#packet-list')?.focus();
  }

  get #packets(): Packets | null {
    return this.querySelector('peerscope-packets');
  }

  protected override render(): TemplateResult {
    const session = this.#session;
    const { overview } = session;
    const folded = this.#isFolded;
    const failure = session.failure ?? overview?.failure;
    if (failure !== undefined)
      return html`<div class="whole" role="alert"><h1>${overview?.name ?? 'The capture'} cannot be shown</h1><p>${failure}</p>
        <vscode-button id="reload" @click=${() => void session.ready()}>Reload</vscode-button></div>`;
    if (overview === undefined) return html`<div class="whole" role="status"><p>Reading…</p></div>`;
    const sentences = session.complaint === undefined ? overview.notices : [session.complaint, ...overview.notices];
    return html`
      ${toolbar(session, overview, this.#addKeys)}
      ${sentences.length === 0 ? nothing : html`<ul id="notices" class="notices">${sentences.map((text) => html`<li>${text}</li>`)}</ul>`}
      <peerscope-filter .applied=${session.list.filter} .history=${session.history} .scan=${session.list.scan} .total=${session.list.total} .protocol=${this.#exampleProtocol(overview)}
        .call=${session.call} @apply-filter=${(event: CustomEvent<string>) => session.setFilter(event.detail)}></peerscope-filter>
      <div class="above">${tabs(session)}${rowActions((name) => carryOut(session, this.#parts, name, undefined))}</div>
      <peerscope-find .search=${session.search} .shown=${this.#finding && this.#view === home} @close-find=${() => this.#closeFind()}
        @find=${({ detail }: CustomEvent<Asked>) => void session.find({ ...detail, around: true })}></peerscope-find>
      <vscode-split-layout id="panes" split="horizontal" .minStart=${'80px'} .minEnd=${folded ? '0px' : '80px'}
        .handlePosition=${folded ? '100%' : `${session.arranged.listHeight}%`} @vsc-split-layout-change=${this.#divided}>
        <div slot="start" class="pane" @open-details=${() => this.#fold(false)}>
          ${this.#above(overview)}
        </div>
        <vscode-split-layout id="details" slot="end" ?inert=${folded} @show-frame=${({ detail }: CustomEvent<number>) => session.showFrame(detail)} split=${this.#stacked.value ? 'horizontal' : 'vertical'} min-start=${this.#stacked.value ? '60px' : '120px'} min-end=${this.#stacked.value ? '60px' : '120px'}
          initial-handle-position="${this.#stacked.value ? session.panes.treeHeight : session.panes.treeWidth}%"
          @vsc-split-layout-change=${(event: VscSplitLayoutChangeEvent) => this.#moved(event, this.#stacked.value ? 'treeHeight' : 'treeWidth')}>
          <div slot="start" class="pane">${this.#fields()}</div>
          <div slot="end" class="pane">${this.#bytes()}</div>
        </vscode-split-layout>
      </vscode-split-layout>
      ${folded ? this.#drawer() : nothing}`;
  }

  /** What is left of the fields and bytes while they are folded away. */
  #drawer(): TemplateResult {
    const frame = this.#session.selected?.frame;
    return html`<button id="drawer" type="button" class="drawer" aria-expanded="false" @click=${() => this.#fold(false)}><span aria-hidden="true">▴</span> Fields and bytes${
      frame === undefined ? nothing : html` <span class="clause">of frame ${frame}</span>`
    }</button>`;
  }

  protected override updated(_changed: PropertyValues): void {
    // The list and what is opened change within; the elements that draw them cannot see it by themselves.
    this.#packets?.requestUpdate();
    this.#findBar?.requestUpdate();
    this.querySelector<FieldTree>('peerscope-fields')?.requestUpdate();
    if (!this.#focused && this.#packets !== null) {
      this.#focused = true;
      void this.#packets.updateComplete.then(this.#focus);
    }
  }

  /** Of the selected packet, where it has one that filters know; else the first, which is the user's own where there is one. */
  #exampleProtocol({ protocols }: Overview): string | undefined {
    return protocols.find((id) => id === this.#session.row?.protocol) ?? protocols[0];
  }

  /** What stands above the fields. */
  #above(overview: Overview): TemplateResult {
    const session = this.#session;
    const filter = (text: string): void => void this.#bar?.put(text);
    return this.#view.draw({
      ...{ session, overview, generation: overview.done ? overview.generation : -1, filter },
      narrow: (text) => {
        session.setView(home.id);
        filter(text);
      },
      resize: (widths) => session.arrange({ widths: { ...session.arranged.widths, ...widths } }),
    });
  }

  #fields(): TemplateResult {
    const { shown } = this.#session;
    const { tree, failure, waiting } = shown;
    if (failure !== undefined) return html`<p class="hint error" role="alert">${failure}</p>`;
    if (tree === undefined) return html`<p class="hint" role="status">${waiting ? 'Reading…' : 'No packet selected'}</p>`;
    return html`<div class="told">${pins(tree, (choice) => void this.#session.unpin(choice))}${missing(tree, this.#addKeys)}${explanation(tree, shown.explained, (open) => void shown.explain(open))}${findings(tree)}</div>
      ${fieldsPane(shown, tree)}`;
  }

  #bytes(): TemplateResult {
    const { shown } = this.#session;
    if (shown.tree === undefined) return html``;
    return bytesPane(shown, shown.tree, {
      isOpen: this.#session.arranged.inspecting,
      open: (inspecting) => this.#session.arrange({ inspecting }),
    });
  }

  /** Whoever drags the lower edge of a view up wants what is below it. */
  readonly #divided = (event: VscSplitLayoutChangeEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (event.detail.positionInPercentage > 95) return;
    this.#fold(false);
    this.#moved(event, 'listHeight');
  };

  /** The event of the inner panes passes the outer ones too. */
  #moved(event: VscSplitLayoutChangeEvent, pane: 'listHeight' | 'treeWidth' | 'treeHeight'): void {
    if (event.target === event.currentTarget) this.#session.remember({ [pane]: event.detail.positionInPercentage });
  }
}

/** Whether a copy is for the page to make: no text is selected, and no input has the focus. */
function isOurs({ target }: Event): boolean {
  const isInput = target instanceof Element && target.closest('input, textarea, select') !== null;
  return !isInput && (getSelection()?.toString() ?? '') === '' && focusIn() !== undefined;
}
