/** The capture from above: its conversations, and its findings by rule. Made once for a state of the capture. */
import { type ConversationSummary, type Finding, lastStates, summarise } from '../../dissector/session/index.ts';
import type { ConversationView, FindingLine, WebviewCalls } from '../wire/inspector.ts';
import type { Capture } from './capture.ts';
import type { Filtering } from './filtering.ts';
import type { Lists } from './lists.ts';

type Column = WebviewCalls['conversations']['params']['sort'];
type Group = Extract<FindingLine, { kind: 'group' }>;
type Line = Extract<FindingLine, { kind: 'finding' }>;

/** A rule and its breaches, each with the `n` of its message. */
interface Broken {
  readonly group: Group;
  readonly lines: readonly (Line & { readonly n: number })[];
}

const severities = ['error', 'warning', 'note'] as const;

export class Tables {
  readonly #capture: Capture;
  #summaries: { readonly of: number; readonly views: readonly ConversationView[] } | undefined;
  #sorted: { readonly by: string; readonly views: readonly ConversationView[] } | undefined;
  #broken: { readonly of: number; readonly rules: readonly Broken[] } | undefined;
  /** What a filter leaves of them. */
  #left: { readonly of: Filtering; readonly scanned: number; readonly rules: readonly Broken[] } | undefined;
  readonly #lists: Lists;

  constructor(capture: Capture, lists: Lists) {
    this.#capture = capture;
    this.#lists = lists;
  }

  conversations({
    start,
    count,
    sort,
    descending,
  }: WebviewCalls['conversations']['params']): WebviewCalls['conversations']['result'] {
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

  findings({ start, count, closed, filter = '' }: WebviewCalls['findings']['params']): WebviewCalls['findings']['result'] {
    const { generation } = this.#capture;
    const rules = this.#rules(filter);
    if (rules === undefined) return { rows: [], total: 0, generation, ready: false, findings: { count: 0, of: 0 } };
    const hidden = new Set(closed);
    const rows: FindingLine[] = [];
    let at = 0;
    for (const { group, lines } of rules) {
      const shown = hidden.has(group.rule) ? 0 : lines.length;
      if (at >= start && at < start + count) rows.push(group);
      const from = Math.max(0, start - at - 1);
      rows.push(...lines.slice(from, Math.min(shown, start + count - at - 1)).map(({ n: _, ...line }) => line));
      at += 1 + shown;
    }
    const findings = {
      count: rules.reduce((sum, { group }) => sum + group.count, 0),
      of: this.#broken!.rules.reduce((sum, { group }) => sum + group.of, 0),
    };
    return { rows: rows.slice(0, count), total: at, generation, ready: true, findings };
  }

  /** The rules that are broken in what a filter leaves; undefined while the capture is read or searched. */
  #rules(filter: string): readonly Broken[] | undefined {
    const { generation, done, analysis } = this.#capture;
    if (!done) return undefined;
    if (this.#broken?.of !== generation) this.#broken = { of: generation, rules: this.#byRule() };
    const { rules } = this.#broken;
    if (filter === '') return rules;
    const search = this.#lists.search(filter, 'messages');
    if (!search.scan.done) return undefined;
    const { scanned } = search.scan;
    if (this.#left?.of === search && this.#left.scanned === scanned) return this.#left.rules;
    const matches = new Uint8Array(analysis.messageCount);
    for (let hit = 0; hit < search.count; hit++) matches[analysis.rowAt('messages', search.at(hit)).n] = 1;
    const left = rules.flatMap(({ group, lines: all }): Broken[] => {
      const lines = all.filter(({ n }) => matches[n] === 1);
      return lines.length === 0 ? [] : [{ group: { ...group, count: lines.length }, lines }];
    });
    this.#left = { of: search, scanned, rules: left };
    return left;
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

  #byRule(): Broken[] {
    const { analysis } = this.#capture;
    const broken = new Map<string, { first: Finding; lines: (Line & { n: number })[] }>();
    for (let n = 0; n < analysis.messageCount; n++) {
      const findings = analysis.findingsOf(n);
      if (findings.length === 0) continue;
      const { frame, name: message } = analysis.message(n);
      for (const finding of findings) {
        const key = `${finding.rule} ${finding.severity}`;
        const known = broken.get(key) ?? { first: finding, lines: [] };
        broken.set(key, known);
        known.lines.push({ kind: 'finding', n, frame, message, text: finding.text, frames: finding.frames });
      }
    }
    const all = [...broken.values()].map(({ first: { rule, severity, clause }, lines }): Broken => {
      return { group: { kind: 'group', rule, severity, clause, count: lines.length, of: lines.length }, lines };
    });
    const rank = ({ group }: Broken): number => severities.indexOf(group.severity);
    return all.sort((a, b) => rank(a) - rank(b) || (a.group.rule < b.group.rule ? -1 : 1));
  }
}

function compare(a: ConversationView, b: ConversationView, column: Column): number {
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
