/**
 * Records of a file that are no frames here and that Wireshark numbers as such: the frames behind them have other numbers there. Found by
 * how many frames stand before them, so that millions of them in a row take as much room as one.
 */
export class OtherRecords {
  /** Frames before each run of such records, ascending; and how many records there are up to its end. */
  readonly #framesBefore: number[] = [];
  readonly #upTo: number[] = [];

  /** One more of them, behind so many frames. */
  add(framesBefore: number): void {
    const last = this.#framesBefore.length - 1;
    const total = (this.#upTo[last] ?? 0) + 1;
    if (last >= 0 && this.#framesBefore[last] === framesBefore) this.#upTo[last] = total;
    else {
      this.#framesBefore.push(framesBefore);
      this.#upTo.push(total);
    }
  }

  /** How many stand before a frame (0-based). */
  before(index: number): number {
    let low = 0;
    let high = this.#framesBefore.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#framesBefore[middle]! <= index) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : this.#upTo[low - 1]!;
  }
}
