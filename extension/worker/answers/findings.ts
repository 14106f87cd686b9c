/** The findings by rule, of what a filter leaves: made once for a state of the capture. */
import type { Finding } from '../../../dissector/protocol/index.ts';
import { filter, part, texts } from '../../wire/checks.ts';
import type { FindingLine, FindingPart } from '../../wire/inspector.ts';
import type { Answers, Opened } from '../answer.ts';
import type { Capture } from '../capture.ts';
import type { Filtering } from '../filtering.ts';
import type { Lists } from '../lists.ts';

export type FindingsQuestions = {
  /** Of the messages that a filter leaves; `closed` are the rules whose breaches are not shown. */
  rows: { params: { start: number; count: number; closed: readonly string[]; filter?: string }; result: FindingPart };
};

type Group = Extract<FindingLine, { kind: 'group' }>;
type Line = Extract<FindingLine, { kind: 'finding' }>;

/** A rule and its breaches, each with the `n` of its message. */
interface Broken {
  readonly group: Group;
  readonly lines: readonly (Line & { readonly n: number })[];
}

const severities = ['error', 'warning', 'note'] as const;

export function answers({ capture, lists }: Opened): Answers<FindingsQuestions> {
  const table = new FindingTable(capture, lists);
  return {
    rows: {
      read: ({ closed, ...given }) => {
        texts(closed, 'closed');
        return { ...part(given), closed: closed as string[], ...filter(given.filter) };
      },
      answer: (params) => table.look(params),
    },
  };
}

class FindingTable {
  readonly #capture: Capture;
  readonly #lists: Lists;
  #broken: { readonly of: number; readonly rules: readonly Broken[] } | undefined;
  /** What a filter leaves of them. */
  #left: { readonly of: Filtering; readonly scanned: number; readonly rules: readonly Broken[] } | undefined;

  constructor(capture: Capture, lists: Lists) {
    this.#capture = capture;
    this.#lists = lists;
  }

  look({ start, count, closed, filter: text = '' }: FindingsQuestions['rows']['params']): FindingPart {
    const { generation } = this.#capture;
    const rules = this.#rules(text);
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
