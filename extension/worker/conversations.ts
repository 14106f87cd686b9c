/** The conversations of the capture: made once for a state of it. */
import { type ConversationSummary, lastStates, summarise } from '../../dissector/analysis/index.ts';
import type { TablePart } from '../wire/inspector.ts';
import type { Capture } from './capture.ts';

/** A conversation as a line of its table; pairs are by direction, `a` to `b` first. */
export interface ConversationView {
  readonly id: number;
  readonly a: string;
  readonly b: string;
  readonly transport: 'udp' | 'tcp';
  /** Empty for one that no protocol knows. */
  readonly protocol: string;
  readonly packets: readonly [number, number];
  readonly bytes: readonly [number, number];
  /** Frames. */
  readonly first: number;
  readonly last: number;
  /** Seconds from the first frame of the capture to its own, and from its first to its last; null without times. */
  readonly start: number | null;
  readonly seconds: number | null;
  readonly messages: number;
  readonly encrypted: number;
  readonly decrypted: number;
  readonly findings: number;
  /** The state of its newest session at the end, by name and in words; empty where its protocol has none. */
  readonly state: string;
  readonly stateDoc: string;
}

/** What its table can be sorted by. */
export const conversationColumns = [
  'id',
  'a',
  'b',
  'protocol',
  'state',
  'packets',
  'bytes',
  'start',
  'seconds',
  'messages',
  'encrypted',
  'findings',
] as const;
export type ConversationColumn = (typeof conversationColumns)[number];

/** A part of a table, sorted by one of its columns. */
export interface Sorted<Column> {
  readonly start: number;
  readonly count: number;
  readonly sort: Column;
  readonly descending: boolean;
}

export class ConversationTable {
  readonly #capture: Capture;
  #summaries: { readonly of: number; readonly views: readonly ConversationView[] } | undefined;
  #sorted: { readonly by: string; readonly views: readonly ConversationView[] } | undefined;

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  look({ start, count, sort, descending }: Sorted<ConversationColumn>): TablePart<ConversationView> {
    const { generation } = this.#capture;
    const views = this.summaries();
    if (views === undefined) return { rows: [], total: 0, generation, ready: false };
    const wanted = `${generation} ${sort} ${descending}`;
    if (this.#sorted?.by !== wanted)
      this.#sorted = {
        by: wanted,
        views: [...views].sort((a, b) => compare(a, b, sort) * (descending ? -1 : 1) || a.id - b.id),
      };
    return { rows: this.#sorted.views.slice(start, start + count), total: views.length, generation, ready: true };
  }

  /** All conversations in the order of their ids; undefined while the capture is read. */
  summaries(): readonly ConversationView[] | undefined {
    const { generation, done } = this.#capture;
    if (!done) return undefined;
    if (this.#summaries?.of !== generation) this.#summaries = { of: generation, views: this.#views() };
    return this.#summaries.views;
  }

  #views(): ConversationView[] {
    const { analysis } = this.#capture;
    const { frames } = analysis.reader;
    const states = lastStates(analysis);
    return summarise(analysis).map((summary: ConversationSummary) => {
      const { endpoints, transport } = analysis.conversations[summary.id]!;
      const seconds = frames.elapsed(summary.first - 1, summary.last - 1);
      const protocol = analysis.protocolOf(summary.id)?.id ?? '';
      const start = frames.elapsed(0, summary.first - 1);
      return {
        ...summary,
        a: endpoints[0],
        b: endpoints[1],
        transport,
        protocol,
        start: Number.isNaN(start) ? null : start,
        seconds: Number.isNaN(seconds) ? null : seconds,
        state: states.get(summary.id)?.state ?? '',
        stateDoc: states.get(summary.id)?.doc ?? '',
      };
    });
  }
}

function compare(a: ConversationView, b: ConversationView, column: ConversationColumn): number {
  const of = (view: ConversationView): number | string => {
    switch (column) {
      case 'packets':
        return view.packets[0] + view.packets[1];
      case 'bytes':
        return view.bytes[0] + view.bytes[1];
      case 'start':
      case 'seconds':
        return view[column] ?? -1;
      default:
        return view[column];
    }
  };
  const [x, y] = [of(a), of(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
