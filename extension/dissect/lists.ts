/** The list as a page asks for it: all rows, messages only, or what a filter leaves of them. */
import { compileFilter, complete, FieldCatalog } from '../../dissector/filter/index.ts';
import type { Row, WebviewCalls } from '../wire/inspector.ts';
import type { Capture } from './capture.ts';
import { Filtering } from './filtering.ts';
import { rowView } from './rows.ts';
import { treeView } from './view.ts';

/** Columns that a drawing of who talks to whom has at most. */
const MOST_ENDPOINTS = 12;

export class Lists {
  readonly #capture: Capture;
  #filtering: Filtering | undefined;
  #catalog: { readonly of: Capture['protocols']; readonly fields: FieldCatalog } | undefined;

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  rows({ start, count, show, filter = '' }: WebviewCalls['rows']['params']): WebviewCalls['rows']['result'] {
    const { analysis, generation } = this.#capture;
    const rows: Row[] = [];
    if (filter === '') {
      const total = analysis.rowCount(show);
      for (let row = start; row < Math.min(start + count, total); row++) rows.push(rowView(analysis, show, row));
      return { rows, total, generation };
    }
    const filtering = this.#filter(filter, show);
    for (let row = start; row < Math.min(start + count, filtering.count); row++)
      rows.push({ ...rowView(analysis, show, filtering.at(row)), row });
    return { rows, total: filtering.count, generation, scan: filtering.scan };
  }

  tree({ row, show, filter = '' }: WebviewCalls['tree']['params']): WebviewCalls['tree']['result'] {
    const position = filter === '' ? row : this.#filter(filter, show).at(row);
    return { ...treeView(this.#capture.analysis, show, position, this.#fields()), row };
  }

  explain({ row, show, filter = '' }: WebviewCalls['explain']['params']): WebviewCalls['explain']['result'] {
    const { analysis } = this.#capture;
    const { n } = analysis.rowAt(show, filter === '' ? row : this.#filter(filter, show).at(row));
    if (n < 0) return { keys: [] };
    const keys = analysis.explain(n).map(({ label, fingerprint, steps }) => ({
      label,
      fingerprint,
      steps: steps.map((step) => ({ ...step, inputs: Object.entries(step.inputs) })),
    }));
    return { keys };
  }

  locate({ frame, show, filter = '' }: WebviewCalls['locate']['params']): WebviewCalls['locate']['result'] {
    if (filter === '') return { row: this.#capture.analysis.rowOfFrame(show, frame) };
    return { row: this.#filter(filter, show).ofFrame(frame) };
  }

  /** Who talks in the messages that are listed. */
  endpoints({ filter = '' }: WebviewCalls['endpoints']['params']): WebviewCalls['endpoints']['result'] {
    const { analysis, generation, done } = this.#capture;
    const filtering = filter === '' ? undefined : this.#filter(filter, 'messages');
    const total = filtering?.count ?? analysis.rowCount('messages');
    const found = new Set<string>();
    const met = new Set<number>();
    for (let row = 0; row < total && found.size <= MOST_ENDPOINTS; row++) {
      const { n } = analysis.rowAt('messages', filtering?.at(row) ?? row);
      const { conversation, direction } = analysis.message(n);
      if (met.has(conversation.id)) continue;
      met.add(conversation.id);
      found.add(conversation.endpoints[direction]);
      found.add(conversation.endpoints[direction === 0 ? 1 : 0]);
    }
    const endpoints = [...found].slice(0, MOST_ENDPOINTS);
    return { endpoints, more: found.size > MOST_ENDPOINTS, done: filtering?.scan.done ?? done, generation };
  }

  /** What is wrong with a filter; nothing for one that can be used. */
  check({ text }: WebviewCalls['checkFilter']['params']): WebviewCalls['checkFilter']['result'] {
    const compiled = compileFilter(text, this.#fields());
    return 'problem' in compiled ? { problem: compiled.problem } : {};
  }

  complete({ text, caret }: WebviewCalls['completeFilter']['params']): WebviewCalls['completeFilter']['result'] {
    return complete(text, caret, this.#fields());
  }

  /** The search that is under way for a filter, or a new one: what was found in other rows than these counts no more. */
  #filter(text: string, show: WebviewCalls['rows']['params']['show']): Filtering {
    const { analysis, generation } = this.#capture;
    const before = this.#filtering;
    if (before?.filter.text === text && before.show === show && before.generation === generation) return before;
    const compiled = compileFilter(text, this.#fields());
    if ('problem' in compiled) throw new Error(`The filter cannot be used: ${compiled.problem.text}.`);
    before?.stop();
    this.#filtering = new Filtering(analysis, compiled.filter, show, generation, () => this.#capture.done);
    return this.#filtering;
  }

  #fields(): FieldCatalog {
    const { protocols } = this.#capture;
    if (this.#catalog?.of !== protocols) this.#catalog = { of: protocols, fields: new FieldCatalog(protocols) };
    return this.#catalog.fields;
  }
}
