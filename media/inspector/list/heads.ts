/** The heads of the packet list: a click sorts, a drag moves a column, and keys do the same on the head that has the focus. */
import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { SortOrder } from '../../../extension/wire/inspector.ts';
import type { Resizing } from '../page/resizing.ts';
import { menuOf } from './asfilter.ts';
import { type Column, titleOf } from './columns.ts';
import type { Remembered } from './remembered.ts';

/** A column stands in the place of another one from now on. */
export interface MovedColumn {
  readonly id: string;
  readonly to: string;
}

export class Heads {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #resizing: Resizing;
  #columns: readonly Column[] = [];
  /** The head that takes the focus: all of them are one stop of the Tab key. */
  #focused = 'frame';
  #dragged: string | undefined;
  /** A column that a key has moved, and the columns as they were. */
  #moved: { readonly id: string; readonly from: readonly Column[] } | undefined;

  /** The host tells of `sort-column` and `move-column`. */
  constructor(host: ReactiveControllerHost & HTMLElement, resizing: Resizing) {
    this.#host = host;
    this.#resizing = resizing;
  }

  draw(columns: readonly Column[], arranged: Remembered): TemplateResult {
    this.#columns = columns;
    if (!columns.some(({ id }) => id === this.#focused)) this.#focused = columns[0]!.id;
    return html`<div id="packet-heads" class="columns packet-row" role="row" aria-rowindex="1">${columns.map((column) => this.#head(column, arranged))}</div>`;
  }

  #head(column: Column, { time, sort }: Remembered): TemplateResult {
    const { id, own, isNumber } = column;
    const title = titleOf(column, time);
    const menu = menuOf('header', undefined, { column: id, isTime: id === 'time', isOwn: own !== undefined });
    const order = directionOf(id, sort);
    const sign =
      order === 'none' ? nothing : html`<span class="order" aria-hidden="true">${order === 'ascending' ? '▲' : '▼'}</span>`;
    return html`<button type="button" role="columnheader" class=${isNumber ? 'number' : ''} data-column=${id} aria-sort=${order}
      tabindex=${id === this.#focused ? 0 : -1} title="${own === undefined ? title : id}. Click sorts; Shift and the arrow keys change its width, Alt and the arrow keys move it"
      data-vscode-context=${menu} @click=${() => this.#tell('sort-column', id)} @focus=${() => this.#focus(id)}
      @keydown=${(event: KeyboardEvent) => this.#key(event, id)}
      @dragover=${(event: DragEvent) => this.#over(event)} @drop=${(event: DragEvent) => this.#drop(event, id)}><span class="title" draggable="true"
        @dragstart=${(event: DragEvent) => this.#drag(event, id)} @dragend=${() => this.#end()}>${title}</span>${sign}${this.#resizing.grip(id)}</button>`;
  }

  #tell(event: string, detail: unknown): void {
    this.#host.dispatchEvent(new CustomEvent(event, { detail }));
  }

  #focus(id: string): void {
    if (id === this.#focused) return;
    this.#focused = id;
    this.#host.requestUpdate();
  }

  #key(event: KeyboardEvent, id: string): void {
    if (this.#resizing.key(event, id)) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey) return;
    const other = this.#columns[this.#columns.findIndex((each) => each.id === id) + step];
    if (other === undefined) return;
    event.preventDefault();
    if (event.altKey) {
      this.#moved = { id, from: this.#columns };
      this.#move(id, other.id);
    } else this.#go(other.id);
  }

  /** The host has drawn. Elements keep their places, and columns change: the focus goes with a column that a key moved. */
  updated(): void {
    if (this.#moved === undefined || this.#moved.from === this.#columns) return;
    const { id, from } = this.#moved;
    if (this.#columns.every((column, at) => column.id === from[at]?.id)) return;
    this.#moved = undefined;
    this.#go(id);
  }

  #go(id: string): void {
    this.#host.querySelector<HTMLElement>(`#packet-heads [data-column="${CSS.escape(id)}"]`)?.focus();
  }

  #drag(event: DragEvent, id: string): void {
    this.#dragged = id;
    event.dataTransfer?.setData('text/plain', id);
  }

  #over(event: DragEvent): void {
    if (this.#dragged !== undefined) event.preventDefault();
  }

  #drop(event: DragEvent, to: string): void {
    event.preventDefault();
    if (this.#dragged !== undefined) this.#move(this.#dragged, to);
    this.#end();
  }

  #end(): void {
    this.#dragged = undefined;
  }

  #move(id: string, to: string): void {
    if (id !== to) this.#tell('move-column', { id, to } satisfies MovedColumn);
  }
}

export function directionOf(id: string, sort: SortOrder | undefined): 'ascending' | 'descending' | 'none' {
  // One column stands for both ends where there is little room.
  if (sort === undefined || sort.by !== sortedBy(id)) return 'none';
  return sort.descending ? 'descending' : 'ascending';
}

/** What a click on the head of a column sorts by. */
export function sortedBy(id: string): string {
  return id === 'ports' ? 'source' : id;
}

/** The order after a click on a head: ascending, descending, then that of the capture. */
export function nextOrder(id: string, sort: SortOrder | undefined): SortOrder | undefined {
  const by = sortedBy(id);
  if (sort?.by !== by) return { by, descending: false };
  return sort.descending ? undefined : { by, descending: true };
}

/** The ids of all columns with one of them moved. */
export function movedColumns(ids: readonly string[], { id, to }: MovedColumn): string[] {
  const others = ids.filter((each) => each !== id);
  // To the right it comes behind the other one, to the left before it.
  const isRight = ids.indexOf(id) < ids.indexOf(to);
  const at = others.indexOf(to) + (isRight ? 1 : 0);
  return [...others.slice(0, at), id, ...others.slice(at)];
}
