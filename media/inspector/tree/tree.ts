/** The tree of a row: its layers and their fields, one selected. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { FieldView } from '../../../extension/wire/inspector.ts';
import { EditorFont, rowHeightFor } from '../../base/editorfont.ts';
import { PageElement } from '../../base/element.ts';
import { placeText } from '../../base/texts.ts';
import { VirtualList } from '../../base/virtuallist.ts';
import { fieldMenu } from '../list/asfilter.ts';
import type { FindWithin } from '../page/findwithin.ts';
import type { Changes } from './changes.ts';
import { fieldText, isWithin, type Line, lines, type Opened, valueKind } from './fields.ts';
import { hitBeside, type SoughtFields, soughtFields } from './sought.ts';

const LEAST_ROW_HEIGHT = 22;
const DEEPEST_INDENT = 12;
const verdicts = { valid: '✓ valid', invalid: '✗ invalid', unchecked: '? unchecked' };

export class FieldTree extends PageElement {
  static override properties: PropertyDeclarations = {
    layers: { attribute: false },
    selected: { attribute: false },
    opened: { attribute: false },
    hovered: { attribute: false },
    changes: { attribute: false },
    sought: { state: true },
  };
  declare layers: readonly FieldView[];
  declare selected: string | undefined;
  declare opened: Opened;
  /** The field whose bytes the pointer is over. */
  declare hovered: string | undefined;
  /** What differs from another tree, where this one is shown beside it. */
  declare changes: Changes | undefined;
  /** The text that is sought, while its bar is open. */
  declare sought: string | undefined;
  #found: SoughtFields | undefined;
  #lines: Line[] = [];
  readonly #font = new EditorFont(this);
  readonly #list = new VirtualList<Line>(this, {
    rowHeight: () => rowHeightFor(this.#font.size, LEAST_ROW_HEIGHT),
    rows: () => ({ total: this.#lines.length, row: (index) => this.#lines[index] }),
    selection: {
      id: 'field',
      at: () => this.#at(),
      go: (index) => this.#choose(index),
      act: (key) => this.#act(key),
    },
  });

  /** Opens the bar that searches the fields. */
  find(): void {
    this.sought ??= '';
    void this.updateComplete.then(() => this.querySelector<FindWithin>('peerscope-find-within')?.focus());
  }

  /** Selects the next field that holds what is sought, or the one before; false where nothing is sought. */
  findAgain(forward: boolean): boolean {
    if (this.#found === undefined) return false;
    const order = this.#lines.map(({ key }) => key);
    const hit = hitBeside(order, this.#found.hits, this.selected, forward);
    if (hit !== undefined) this.dispatchEvent(new CustomEvent('choose-field', { detail: hit }));
    return true;
  }

  #closeFind(): void {
    this.sought = undefined;
    this.querySelector<HTMLElement>('#field-tree')?.focus();
  }

  #finder(): TemplateResult | typeof nothing {
    if (this.sought === undefined) return nothing;
    const hits = this.#found?.hits ?? [];
    const at = this.selected === undefined ? -1 : hits.indexOf(this.selected);
    return html`<peerscope-find-within .label=${'Find a field'} .hint=${'Name or value'} .says=${this.#found === undefined ? '' : placeText(at, hits.length)}
      @seek=${({ detail }: CustomEvent<string>) => (this.sought = detail)} @go=${({ detail }: CustomEvent<boolean>) => this.findAgain(detail)}
      @close=${() => this.#closeFind()}></peerscope-find-within>`;
  }

  protected override willUpdate(changed: PropertyValues): void {
    this.#found = this.sought?.trim() ? soughtFields(this.layers, this.sought) : undefined;
    this.#lines = lines(this.layers, this.opened, this.#found);
    if (!changed.has('selected') || this.selected === undefined) return;
    const at = this.#lines.findIndex(({ key }) => key === this.selected);
    if (at >= 0) this.#list.reveal(at);
  }

  protected override render(): TemplateResult {
    const at = this.#at();
    return html`${this.#finder()}
      <div id="field-tree" class="viewport" role="tree" tabindex="0" aria-label="Fields"
        data-vscode-context=${at < 0 ? nothing : fieldMenu(this.#lines[at]!.field, this.#lines[at]!.key)}
        aria-activedescendant=${this.#list.active} @keydown=${this.#list.key} @mousedown=${this.#press}
        @dblclick=${this.#toggle} @mouseover=${this.#hover} @mouseleave=${this.#leave}>
        ${this.#list.draw((line, index) => this.#line(line!, index))}
      </div>`;
  }

  #at(): number {
    return this.selected === undefined ? -1 : this.#lines.findIndex(({ key }) => key === this.selected);
  }

  #line({ field, key, depth, place, siblings, open }: Line, index: number): TemplateResult {
    const selected = key === this.selected;
    const classes = [
      `field depth-${Math.min(depth, DEEPEST_INDENT)}`,
      depth === 0 ? 'layer' : '',
      selected ? 'selected' : '',
      key === this.hovered ? 'hovered' : '',
      field.generated ? 'generated' : '',
      field.problem === undefined ? '' : 'problem',
      field.check === undefined ? '' : 'checked',
    ].join(' ');
    const text = fieldText(field, depth);
    const { check, problem } = field;
    // What is closed says what of its parts does not verify.
    const hidden = open === false && hasInvalid(field);
    const isChanged = this.changes?.fields.has(key) === true || (open === false && this.changes?.around.has(key) === true);
    const title =
      check === undefined
        ? (field.doc ?? text)
        : `${verdicts[check.state]}${check.why === '' ? '' : `: ${check.why}`}\n${field.doc ?? text}`;
    return html`<div id="field-${index}" class=${classes} role="treeitem" data-line=${index} aria-level=${depth + 1} aria-posinset=${place}
      aria-setsize=${siblings} aria-selected=${selected} aria-expanded=${open === undefined ? nothing : String(open)}
      data-vscode-context=${fieldMenu(field, key)} title=${title}><span class="twistie" aria-hidden="true">${open === undefined ? '' : open ? '▾' : '▸'}</span>${hidden ? html`<span class="hidden-verdict" title="A part of it does not verify">✗ </span>` : nothing}${isChanged ? html`<span class="changed-sign" role="img" aria-label="changed" title="Changed">≠ </span>` : nothing}<span class="field-text">${depth === 0 ? text : coloured(field)}</span>${
        check === undefined
          ? nothing
          : html`<span class="check ${check.state}" title=${check.why}>${verdicts[check.state]}${
              check.state === 'valid' || check.why === '' ? nothing : html`: ${check.why}`
            }</span>`
      }${problem === undefined ? nothing : html`<span class="problem-text">${problem}</span>`}</div>`;
  }

  #choose(index: number): void {
    this.dispatchEvent(new CustomEvent('choose-field', { detail: this.#lines[index]!.key }));
  }

  #open(line: Line, open: boolean): void {
    // The selection does not stay where it cannot be seen.
    if (!open && this.selected !== undefined && isWithin(this.selected, line.key))
      this.dispatchEvent(new CustomEvent('choose-field', { detail: line.key }));
    this.dispatchEvent(new CustomEvent('open-field', { detail: { key: line.key, open } }));
  }

  #pressed(event: Event): number | undefined {
    const index = (event.target as Element).closest<HTMLElement>('[data-line]')?.dataset.line;
    return index === undefined ? undefined : Number(index);
  }

  #hover(event: MouseEvent): void {
    const index = this.#pressed(event);
    this.dispatchEvent(new CustomEvent('hover-field', { detail: index === undefined ? undefined : this.#lines[index]?.field }));
  }

  #leave(): void {
    this.dispatchEvent(new CustomEvent('hover-field', { detail: undefined }));
  }

  #press(event: MouseEvent): void {
    const index = this.#pressed(event);
    if (index === undefined || event.button !== 0) return;
    const line = this.#lines[index]!;
    const { frame } = (event.target as Element).closest<HTMLElement>('[data-frame]')?.dataset ?? {};
    if (frame !== undefined) this.#goTo(Number(frame));
    else if (line.open !== undefined && (event.target as Element).closest('.twistie')) this.#open(line, !line.open);
    else this.#list.go(index);
  }

  #goTo(frame: number): void {
    this.dispatchEvent(new CustomEvent('show-frame', { detail: frame, bubbles: true }));
  }

  #toggle(event: MouseEvent): void {
    const index = this.#pressed(event);
    const line = index === undefined ? undefined : this.#lines[index];
    if (line?.open !== undefined && !(event.target as Element).closest('.twistie')) this.#open(line, !line.open);
  }

  /** Opens and closes; what is open already, or closed, leads to the fields in it, or to the one around it. */
  #act(key: string): boolean {
    const at = this.#at();
    const line = this.#lines[at];
    if (key === 'ArrowRight') {
      if (line?.open === false) this.#open(line, true);
      else if (line?.open) this.#list.go(at + 1);
    } else if (key === 'ArrowLeft') {
      if (line?.open) this.#open(line, false);
      else if (line?.parent !== undefined) this.#list.go(this.#lines.findIndex((one) => one.key === line.parent));
    } else if (key === 'Enter') {
      const frame = line === undefined ? undefined : frameNamed(line.field);
      if (line?.open !== undefined) this.#open(line, !line.open);
      else if (frame !== undefined) this.#goTo(frame);
    } else return false;
    return true;
  }
}

/** The name, and the value in the colour that VS Code gives its kind. */
function coloured(field: FieldView): TemplateResult {
  const { name, text, generated } = field;
  if (text === '') return html`${fieldText(field)}`;
  const kind = valueKind(text);
  return html`${generated ? '[' : ''}${name}: <span class="value ${kind ?? ''}">${generated ? linked(text) : text}</span>${generated ? ']' : ''}`;
}

/** Frame numbers of what the product itself says lead to their frames; those in a peer's text are a peer's. */
function linked(text: string): (string | TemplateResult)[] {
  return text
    .split(/(\bframe \d+\b)/)
    .map((part) =>
      /^frame \d/.test(part) ? html`<span class="link" data-frame=${part.slice(6)} title="Go to the frame">${part}</span>` : part,
    );
}

/** The first frame that a generated field names. */
export function frameNamed({ generated, text }: FieldView): number | undefined {
  const [, frame] = (generated && /\bframe (\d+)\b/.exec(text)) || [];
  return frame === undefined ? undefined : Number(frame);
}

function hasInvalid({ children = [] }: FieldView): boolean {
  return children.some((child) => child.check?.state === 'invalid' || hasInvalid(child));
}
