/** The tree of a row: its layers and their fields, one selected. */
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { FieldView } from '../../extension/wire/inspector.ts';
import { fieldMenu } from './asfilter.ts';
import { PageElement } from './element.ts';
import { fieldText, isWithin, type Line, lines, type Opened } from './fields.ts';
import { goal, isForeign } from './moving.ts';
import { rowsPerPage } from './scale.ts';
import { Scroller } from './scroller.ts';

const ROW_HEIGHT = 22;
const DEEPEST_INDENT = 12;
const verdicts = { valid: '✓ valid', invalid: '✗ invalid', unchecked: '? unchecked' };

export class FieldTree extends PageElement {
  static override properties: PropertyDeclarations = {
    layers: { attribute: false },
    selected: { attribute: false },
    opened: { attribute: false },
  };
  declare layers: readonly FieldView[];
  declare selected: string | undefined;
  declare opened: Opened;
  readonly #scroller = new Scroller(this, ROW_HEIGHT);
  #lines: Line[] = [];

  protected override willUpdate(changed: PropertyValues): void {
    this.#lines = lines(this.layers, this.opened);
    this.#scroller.rows = this.#lines.length;
    if (!changed.has('selected') || this.selected === undefined) return;
    const at = this.#lines.findIndex(({ key }) => key === this.selected);
    if (at >= 0) this.#scroller.reveal(at);
  }

  protected override render(): TemplateResult {
    const { first, end } = this.#scroller.range();
    const at = this.#at();
    return html`
      <div id="field-tree" class="viewport" role="tree" tabindex="0" aria-label="Fields"
        data-vscode-context=${at < 0 ? nothing : fieldMenu(this.#lines[at]!.field, this.#lines[at]!.key)}
        aria-activedescendant=${at >= first && at < end ? `field-${at}` : nothing} @keydown=${this.#key} @mousedown=${this.#press}
        @dblclick=${this.#toggle}>
        <div class="spacer" role="presentation"><div class="rows" role="presentation">
          ${this.#lines.slice(first, end).map((line, index) => this.#line(line, first + index))}
        </div></div>
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
      field.generated ? 'generated' : '',
      field.problem === undefined ? '' : 'problem',
      field.check === undefined ? '' : 'checked',
    ].join(' ');
    const text = fieldText(field, depth);
    const { check, problem } = field;
    // What is closed says what of its parts does not verify.
    const hidden = open === false && hasInvalid(field);
    const title =
      check === undefined
        ? (field.doc ?? text)
        : `${verdicts[check.state]}${check.why === '' ? '' : `: ${check.why}`}\n${field.doc ?? text}`;
    return html`<div id="field-${index}" class=${classes} role="treeitem" data-line=${index} aria-level=${depth + 1} aria-posinset=${place}
      aria-setsize=${siblings} aria-selected=${selected} aria-expanded=${open === undefined ? nothing : String(open)}
      data-vscode-context=${fieldMenu(field, key)} title=${title}><span class="twistie" aria-hidden="true">${open === undefined ? '' : open ? '▾' : '▸'}</span>${hidden ? html`<span class="hidden-verdict" title="A part of it does not verify">✗ </span>` : nothing}<span class="field-text">${text}</span>${
        check === undefined
          ? nothing
          : html`<span class="check ${check.state}" title=${check.why}>${verdicts[check.state]}${
              check.state === 'valid' || check.why === '' ? nothing : html`: ${check.why}`
            }</span>`
      }${problem === undefined ? nothing : html`<span class="problem-text">${problem}</span>`}</div>`;
  }

  #choose(index: number): void {
    const line = this.#lines[index];
    if (line === undefined) return;
    this.#scroller.reveal(index);
    this.dispatchEvent(new CustomEvent('choose-field', { detail: line.key }));
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

  #press(event: MouseEvent): void {
    const index = this.#pressed(event);
    if (index === undefined || event.button !== 0) return;
    const line = this.#lines[index]!;
    if (line.open !== undefined && (event.target as Element).closest('.twistie')) this.#open(line, !line.open);
    else this.#choose(index);
  }

  #toggle(event: MouseEvent): void {
    const index = this.#pressed(event);
    const line = index === undefined ? undefined : this.#lines[index];
    if (line?.open !== undefined && !(event.target as Element).closest('.twistie')) this.#open(line, !line.open);
  }

  #key(event: KeyboardEvent): void {
    if (isForeign(event) || this.#lines.length === 0) return;
    const at = this.#at();
    const line = this.#lines[at];
    const total = this.#lines.length;
    const to = goal(event.key, { at, total, page: rowsPerPage(this.#scroller.extent) });
    const go = (index: number): void => this.#choose(Math.max(0, Math.min(index, total - 1)));
    const actions: Record<string, () => void> = {
      ArrowRight: () => {
        if (line?.open === false) this.#open(line, true);
        else if (line?.open) go(at + 1);
      },
      ArrowLeft: () => {
        if (line?.open) this.#open(line, false);
        else if (line?.parent !== undefined) go(this.#lines.findIndex(({ key }) => key === line.parent));
      },
      Enter: () => {
        if (line?.open !== undefined) this.#open(line, !line.open);
      },
    };
    const action = to === undefined ? actions[event.key] : () => go(to);
    if (action === undefined) return;
    event.preventDefault();
    action();
  }
}

function hasInvalid({ children = [] }: FieldView): boolean {
  return children.some((child) => child.check?.state === 'invalid' || hasInvalid(child));
}
