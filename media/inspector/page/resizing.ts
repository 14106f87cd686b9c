/** Columns whose widths the user decides: an edge is dragged, or moved with Shift and the arrow keys on a head that has the focus. */
import { html, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { NARROWEST } from '../list/columns.ts';

/** Pixels that a key moves an edge. */
const STEP = 10;

export type Widths = Readonly<Record<string, number>>;

export class Resizing {
  readonly #host: ReactiveControllerHost & HTMLElement;
  /** The column whose edge is dragged, and its width so far. */
  #dragged: { readonly id: string; readonly from: number; readonly width: number; now: number } | undefined;

  /** The host tells of a width with the event `resize-column`, once it was let go. */
  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
  }

  /** The widths as they are to be seen now. */
  over(widths: Widths): Widths {
    return this.#dragged === undefined ? widths : { ...widths, [this.#dragged.id]: this.#dragged.now };
  }

  /** What stands at the end of a column's head. */
  grip(id: string): TemplateResult {
    return html`<span class="grip" aria-hidden="true" @click=${(event: Event) => event.stopPropagation()} @pointerdown=${(event: PointerEvent) => this.#take(event, id)}
      @pointermove=${this.#drag} @pointerup=${this.#drop} @pointercancel=${this.#drop}></span>`;
  }

  /** A key on the head of a column; whether it was one of these. */
  key(event: KeyboardEvent, id: string): boolean {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (by === undefined || !event.shiftKey) return false;
    event.preventDefault();
    this.#tell(id, Math.round((event.currentTarget as HTMLElement).getBoundingClientRect().width) + by);
    return true;
  }

  #take(event: PointerEvent, id: string): void {
    if (event.button !== 0) return;
    const grip = event.target as HTMLElement;
    const { width } = grip.parentElement!.getBoundingClientRect();
    event.stopPropagation();
    grip.setPointerCapture(event.pointerId);
    this.#dragged = { id, from: event.clientX, width, now: width };
  }

  readonly #drag = (event: PointerEvent): void => {
    const dragged = this.#dragged;
    if (dragged === undefined) return;
    dragged.now = Math.max(NARROWEST, Math.round(dragged.width + event.clientX - dragged.from));
    this.#host.requestUpdate();
  };

  readonly #drop = (): void => {
    const dragged = this.#dragged;
    this.#dragged = undefined;
    if (dragged !== undefined) this.#tell(dragged.id, dragged.now);
  };

  #tell(id: string, width: number): void {
    this.#host.dispatchEvent(new CustomEvent('resize-column', { detail: { [id]: Math.max(NARROWEST, width) } }));
  }
}
