/** Widths of columns that hold what is in view: they grow while the list is scrolled, and begin anew with another list. */
import type { Row } from '../../../extension/wire/inspector.ts';
import { portsText } from './endpoint.ts';

/** Pixels beyond the text: what stands before it in its cell, and a little room. */
const ROOM = 4;
const HUE = 14;
const BADGE = 40;
const SIGNS = 18;
/** A port is given the room of digits, of which its colon does not need all. */
const COLON = 5;

/** By column: its text, what stands before it, and its most. */
const fitted: Readonly<Record<string, { text(row: Row): string; before(row: Row): number; readonly most: number }>> = {
  frame: { text: ({ frame }) => String(frame), before: () => SIGNS, most: 130 },
  source: { text: ({ source }) => source, before: () => COLON, most: 330 },
  destination: { text: ({ destination }) => destination, before: () => COLON, most: 330 },
  ports: { text: portsText, before: () => 0, most: 220 },
  protocol: { text: ({ protocol }) => protocol, before: () => HUE, most: 120 },
  message: {
    text: ({ message }) => message,
    before: ({ state }) => (state === 'decoded' || state === 'none' ? 0 : BADGE),
    most: 200,
  },
};

export class ColumnFit {
  readonly #context = document.createElement('canvas').getContext('2d');
  #font = '';
  #widths: Readonly<Record<string, number>> = {};
  readonly #measured = new Map<string, number>();

  /** In pixels, by column. */
  get widths(): Readonly<Record<string, number>> {
    return this.#widths;
  }

  clear(): void {
    this.#widths = {};
  }

  /** Takes the rows in view into account; whether a column has become wider. */
  fit(rows: readonly Row[], font: string): boolean {
    if (font !== this.#font) {
      this.#font = font;
      this.#measured.clear();
      this.clear();
    }
    const widths: Record<string, number> = { ...this.#widths };
    let isWider = false;
    for (const [id, { text, before, most }] of Object.entries(fitted))
      for (const row of rows) {
        const width = Math.min(most, Math.ceil(this.#width(text(row)) + before(row) + ROOM));
        if (width <= (widths[id] ?? 0)) continue;
        widths[id] = width;
        isWider = true;
      }
    if (isWider) this.#widths = widths;
    return isWider;
  }

  #width(text: string): number {
    const known = this.#measured.get(text);
    if (known !== undefined) return known;
    if (this.#context === null) return 0;
    this.#context.font = this.#font;
    const { width } = this.#context.measureText(text);
    // A list of a million endpoints is not to be remembered.
    if (this.#measured.size > 5_000) this.#measured.clear();
    this.#measured.set(text, width);
    return width;
  }
}
