/**
 * Which rows a list draws while those in view are on their way. A bar that is dragged moves faster than rows come: the list then draws the
 * rows that it asked for last as soon as they are here, and asks for those that are in view by now. So there is always text to read, one
 * answer behind the bar, and nothing is asked for that would only be passed by.
 */
import type { Rows } from './rows.ts';
import type { Place } from './scale.ts';

/** Milliseconds after which rows that do not come are drawn as missing. */
export const LATE = 250;
/** Rows on each side of those in view that are fetched before they are in view. */
export const BESIDE = 50;

export class Trailing {
  #rows: Rows<unknown> | undefined;
  #drawn: Place | undefined;
  #asked: { readonly place: Place; readonly at: number } | undefined;

  /** Asked for rows that are not here yet, and something else is drawn meanwhile: it is late at this time. */
  get due(): number | undefined {
    return this.#asked === undefined || this.#drawn === undefined ? undefined : this.#asked.at + LATE;
  }

  /** What to draw of `rows` where `wanted` is in view; fetches what is missing. `now` in milliseconds. */
  choose(rows: Rows<unknown>, wanted: Place, now: number): Place {
    if (rows !== this.#rows) this.#drawn = this.#asked = undefined;
    this.#rows = rows;
    const asked = this.#asked;
    if (rows.need === undefined || isHere(rows, wanted)) {
      this.#asked = undefined;
      this.#drawn = wanted;
      // The wheel comes to those beside them next.
      rows.need?.(Math.max(0, wanted.first - BESIDE), Math.min(rows.total, wanted.end + BESIDE));
      return wanted;
    }
    const hasCome = asked !== undefined && isHere(rows, asked.place);
    const isLate = asked !== undefined && !hasCome && now - asked.at >= LATE;
    if (hasCome) this.#drawn = asked.place;
    if (asked === undefined || hasCome || isLate) this.#asked = { place: wanted, at: now };
    const { first, end } = this.#asked!.place;
    rows.need(first, end);
    if (isLate || this.#drawn === undefined || !isHere(rows, this.#drawn)) {
      this.#drawn = undefined;
      return wanted;
    }
    return this.#drawn;
  }
}

function isHere(rows: Rows<unknown>, { first, end }: Place): boolean {
  if (end > rows.total) return false;
  for (let index = first; index < end; index++) if (rows.row(index) === undefined) return false;
  return true;
}
