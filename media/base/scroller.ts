/**
 * Where a list is scrolled to. The host element renders `.viewport > .spacer > .rows` with the rows of `range()`; this keeps the
 * spacer as tall as the list may be and puts the rows where the scroll bar is, so that to the browser, and to whatever scrolls
 * a row into view, they are where they seem to be.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import * as scale from './scale.ts';

const OVERSCAN = 4;

export class Scroller implements ReactiveController {
  rows = 0;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #askRowHeight: () => number;
  #rowHeight: number;
  readonly #heads: string | undefined;
  #viewport: HTMLElement | undefined;
  #height = 0;
  #offset = 0;
  #drawn = { first: 0, offset: 0 };
  /** Where this put the scroll bar: a scroll event from there is an echo of ours, and an offset finer than it is kept. */
  #put = 0;
  #reveal: number | undefined;
  /** The row that was brought into view last. */
  #revealed: number | undefined;
  readonly #resize = new ResizeObserver(() => {
    const height = this.#viewport?.clientHeight ?? 0;
    if (height === this.#height) return;
    // What stands beside the list may take room from it: a row that was asked for, and is seen, stays so.
    const row = this.#revealed;
    if (row !== undefined && scale.offsetShowing(this.extent, this.#offset, row) === this.#offset) this.#reveal ??= row;
    this.#height = height;
    this.#host.requestUpdate();
  });

  /** `heads` finds what stands outside of the viewport, so that it stays, and goes along to the side. */
  constructor(host: ReactiveControllerHost & HTMLElement, rowHeight: () => number, heads?: string) {
    this.#host = host;
    this.#askRowHeight = rowHeight;
    this.#rowHeight = rowHeight();
    this.#heads = heads;
    host.addController(this);
  }

  get extent(): scale.Extent {
    return { rows: this.rows, rowHeight: this.#rowHeight, viewport: this.#height };
  }

  /** Scrolls so that a row is seen, as soon as there is a height to see it in. */
  reveal(row: number): void {
    this.#reveal = row;
    this.#host.requestUpdate();
  }

  /** The last row is in view. */
  get atEnd(): boolean {
    const { extent } = this;
    return extent.viewport > 0 && this.#offset >= scale.lastOffset(extent) - 1;
  }

  /** Pixels of the list above the viewport. */
  get top(): number {
    return this.#offset;
  }

  scrollTo(top: number): void {
    this.#offset = top;
    this.#host.requestUpdate();
  }

  /** The rows in view now. While it is not `known` how many there are, the place in the list is kept. */
  range(known: boolean): scale.Place {
    const rowHeight = this.#askRowHeight();
    // The row at the top stays there.
    this.#offset *= rowHeight / this.#rowHeight;
    this.#rowHeight = rowHeight;
    const { extent } = this;
    if (this.#reveal !== undefined && extent.viewport > 0 && this.#reveal < extent.rows) {
      this.#offset = scale.offsetShowing(extent, this.#offset, this.#reveal);
      this.#revealed = this.#reveal;
      this.#reveal = undefined;
    }
    if (known && extent.viewport > 0) this.#offset = scale.clampOffset(extent, this.#offset);
    return { ...scale.visibleRows(extent, this.#offset, OVERSCAN), offset: this.#offset };
  }

  /** Rows are drawn from `first` on, so that they stand where they do at that offset. */
  draw({ first, offset }: scale.Place): void {
    this.#drawn = { first, offset };
  }

  hostDisconnected(): void {
    this.#resize.disconnect();
    this.#viewport = undefined;
  }

  hostUpdated(): void {
    const viewport = this.#host.querySelector<HTMLElement>('.viewport');
    if (viewport === null) {
      this.#resize.disconnect();
      this.#viewport = undefined;
      return;
    }
    if (viewport !== this.#viewport) this.#adopt(viewport);
    const spacer = viewport.querySelector<HTMLElement>('.spacer')!;
    const rows = spacer.querySelector<HTMLElement>('.rows')!;
    const { extent } = this;
    spacer.style.height = `${scale.elementHeight(extent)}px`;
    spacer.style.setProperty('--row-height', `${this.#rowHeight}px`);
    const scrollTop = scale.toScrollTop(extent, this.#offset);
    if (Math.abs(viewport.scrollTop - scrollTop) >= 1) viewport.scrollTop = scrollTop;
    this.#put = viewport.scrollTop;
    rows.style.top = `${this.#put + this.#drawn.first * this.#rowHeight - this.#drawn.offset}px`;
  }

  #adopt(viewport: HTMLElement): void {
    this.#resize.disconnect();
    this.#viewport = viewport;
    this.#resize.observe(viewport);
    viewport.addEventListener('scroll', () => {
      const { scrollTop } = viewport;
      const heads = this.#heads === undefined ? null : this.#host.querySelector(this.#heads);
      if (heads !== null) heads.scrollLeft = viewport.scrollLeft;
      if (Math.abs(scrollTop - this.#put) < 1) return;
      this.#offset = scale.offsetAfter(this.extent, this.#offset, this.#put, scrollTop);
      this.#put = scrollTop;
      this.#host.requestUpdate();
    });
    // Where one pixel of the bar is many of the list, the wheel would leap over rows: there it moves the list itself.
    viewport.addEventListener(
      'wheel',
      (event) => {
        if (!scale.isScaled(this.extent) || event.deltaY === 0 || event.ctrlKey) return;
        event.preventDefault();
        const unit = event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? this.#rowHeight : this.#height;
        this.#offset = scale.clampOffset(this.extent, this.#offset + event.deltaY * unit);
        this.#host.requestUpdate();
      },
      { passive: false },
    );
  }
}
