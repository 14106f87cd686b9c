/** Where a person is in a comparison, as VS Code keeps it while the page is hidden. */
import type { Folded, Side, Unfolding } from '../../extension/wire/comparing.ts';

export interface Place {
  /** The line that is selected, from 0. */
  readonly selected: number;
  readonly side: Side;
  /** Pixels of the list above its viewport. */
  readonly top: number;
  /** What was unfolded, in its order. */
  readonly unfolded: readonly Unfolding[];
}

/** What was kept; undefined where that is none, such as the state of an earlier version. */
export function placeIn(kept: unknown): Place | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { selected, side, top, unfolded } = kept as Readonly<Record<keyof Place, unknown>>;
  if (!isCount(selected) || typeof top !== 'number' || !Number.isFinite(top) || (side !== 'a' && side !== 'b')) return undefined;
  return Array.isArray(unfolded) && unfolded.every(isUnfolding) ? { selected, side, top, unfolded } : undefined;
}

const folds: readonly unknown[] = ['equal', 'a', 'b', 'unlisted'] satisfies Folded[];

function isUnfolding(value: unknown): value is Unfolding {
  if (typeof value !== 'object' || value === null) return false;
  const { start, count, of } = value as Readonly<Record<keyof Unfolding, unknown>>;
  return isCount(start) && isCount(count) && folds.includes(of);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
