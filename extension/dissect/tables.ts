/** The capture from above: its conversations, and its findings by rule. Made once for a state of the capture. */
import { type ConversationSummary, type Finding, summarise } from '../../dissector/session/index.ts';
import type { ConversationView, FindingLine, WebviewCalls } from '../wire/inspector.ts';
import type { Capture } from './capture.ts';

type Column = WebviewCalls['conversations']['params']['sort'];
type Group = Extract<FindingLine, { kind: 'group' }>;

const severities = ['error', 'warning', 'note'] as const;

export class Tables {
  readonly #capture: Capture;
  #summaries: { readonly of: number; readonly views: ConversationView[]; sorted: string } | undefined;
  #groups: { readonly of: number; readonly all: { group: Group; lines: FindingLine[] }[] } | undefined;

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  conversations({
    start,
    count,
    sort,
    descending,
  }: WebviewCalls['conversations']['params']): WebviewCalls['conversations']['result'] {
    const { generation, done } = this.#capture;
    if (!done) return { rows: [], total: 0, generation, ready: false };
    if (this.#summaries?.of !== generation) this.#summaries = { of: generation, views: this.#views(), sorted: 'id false' };
    const wanted = `${sort} ${descending}`;
    if (this.#summaries.sorted !== wanted) {
      this.#summaries.views.sort((a, b) => compare(a, b, sort) * (descending ? -1 : 1) || a.id - b.id);
      this.#summaries.sorted = wanted;
    }
    const { views } = this.#summaries;
    return { rows: views.slice(start, start + count), total: views.length, generation, ready: true };
  }

  findings({ start, count, closed }: WebviewCalls['findings']['params']): WebviewCalls['findings']['result'] {
    const { generation, done } = this.#capture;
    if (!done) return { rows: [], total: 0, generation, ready: false };
    if (this.#groups?.of !== generation) this.#groups = { of: generation, all: this.#byRule() };
    const hidden = new Set(closed);
    const rows: FindingLine[] = [];
    let at = 0;
    for (const { group, lines } of this.#groups.all) {
      const shown = hidden.has(group.rule) ? 0 : lines.length;
      if (at >= start && at < start + count) rows.push(group);
      const from = Math.max(0, start - at - 1);
      rows.push(...lines.slice(from, Math.min(shown, start + count - at - 1)));
      at += 1 + shown;
    }
    return { rows: rows.slice(0, count), total: at, generation, ready: true };
  }

  #views(): ConversationView[] {
    const { analysis } = this.#capture;
    const { frames } = analysis.reader;
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
      };
    });
  }

  #byRule(): { group: Group; lines: FindingLine[] }[] {
    const { analysis } = this.#capture;
    const groups = new Map<string, { group: Group; lines: FindingLine[] }>();
    for (let n = 0; n < analysis.messageCount; n++) {
      const { findings, frame, name } = analysis.message(n);
      for (const finding of findings) {
        const key = `${finding.rule} ${finding.severity}`;
        const known = groups.get(key) ?? { group: groupOf(finding), lines: [] };
        groups.set(key, known);
        known.lines.push({ kind: 'finding', frame, message: name, text: finding.text, frames: finding.frames });
      }
    }
    const all = [...groups.values()].map(({ group, lines }) => ({ group: { ...group, count: lines.length }, lines }));
    const rank = ({ group }: { group: Group }): number => severities.indexOf(group.severity);
    return all.sort((a, b) => rank(a) - rank(b) || (a.group.rule < b.group.rule ? -1 : 1));
  }
}

function groupOf({ rule, severity, clause }: Finding): Group {
  return { kind: 'group', rule, severity, clause, count: 0 };
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
