import type { Observation } from './observation.ts';

export type Show = 'all' | 'messages';

/**
 * The order of a capture's messages and the rows of its list, in typed arrays made from the observations' tables in one
 * pass (a counting sort by frame), and made again when they have changed.
 */
export class Rows {
  #stale = true;
  encrypted = 0;
  /** By n: observation and number in its table. */
  #run = new Uint8Array(0);
  #id = new Uint32Array(0);
  /** By row of the full list: frame, and message or -1. */
  #frame = new Uint32Array(0);
  #n = new Int32Array(0);
  /** By n: frame. */
  #messageFrame = new Uint32Array(0);

  stale(): void {
    this.#stale = true;
  }

  get messageCount(): number {
    return this.#id.length;
  }

  message(n: number): { run: number; id: number } {
    if (n < 0 || n >= this.#id.length) throw new RangeError(`message ${n} of ${this.#id.length}`);
    return { run: this.#run[n]!, id: this.#id[n]! };
  }

  count(show: Show): number {
    return show === 'all' ? this.#frame.length : this.#id.length;
  }

  at(show: Show, row: number): { frame: number; n: number } {
    if (row < 0 || row >= this.count(show)) throw new RangeError(`row ${row} of ${this.count(show)}`);
    return show === 'all' ? { frame: this.#frame[row]!, n: this.#n[row]! } : { frame: this.#messageFrame[row]!, n: row };
  }

  ofFrame(show: Show, frame: number): number {
    const frames = show === 'all' ? this.#frame : this.#messageFrame;
    let low = 0;
    let high = frames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (frames[middle]! < frame) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, Math.min(low, frames.length - 1));
  }

  build(observations: readonly Observation[], frameCount: number): void {
    if (!this.#stale) return;
    this.#stale = false;
    const total = observations.reduce((sum, { messages }) => sum + messages.length, 0);
    const first = new Uint32Array(frameCount + 2);
    for (const { messages } of observations) for (let id = 0; id < messages.length; id++) first[messages.frame(id) + 1]!++;
    for (let frame = 1; frame < first.length; frame++) first[frame]! += first[frame - 1]!;
    const next = first.slice();
    this.#run = new Uint8Array(total);
    this.#id = new Uint32Array(total);
    this.#messageFrame = new Uint32Array(total);
    this.encrypted = 0;
    observations.forEach(({ messages }, run) => {
      for (let id = 0; id < messages.length; id++) {
        const frame = messages.frame(id);
        const n = next[frame]!++;
        this.#run[n] = run;
        this.#id[n] = id;
        this.#messageFrame[n] = frame;
        if (messages.state(id) === 'encrypted') this.encrypted++;
      }
    });
    this.#list(frameCount, first);
  }

  #list(frameCount: number, first: Uint32Array): void {
    let bare = 0;
    for (let frame = 1; frame <= frameCount; frame++) if (first[frame] === first[frame + 1]) bare++;
    const rows = bare + this.#id.length;
    this.#frame = new Uint32Array(rows);
    this.#n = new Int32Array(rows);
    let row = 0;
    for (let frame = 1; frame <= frameCount; frame++) {
      const from = first[frame]!;
      const to = first[frame + 1]!;
      for (let n = from; n < to; n++, row++) {
        this.#frame[row] = frame;
        this.#n[row] = n;
      }
      if (from === to) {
        this.#frame[row] = frame;
        this.#n[row++] = -1;
      }
    }
  }
}
