/** Values of one column: a power of two, so that one is found by shift and mask. */
export const columnBits = 16;
const rows = 1 << columnBits;

/**
 * A column of 65,536 numbers, written once and from the first row on, in as few bytes as they allow: none a row while all are
 * equal, four while each is a whole number within 31 bits of the first, else eight. Which one it is changes as values come; what
 * is read is what was written.
 */
export class Column {
  private base = 0;
  private narrow: Int32Array | undefined;
  private wide: Float64Array | undefined;

  /** The value of the next row. */
  add(row: number, value: number): void {
    if (row === 0) this.base = value;
    if (this.wide !== undefined) {
      this.wide[row] = value;
      return;
    }
    const above = value - this.base;
    if (this.narrow === undefined) {
      if (above === 0) return;
      this.narrow = new Int32Array(rows);
    }
    // Where the difference was rounded, it leads back to another number.
    if ((above | 0) === above && this.base + above === value) this.narrow[row] = above;
    else this.widen(row)[row] = value;
  }

  at(row: number): number {
    if (this.narrow !== undefined) return this.base + this.narrow[row];
    return this.wide === undefined ? this.base : this.wide[row];
  }

  private widen(end: number): Float64Array {
    const wide = new Float64Array(rows);
    for (let row = 0; row < end; row++) wide[row] = this.at(row);
    this.wide = wide;
    this.narrow = undefined;
    return wide;
  }
}
