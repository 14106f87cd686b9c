import type { MessageTable } from '../protocol/messagetable.ts';
import type { BareSegments, SegmentMessages } from './baresegments.ts';

/** Every frame, those that are no bare TCP segments, or messages only. */
export type Show = 'all' | 'withoutBareSegments' | 'messages';

/** What rows are made from: the tables of messages, one a protocol. */
export interface Observed {
  readonly messages: Pick<MessageTable, 'length'> & SegmentMessages;
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
  /** By n: observation, and number in its table. */
  #run = new Uint8Array(0);
  #id = new Uint32Array(0);
  /** By row of the full list: n of its message, or minus its frame where that completes none. */
  #row = new Int32Array(0);
  readonly #bare: BareSegments;
  /** By row of the list without bare segments: its row in the full list. Empty while there are none: then both are the same. */
  #kept = new Uint32Array(0);
  #keptRows = 0;
  /** The first frame that may be a bare segment although it is listed without them. */
  #doubtful = Number.POSITIVE_INFINITY;
  #generation = -1;

  constructor(bare: BareSegments) {
    this.#bare = bare;
  }

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
    return { all: this.#rows, withoutBareSegments: this.#keptRows, messages: this.#messages }[show];
  }

  at(show: Show, row: number): { frame: number; n: number } {
    if (row < 0 || row >= this.count(show)) throw new RangeError(`row ${row} of ${this.count(show)}`);
    if (show === 'messages') return { frame: this.#messageFrame(row), n: row };
    const full = show === 'all' ? row : this.#fullRow(row);
    return { frame: this.#rowFrame(full), n: Math.max(-1, this.#row[full]!) };
  }

  ofFrame(show: Show, frame: number): number {
    const first = {
      all: () => this.#firstRow(frame),
      withoutBareSegments: () => this.#firstKept(this.#firstRow(frame)),
      messages: () => this.#firstMessage(frame),
    };
    return Math.max(0, Math.min(first[show](), this.count(show) - 1));
  }

  #fullRow(kept: number): number {
    return this.#kept.length === 0 ? kept : this.#kept[kept]!;
  }

  /** The first row of the list without bare segments that is at or after one of the full list. */
  #firstKept(row: number): number {
    return firstFrom((kept) => this.#fullRow(kept), this.#keptRows, row);
  }

  #messageFrame(n: number): number {
    return this.#observed[this.#run[n]!]!.messages.frame(this.#id[n]!);
  }

  #rowFrame(row: number): number {
    const n = this.#row[row]!;
    return n < 0 ? -n : this.#messageFrame(n);
  }

  /** The first message at or after a frame. */
  #firstMessage(frame: number): number {
    return firstFrom((n) => this.#messageFrame(n), this.#messages, frame);
  }

  #firstRow(frame: number): number {
    return firstFrom((row) => this.#rowFrame(row), this.#rows, frame);
  }

  /**
   * Makes the rows of the first `frameCount` frames. Tables grow, and never lose a message: others begin anew. In another generation a frame
   * that was listed may be found to be a bare segment; in the same one it stays listed.
   */
  build(observed: readonly Observed[], frameCount: number, generation: number): void {
    if (!this.#stale) return;
    this.#stale = false;
    if (observed !== this.#observed) {
      this.#observed = observed;
      this.#placed = observed.map(() => 0);
      this.#frames = this.#messages = this.#rows = this.#keptRows = 0;
      this.#kept = new Uint32Array(0);
      this.#bare.clear();
    }
    this.#doubtful = Math.min(this.#doubtful, this.#judged());
    let from = this.#place(frameCount);
    // A row that was listed does not go while the others stay where they are: who reads the list would lose the line.
    if (generation !== this.#generation) from = Math.min(from, this.#doubtful);
    if (from <= this.#doubtful) this.#doubtful = Number.POSITIVE_INFINITY;
    this.#generation = generation;
    this.#keep(from);
  }

  /** The first frame of which it is to be judged whether it is a bare segment, for the first time or anew. */
  #judged(): number {
    let from = this.#bare.takeFirstEmpty();
    this.#observed.forEach(({ messages }, run) => {
      for (let id = this.#placed[run]!; id < messages.length; id++) from = Math.min(from, this.#bare.found(messages, id));
    });
    return from;
  }

  /** Lists without bare segments the rows of the frames from `frame` on. */
  #keep(frame: number): void {
    const row = this.#firstRow(frame);
    this.#keptRows = this.#kept.length === 0 ? row : this.#firstKept(row);
    for (let at = row; at < this.#rows; at++) {
      const n = this.#row[at]!;
      if (n < 0 && this.#bare.isBare(-n)) {
        if (this.#kept.length === 0) this.#kept = Uint32Array.from(new Uint32Array(at + 1).keys());
        continue;
      }
      if (this.#kept.length > 0) {
        this.#kept = roomFor(this.#kept, this.#keptRows + 1);
        this.#kept[this.#keptRows] = at;
      }
      this.#keptRows++;
    }
  }

  /** Gives the new messages and frames their rows; the first frame whose rows were made. */
  #place(frameCount: number): number {
    const observed = this.#observed;
    const before = this.#frames + 1;
    const fresh = observed.filter(({ messages }, run) => messages.length > this.#placed[run]!);
    if (fresh.length === 1 && this.#append(fresh[0]!, frameCount)) return before;
    let from = before;
    observed.forEach(({ messages }, run) => {
      for (let id = this.#placed[run]!; id < messages.length; id++) from = Math.min(from, messages.frame(id));
    });
    const kept = this.#firstMessage(from);
    const row = this.#firstRow(from);
    this.#order(from, frameCount, kept);
    this.#list(from, frameCount, kept, row);
    this.#frames = frameCount;
    return from;
  }

  /** What most captures bring: further messages of one protocol, in order, behind all that is there. False for others. */
  #append(fresh: Observed, frameCount: number): boolean {
    const own = this.#observed.indexOf(fresh);
    const { messages } = fresh;
    const first = this.#placed[own]!;
    let last = this.#frames + 1;
    for (let id = first; id < messages.length; id++) {
      const frame = messages.frame(id);
      if (frame < last) return false;
      last = frame;
    }
    const kept = this.#messages;
    this.#messages += messages.length - first;
    this.#run = roomFor(this.#run, this.#messages);
    this.#id = roomFor(this.#id, this.#messages);
    this.#run.fill(own, kept, this.#messages);
    for (let n = kept; n < this.#messages; n++) this.#id[n] = first + n - kept;
    this.#placed[own] = messages.length;
    this.#list(this.#frames + 1, frameCount, kept, this.#rows);
    this.#frames = frameCount;
    return true;
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
    visit((own, one, frame) => {
      const n = next[frame - from]!++;
      this.#run[n] = own;
      this.#id[n] = one;
    });
    this.#messages = total;
    this.#placed = this.#observed.map(({ messages }) => messages.length);
  }

  /** The rows of the frames from `from` on: one a message, and one for a frame that completes none. */
  #list(from: number, frameCount: number, kept: number, first: number): void {
    let row = first;
    this.#row = roomFor(this.#row, row + Math.max(0, frameCount - from + 1) + this.#messages - kept);
    let n = kept;
    let next = n < this.#messages ? this.#messageFrame(n) : Number.POSITIVE_INFINITY;
    for (let frame = from; frame <= frameCount; frame++) {
      if (next !== frame) this.#row[row++] = -frame;
      while (next === frame) {
        this.#row[row++] = n++;
        next = n < this.#messages ? this.#messageFrame(n) : Number.POSITIVE_INFINITY;
      }
    }
    this.#rows = row;
  }
}

/** The first place whose frame is `frame` or a later one; `count` where there is none. */
function firstFrom(frameOf: (place: number) => number, count: number, frame: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (frameOf(middle) < frame) low = middle + 1;
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
