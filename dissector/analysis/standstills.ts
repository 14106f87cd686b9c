import type { CaptureReader } from '../capture/index.ts';
import { standstillIn } from '../protocol/index.ts';

/** What writes recordings of test nodes. */
const RECORDER = 'Peerscope';

/**
 * How long the clock of the recording node had stood still at each frame, as the recording says: for that time nobody was to answer, so
 * rules about time leave it out. Captures of others have no such comments, and are not looked through for them.
 */
export class Standstills {
  readonly #reader: CaptureReader;
  /** Frames (0-based, ascending) from which on a total holds. */
  readonly #frames: number[] = [];
  readonly #totals: number[] = [];
  /** The frame that is looked at next. */
  #next = 0;
  readonly #isOwn: boolean;

  constructor(reader: CaptureReader) {
    this.#reader = reader;
    this.#isOwn = reader.sections.some(({ application }) => application?.startsWith(RECORDER) === true);
  }

  /** Seconds that do not count before a frame (0-based). */
  before(frame: number): number {
    if (!this.#isOwn) return 0;
    this.#look(frame);
    let low = 0;
    let high = this.#frames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#frames[middle]! <= frame) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : this.#totals[low - 1]!;
  }

  #look(frame: number): void {
    for (; this.#next <= frame; this.#next++) {
      if (!this.#reader.frames.hasOptions(this.#next)) continue;
      for (const comment of this.#reader.comments(this.#next)) {
        const total = standstillIn(comment);
        // A clock does not run backwards: a smaller total is of another node that began later.
        if (total === undefined || total <= (this.#totals.at(-1) ?? 0)) continue;
        this.#frames.push(this.#next);
        this.#totals.push(total);
      }
    }
  }
}
