/** A pending message as fields over bytes, as the inspector shows a recorded one; what differs from how it was made is marked. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { PendingView } from '../../extension/wire/node.ts';
import { sentence } from '../base/connection.ts';
import { PageElement } from '../base/element.ts';
import { count } from '../base/texts.ts';
import { rangeField } from '../inspector/bytes/byterange.ts';
import type { Bytes } from '../inspector/bytes/bytes.ts';
import { Chosen } from '../inspector/page/chosen.ts';
import { bytesPane, fieldsPane } from '../inspector/page/panes.ts';
import { type Changes, changedCounts, changesOf } from '../inspector/tree/changes.ts';
import { copyText } from '../inspector/tree/copying.ts';
import type { FieldTree } from '../inspector/tree/tree.ts';
import type { Call } from './host.ts';
import type { Pending } from './pendinglist.ts';

export class PendingMessagePane extends PageElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    pending: { attribute: false },
    version: { attribute: false },
  };
  declare call: Call;
  declare pending: Pending;
  /** Another one, once there is something new to see. */
  declare version: string;
  readonly #chosen = new Chosen(() => this.requestUpdate());
  #changes: Changes | undefined;
  /** Why its text makes no bytes; what is shown is of the text before. */
  #failure: string | undefined;
  #note: string | undefined;
  #key = '';
  #isInspecting = false;
  #turn = 0;

  /** Ctrl+C copies the field or the bytes that are chosen; a text that was selected with the mouse, the browser copies. */
  readonly #copy = (event: Event): void => {
    const text = (getSelection()?.toString() ?? '') === '' ? this.#copied : undefined;
    if (text === undefined) return;
    event.preventDefault();
    // The event before asks whether there is anything to copy.
    if (event instanceof ClipboardEvent && event.type === 'copy') event.clipboardData?.setData('text/plain', text);
  };

  override connectedCallback(): void {
    super.connectedCallback();
    for (const event of ['beforecopy', 'copy']) document.addEventListener(event, this.#copy);
  }

  override disconnectedCallback(): void {
    for (const event of ['beforecopy', 'copy']) document.removeEventListener(event, this.#copy);
    super.disconnectedCallback();
  }

  /** What is chosen in the part that has the focus. */
  get #copied(): string | undefined {
    const { tree, field } = this.#chosen;
    const bytes = this.querySelector<Bytes>('peerscope-bytes');
    if (tree === undefined || !this.contains(document.activeElement)) return undefined;
    if (bytes?.contains(document.activeElement))
      return bytes.pickedRange && copyText('copyHex', rangeField(bytes.pickedRange), tree.sources);
    return field && copyText('copyText', field.field, tree.sources);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (this.pending.key !== this.#key) {
      this.#key = this.pending.key;
      this.#show(undefined);
    } else if (!changed.has('version')) return;
    void this.#ask(++this.#turn);
  }

  async #ask(turn: number): Promise<void> {
    const { node, of } = this.pending.of;
    const view = await this.call('pending', { node, of }).catch(
      (error: unknown): PendingView => ({ failure: { start: 0, end: 0, text: sentence(error) } }),
    );
    if (turn !== this.#turn) return;
    if (view.shown !== undefined) this.#show(view.shown);
    this.#failure = view.failure?.text;
    this.requestUpdate();
  }

  #show(shown: PendingView['shown']): void {
    this.#chosen.show(shown?.tree);
    this.#changes = shown?.made === undefined ? undefined : changesOf(shown.tree, shown.made);
    this.#note = shown?.note;
    this.#failure = undefined;
  }

  protected override render(): TemplateResult {
    const { tree } = this.#chosen;
    return html`<section class="pending" aria-label="Fields and bytes">
      <header><h2>${this.pending.title}</h2> <span class="changes" role="status">${changesText(this.#changes)}</span>${
        this.#changes === undefined || this.#changes.fields.size === 0
          ? nothing
          : html` <button class="small" data-act="next-change" title="Go to the next changed field" @click=${() => this.#nextChange()}>Next</button>`
      }</header>
      ${
        this.#failure === undefined
          ? nothing
          : html`<p class="problem" role="alert">No bytes can be made of its text now: ${this.#failure}${tree === undefined ? '' : ' Shown is what it was before.'}</p>`
      }
      ${this.#note === undefined ? nothing : html`<p class="note">${this.#note}</p>`}
      ${
        tree === undefined
          ? nothing
          : html`<vscode-split-layout split="horizontal" initial-handle-position="55%" min-start="66px" min-end="66px">
              <div slot="start" class="pane">${fieldsPane(this.#chosen, tree, this.#changes)}</div>
              <div slot="end" class="pane">${bytesPane(this.#chosen, tree, this.#readings, this.#changes)}</div>
            </vscode-split-layout>`
      }
    </section>`;
  }

  /** Behind the last one comes the first again. */
  #nextChange(): void {
    const keys = [...(this.#changes?.fields ?? [])];
    const at = keys.indexOf(this.#chosen.field?.key ?? '');
    const next = keys[(at + 1) % keys.length];
    if (next !== undefined) this.#chosen.chooseField(next);
  }

  protected override updated(): void {
    // What is opened changes within; the tree cannot see it by itself.
    this.querySelector<FieldTree>('peerscope-fields')?.requestUpdate();
  }

  get #readings() {
    return {
      isOpen: this.#isInspecting,
      open: (isOpen: boolean) => {
        this.#isInspecting = isOpen;
        this.requestUpdate();
      },
    };
  }
}

/** `≠ 1 field and 2 bytes changed, without cookie`. */
function changesText(changes: Changes | undefined): string {
  if (changes === undefined) return '';
  const { fields, bytes } = changedCounts(changes);
  const without = changes.removed.length === 0 ? '' : `, without ${changes.removed.join(', ')}`;
  if (fields + bytes + changes.removed.length === 0) return '';
  return `≠ ${count(fields, 'field')} and ${count(bytes, 'byte')} changed${without}`;
}
