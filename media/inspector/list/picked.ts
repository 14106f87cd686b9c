import type { Pick } from '../../base/virtuallist.ts';

/** Rows from `start` up to `end`, which is none of them. */
export type RowRange = readonly [start: number, end: number];

/** The rows that are selected together, as ranges: a list has millions. */
export class PickedRows {
  #ranges: readonly RowRange[] = [];
  #anchor = 0;

  /** Ascending, and apart from each other. */
  get ranges(): readonly RowRange[] {
    return this.#ranges;
  }

  get count(): number {
    return this.#ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  }

  has(row: number): boolean {
    return this.#ranges.some(([start, end]) => start <= row && row < end);
  }

  pick(row: number, how: Pick): void {
    if (how === 'extend') {
      this.#ranges = [[Math.min(this.#anchor, row), Math.max(this.#anchor, row) + 1]];
      return;
    }
    this.#anchor = row;
    if (how === 'alone') this.#ranges = [[row, row + 1]];
    else if (this.has(row)) this.#ranges = this.#ranges.flatMap((range) => without(range, row));
    else this.#ranges = joined([...this.#ranges, [row, row + 1]]);
  }

  all(total: number): void {
    this.#ranges = total === 0 ? [] : [[0, total]];
  }

  clear(): void {
    this.#ranges = [];
    this.#anchor = 0;
  }
}

function without([start, end]: RowRange, row: number): RowRange[] {
  if (row < start || row >= end) return [[start, end]];
  const parts: RowRange[] = [
    [start, row],
    [row + 1, end],
  ];
  return parts.filter(([from, to]) => from < to);
}

function joined(ranges: readonly RowRange[]): RowRange[] {
  const out: [number, number][] = [];
  for (const [start, end] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = out.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else out.push([start, end]);
  }
  return out;
}
