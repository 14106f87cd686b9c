/** Packets, bytes and findings over time: counted a moment at a time, whenever the page asks how far it is. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import type { Capture } from './capture.ts';
import type { Filtering } from './filtering.ts';
import type { Lists } from './lists.ts';
import { worst } from './rows.ts';
import { TimeBuckets, type TimeBucketsView } from './timebuckets.ts';

export interface TimelineView extends TimeBucketsView {
  readonly total: { readonly packets: number; readonly bytes: number };
  /** Frames that have no time and are in no bucket. */
  readonly timeless: number;
  /** From 0 to 1, until it is done; what was counted so far is there. */
  readonly progress: number;
  readonly done: boolean;
  readonly generation: number;
}

const MOMENT_MS = 30;
/** Rows between two looks at the clock. */
const STRIDE = 4_096;

interface Counted {
  readonly of: number;
  readonly filter: string;
  readonly buckets: TimeBuckets;
  /** Rows of the whole list that were looked at, and of those that the filter leaves. */
  at: number;
  hits: number;
  /** The frame that was counted last, 1-based: one that completes several messages has several rows. */
  frame: number;
  packets: number;
  bytes: number;
  timeless: number;
}

export class Timeline {
  readonly #capture: Capture;
  readonly #lists: Lists;
  readonly #moment: number;
  #counted: Counted | undefined;

  /** `moment` is how many milliseconds an answer may take. */
  constructor(capture: Capture, lists: Lists, moment = MOMENT_MS) {
    this.#capture = capture;
    this.#lists = lists;
    this.#moment = moment;
  }

  /** Counts for a moment, and tells what is known by now. The graph spans the whole capture, whatever the filter leaves. */
  look({ filter = '' }: { readonly filter?: string }): TimelineView {
    const { analysis, generation, done: ready } = this.#capture;
    const same = this.#counted?.of === generation && this.#counted.filter === filter;
    const counted = same ? this.#counted! : begin(generation, filter);
    this.#counted = counted;
    const search = filter === '' ? undefined : this.#lists.search(filter, 'all');
    // Rows still move until all are there, and counting them anew costs while they do.
    const total = ready ? analysis.rowCount('all') : 0;
    const end = search === undefined ? total : Math.min(total, search.scan.scanned);
    const stop = performance.now() + this.#moment;
    while (counted.at < end) {
      const next = Math.min(end, counted.at + STRIDE);
      while (counted.at < next) count(analysis, counted, search);
      if (performance.now() >= stop) break;
    }
    const { buckets, packets, bytes, timeless, at } = counted;
    const progress = total === 0 ? 0 : at / total;
    return { ...buckets.view(), total: { packets, bytes }, timeless, progress, done: ready && at === total, generation };
  }
}

function begin(of: number, filter: string): Counted {
  return { of, filter, buckets: new TimeBuckets(), at: 0, hits: 0, frame: 0, packets: 0, bytes: 0, timeless: 0 };
}

/** Goes on by a row. */
function count(analysis: Analysis, counted: Counted, search: Filtering | undefined): void {
  const { buckets } = counted;
  const { frames } = analysis.reader;
  const position = counted.at++;
  const { frame, n } = analysis.rowAt('all', position);
  const seconds = frames.elapsed(0, frame - 1);
  const hasTime = !Number.isNaN(seconds);
  if (hasTime) buckets.reach(seconds);
  if (search !== undefined) {
    if (counted.hits === search.count || search.at(counted.hits) !== position) return;
    counted.hits++;
  }
  const isNew = frame !== counted.frame;
  counted.frame = frame;
  if (!hasTime) {
    if (isNew) counted.timeless++;
    return;
  }
  if (isNew) {
    const bytes = frames.original(frame - 1);
    counted.packets++;
    counted.bytes += bytes;
    buckets.add('packets', seconds);
    buckets.add('bytes', seconds, bytes);
  }
  const severity = n < 0 ? undefined : worst(analysis.findingsOf(n));
  if (severity !== undefined) buckets.add(severity, seconds);
}
