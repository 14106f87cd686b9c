import type { MessageTable } from './messages.ts';

export type Show = 'all' | 'messages';

/** What rows are made from: the tables of messages, one a protocol. */
export interface Observed {
  readonly messages: Pick<MessageTable, 'length' | 'frame'>;
}

/**
 * The order of a capture's messages and the rows of its list, in typed arrays. As a capture is read, rows are added behind
 * those that are there; a message that is found late, in a frame that was listed before, has the rows from that frame on made
 * again. To make all of them again each time would take the square of the capture's length.
 */
export class Rows {
  #stale = true;
  #observed: readonly Observed[] = [];
  /** By observation: how many of its messages have their place. */
  #placed: number[] = [];
  #frames = 0;
  #messages = 0;
  #rows = 0;
  /** By n: observation, number in its table, and frame. */
  #run = new Uint8Array(0);
  #id = new Uint32Array(0);
  #messageFrame = new Uint32Array(0);
  /** By row of the full list: frame, and message or -1. */
  #frame = new Uint32Array(0);
  #n = new Int32Array(0);

  stale(): void {
    this.#stale = true;
  }

  get messageCount(): number {
    return this.#messages;
  }

  message(n: number): { run: number; id: number } {
    if (n < 0 || n >= this.#messages) throw new RangeError(`message ${n} of ${this.#messages}`);
    return { run: this.#run[n]!, id: this.#id[n]! };
  }

  count(show: Show): number {
    return show === 'all' ? this.#rows : this.#messages;
  }

  at(show: Show, row: number): { frame: number; n: number } {
    if (row < 0 || row >= this.count(show)) throw new RangeError(`row ${row} of ${this.count(show)}`);
    return show === 'all' ? { frame: this.#frame[row]!, n: this.#n[row]! } : { frame: this.#messageFrame[row]!, n: row };
  }

  ofFrame(show: Show, frame: number): number {
    const count = this.count(show);
    const row = firstFrom(show === 'all' ? this.#frame : this.#messageFrame, count, frame);
    return Math.max(0, Math.min(row, count - 1));
  }

  /** Makes the rows of the first `frameCount` frames. Tables grow, and never lose a message: others begin anew. */
  build(observed: readonly Observed[], frameCount: number): void {
    if (!this.#stale) return;
    this.#stale = false;
    if (observed !== this.#observed) {
      this.#observed = observed;
      this.#placed = observed.map(() => 0);
      this.#frames = this.#messages = this.#rows = 0;
    }
    let from = this.#frames + 1;
    observed.forEach(({ messages }, run) => {
      for (let id = this.#placed[run]!; id < messages.length; id++) from = Math.min(from, messages.frame(id));
    });
    const kept = firstFrom(this.#messageFrame, this.#messages, from);
    this.#order(from, frameCount, kept);
    this.#list(from, frameCount, kept);
    this.#frames = frameCount;
  }

  /** Orders the messages of the frames from `from` on by frame (a counting sort), which are those from `kept` on. */
  #order(from: number, frameCount: number, kept: number): void {
    const [run, id] = [this.#run.slice(kept, this.#messages), this.#id.slice(kept, this.#messages)];
    const next = new Uint32Array(Math.max(0, frameCount - from + 1) + 1);
    const visit = (each: (run: number, id: number, frame: number) => void): void =>
      this.#observed.forEach(({ messages }, own) => {
        // Within a frame they stand by observation and number, whenever they were found.
        for (let at = 0; at < run.length; at++) if (run[at] === own) each(own, id[at]!, messages.frame(id[at]!));
        for (let one = this.#placed[own]!; one < messages.length; one++) each(own, one, messages.frame(one));
      });
    let total = kept;
    visit((_run, _id, frame) => {
      next[frame - from + 1]!++;
      total++;
    });
    next[0] = kept;
    for (let at = 1; at < next.length; at++) next[at]! += next[at - 1]!;
    this.#run = roomFor(this.#run, total);
    this.#id = roomFor(this.#id, total);
    this.#messageFrame = roomFor(this.#messageFrame, total);
    visit((own, one, frame) => {
      const n = next[frame - from]!++;
      this.#run[n] = own;
      this.#id[n] = one;
      this.#messageFrame[n] = frame;
    });
    this.#messages = total;
    this.#placed = this.#observed.map(({ messages }) => messages.length);
  }

  /** The rows of the frames from `from` on: one a message, and one for a frame that completes none. */
  #list(from: number, frameCount: number, kept: number): void {
    let row = firstFrom(this.#frame, this.#rows, from);
    const most = row + Math.max(0, frameCount - from + 1) + this.#messages - kept;
    this.#frame = roomFor(this.#frame, most);
    this.#n = roomFor(this.#n, most);
    let n = kept;
    for (let frame = from; frame <= frameCount; frame++) {
      const isBare = n === this.#messages || this.#messageFrame[n] !== frame;
      if (isBare) {
        this.#frame[row] = frame;
        this.#n[row++] = -1;
      }
      for (; n < this.#messages && this.#messageFrame[n] === frame; n++) {
        this.#frame[row] = frame;
        this.#n[row++] = n;
      }
    }
    this.#rows = row;
  }
}

/** The first place whose frame is `frame` or a later one; `count` where there is none. */
function firstFrom(frames: Uint32Array, count: number, frame: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (frames[middle]! < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The column itself, or a longer one that begins with it: a quarter more than is needed, since more will come. */
function roomFor<T extends Uint8Array | Uint32Array | Int32Array>(column: T, length: number): T {
  if (length <= column.length) return column;
  const longer = new (column.constructor as new (length: number) => T)(Math.ceil(length * 1.25));
  longer.set(column);
  return longer;
}
