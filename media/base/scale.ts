/**
 * Scrolling over more rows than an element can be tall. Browsers cap the height of an element at some 16 million pixels, so
 * beyond `TALLEST` the scrolled element stays that tall and its scroll position stands for a proportional place in the list.
 * An offset is a distance in pixels from the top of the whole list, as if there were no cap; it is what the list is drawn at.
 */
export const TALLEST = 8_000_000;

export interface Extent {
  readonly rows: number;
  readonly rowHeight: number;
  /** Height of the part that is seen. */
  readonly viewport: number;
}

/** Rows `first` up to `end`, with so many pixels of the list above the viewport. */
export interface Place {
  readonly first: number;
  readonly end: number;
  readonly offset: number;
}

export function contentHeight({ rows, rowHeight }: Extent): number {
  return rows * rowHeight;
}

export function elementHeight(extent: Extent): number {
  return Math.min(contentHeight(extent), TALLEST);
}

export function isScaled(extent: Extent): boolean {
  return contentHeight(extent) > TALLEST;
}

/** The offset at which the last row touches the bottom. */
export function lastOffset(extent: Extent): number {
  return Math.max(0, contentHeight(extent) - extent.viewport);
}

export function clampOffset(extent: Extent, offset: number): number {
  return Math.max(0, Math.min(offset, lastOffset(extent)));
}

export function toScrollTop(extent: Extent, offset: number): number {
  if (!isScaled(extent)) return offset;
  return (clampOffset(extent, offset) / lastOffset(extent)) * (TALLEST - extent.viewport);
}

export function toOffset(extent: Extent, scrollTop: number): number {
  if (!isScaled(extent)) return clampOffset(extent, scrollTop);
  return clampOffset(extent, (scrollTop / (TALLEST - extent.viewport)) * lastOffset(extent));
}

/**
 * The offset after the browser scrolled. A short way is a step, which something took that knows nothing of the scale, like
 * bringing a row into view; a long way is the bar being dragged.
 */
export function offsetAfter(extent: Extent, offset: number, from: number, to: number): number {
  const atAnEnd = to <= 0 || to >= TALLEST - extent.viewport;
  if (!isScaled(extent) || atAnEnd || Math.abs(to - from) > extent.viewport) return toOffset(extent, to);
  return clampOffset(extent, offset + to - from);
}

/** The rows to draw at an offset: from `first` up to but not including `end`. */
export function visibleRows(extent: Extent, offset: number, overscan: number): { first: number; end: number } {
  const top = Math.floor(offset / extent.rowHeight);
  const bottom = Math.ceil((offset + extent.viewport) / extent.rowHeight);
  return { first: Math.max(0, top - overscan), end: Math.max(0, Math.min(extent.rows, bottom + overscan)) };
}

/** The nearest offset at which a row is seen whole; from far away the row comes to the middle, to be seen among others. */
export function offsetShowing(extent: Extent, offset: number, row: number): number {
  const top = row * extent.rowHeight;
  const bottom = top + extent.rowHeight;
  if (top >= offset && bottom <= offset + extent.viewport) return offset;
  const far = top < offset - extent.viewport || bottom > offset + 2 * extent.viewport;
  if (far) return clampOffset(extent, top - (extent.viewport - extent.rowHeight) / 2);
  return clampOffset(extent, top < offset ? top : bottom - extent.viewport);
}

/** How many rows PageUp and PageDown go: all that are seen whole but one, which stays as a landmark. */
export function rowsPerPage({ viewport, rowHeight }: Extent): number {
  return Math.max(1, Math.floor(viewport / rowHeight) - 1);
}
