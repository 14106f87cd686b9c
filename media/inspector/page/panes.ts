/** The fields of a tree and its bytes as a page draws them: what is chosen in the one is shown in the other. */
import { html, nothing, type TemplateResult } from 'lit';
import type { FieldView, TreeView } from '../../../extension/wire/inspector.ts';
import { count } from '../../base/texts.ts';
import type { Changes } from '../tree/changes.ts';
import type { Chosen } from './chosen.ts';

/** A longer value is cut off in the tree: it stands below it as a whole. */
const LONG = 40;

/** Whether what the byte under the cursor may mean is shown. */
export interface Readings {
  readonly isOpen: boolean;
  open(open: boolean): void;
}

/** `changes`: what of it differs from another tree. */
export function fieldsPane(chosen: Chosen, tree: TreeView, changes?: Changes): TemplateResult {
  const { field } = chosen;
  return html`<peerscope-fields class="fills" .layers=${tree.layers} .selected=${field?.key} .opened=${chosen.opened} .hovered=${chosen.hovered?.key} .changes=${changes}
        @hover-field=${({ detail }: CustomEvent<FieldView | null>) => chosen.hoverField(detail ?? undefined)}
        @choose-field=${(event: CustomEvent<string>) => chosen.chooseField(event.detail)}
        @open-field=${({ detail }: CustomEvent<{ key: string; open: boolean }>) => chosen.open(detail.key, detail.open)}></peerscope-fields>
      ${field === undefined ? nothing : fieldLine(field.field)}`;
}

export function bytesPane(chosen: Chosen, tree: TreeView, readings: Readings, changes?: Changes): TemplateResult {
  return html`<peerscope-bytes class="fills" .sources=${tree.sources} .source=${chosen.source} .field=${chosen.field?.field}
      .cursor=${chosen.cursor} .hovered=${chosen.hovered?.field} .changes=${changes} .inspecting=${readings.isOpen}
      @hover-byte=${({ detail }: CustomEvent<number | null>) => chosen.hoverByte(detail ?? undefined)}
      @inspect-values=${({ detail }: CustomEvent<boolean>) => readings.open(detail)} @choose-source=${(event: CustomEvent<number>) => chosen.chooseSource(event.detail)}
      @choose-byte=${(event: CustomEvent<number>) => chosen.chooseByte(event.detail)}></peerscope-bytes>`;
}

/** What stands below the tree of the field that is selected: its name in filters, where it lies, and what it is. */
function fieldLine({ filter, type, text, source, start, end, problem, doc, generated, children }: FieldView): TemplateResult {
  const name = filter === undefined ? undefined : /^[\w.]+/.exec(filter)?.[0];
  const place = generated || end === start ? '' : `${count(end - start, 'byte')} at ${start} (0x${start.toString(16)})`;
  const form = [type ?? '', place].filter((part) => part !== '').join(', ');
  const isLong = text.length > LONG && children === undefined;
  return html`<p id="field-doc" class="field-doc" data-source=${source}>${problem === undefined ? nothing : html`<strong>${problem}</strong> `}${
    name === undefined ? nothing : html`<code>${name}</code> · `
  }${form === '' ? nothing : html`<span class="place">${form}</span>${doc === undefined ? nothing : html` · `}`}${doc ?? nothing}${
    isLong ? html`<span class="whole-value">${text}</span>` : nothing
  }</p>`;
}
