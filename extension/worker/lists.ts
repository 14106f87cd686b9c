/** The list as a page asks for it: all rows, messages only, or what a filter leaves of them. */

import type { Show } from '../../dissector/analysis/index.ts';
import { compileFilter, complete, FieldCatalog, FilterRow } from '../../dissector/filter/index.ts';
import { treeView } from '../trees/treeview.ts';
import type { ExportScope, Row, SortOrder, WebviewCalls } from '../wire/inspector.ts';
import type { Capture } from './capture.ts';
import { cellText } from './cells.ts';
import { copiedRows, fieldJson } from './copying.ts';
import type { Exported } from './exporting.ts';
import { Filtering } from './filtering.ts';
import { gapOf, rowView } from './rows.ts';
import { find, type Searched } from './search.ts';
import { Sorting } from './sorting.ts';

/** Searches at once: that of the list, and of what stands in its place and shows other rows of it. */
const MOST_SEARCHES = 3;
/** Messages that are looked at for names of endpoints each time that rows are asked for: some milliseconds. */
const LOOKED_AT = 20_000;

/** The list as it is shown, and what made it. */
interface Listed extends Searched {
  readonly filtering: Filtering | undefined;
  readonly sorting: Sorting | undefined;
}

export class Lists {
  readonly #capture: Capture;
  /** The newest first. */
  #searches: readonly Filtering[] = [];
  #sorted: { readonly id: string; readonly generation: number; readonly sorting: Sorting } | undefined;
  #catalog: { readonly of: Capture['setup']['protocols']; readonly fields: FieldCatalog } | undefined;

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  rows(asked: WebviewCalls['rows']['params']): WebviewCalls['rows']['result'] {
    const { start, count, show, columns = [] } = asked;
    const { generation } = this.#capture;
    const list = this.#list(asked);
    const { total, filtering, sorting } = list;
    const line = this.#line(list, show, columns);
    const rows = Array.from({ length: Math.max(0, Math.min(count, total - start)) }, (_, index) => line(start + index));
    const scan = sorting?.scan ?? filtering?.scan;
    return {
      ...{ rows, total, generation },
      ...(scan === undefined ? {} : { scan }),
      ...(sorting === undefined ? {} : { order: sorting.version }),
    };
  }

  /** Looks for a row in the list as it is shown. */
  find(asked: WebviewCalls['find']['params']): WebviewCalls['find']['result'] {
    return find(this.#capture.analysis, asked, this.#list(asked), this.#fields());
  }

  tree(asked: WebviewCalls['tree']['params']): WebviewCalls['tree']['result'] {
    const { row, show } = asked;
    const position = this.#list(asked).at(row);
    return { ...treeView(this.#capture.analysis, show, position, this.#fields()), row };
  }

  explain(asked: WebviewCalls['explain']['params']): WebviewCalls['explain']['result'] {
    const { analysis } = this.#capture;
    const { n } = analysis.rowAt(asked.show, this.#list(asked).at(asked.row));
    if (n < 0) return { keys: [] };
    const keys = analysis.explain(n).map(({ label, fingerprint, steps }) => ({
      label,
      fingerprint,
      steps: steps.map((step) => ({ ...step, inputs: Object.entries(step.inputs) })),
    }));
    return { keys };
  }

  locate({ sort, ...asked }: WebviewCalls['locate']['params']): WebviewCalls['locate']['result'] {
    const row = this.#rowOf(asked);
    return { row: sort === undefined ? row : this.#list({ ...asked, sort }).sorting!.rowOf(row) };
  }

  /** In the order of the capture. */
  #rowOf(asked: Omit<WebviewCalls['locate']['params'], 'sort'>): number {
    const { frame, n, show } = asked;
    const list = this.#list(asked);
    const { analysis } = this.#capture;
    const first = list.filtering === undefined ? analysis.rowOfFrame(show, frame) : list.filtering.ofFrame(frame);
    if (n === undefined) return first;
    // A frame may complete several messages.
    for (let row = first; row < list.total; row++) {
      const at = analysis.rowAt(show, list.at(row));
      if (at.frame !== frame) break;
      if (at.n === n) return row;
    }
    return first;
  }

  copyRows(asked: WebviewCalls['copyRows']['params']): WebviewCalls['copyRows']['result'] {
    const list = this.#list(asked);
    const ranges = asked.ranges.map(([start, end]) => [start, Math.min(end, list.total)] as const);
    return copiedRows(this.#capture.analysis, { ...asked, ranges }, (row) => list.at(row));
  }

  fieldJson(asked: WebviewCalls['fieldJson']['params']): WebviewCalls['fieldJson']['result'] {
    return fieldJson(this.#capture.analysis, asked, this.#list(asked).at(asked.row));
  }

  /** What is wrong with a filter; nothing for one that can be used. */
  check({ text }: WebviewCalls['checkFilter']['params']): WebviewCalls['checkFilter']['result'] {
    const compiled = compileFilter(text, this.#fields());
    return 'problem' in compiled ? { problem: compiled.problem } : {};
  }

  complete({ text, caret }: WebviewCalls['completeFilter']['params']): WebviewCalls['completeFilter']['result'] {
    return complete(text, caret, this.#fields());
  }

  /** Throws an Error with a sentence where it cannot be filtered, or sorted, so. */
  #list({ show, filter = '', sort }: { readonly show: Show; readonly filter?: string; readonly sort?: SortOrder }): Listed {
    const list = this.#unsorted(show, filter);
    if (sort === undefined) return list;
    const sorting = this.#sorting(show, filter, sort);
    return { total: sorting.total, at: (row) => list.at(sorting.at(row)), filtering: list.filtering, sorting };
  }

  #unsorted(show: Show, filter: string): Listed {
    const { analysis } = this.#capture;
    if (filter === '') return { total: analysis.rowCount(show), at: (row) => row, filtering: undefined, sorting: undefined };
    const filtering = this.search(filter, show);
    return { total: filtering.count, at: (row) => filtering.at(row), filtering, sorting: undefined };
  }

  /** One order at a time is held. */
  #sorting(show: Show, filter: string, sort: SortOrder): Sorting {
    const { analysis, generation } = this.#capture;
    const id = JSON.stringify([show, filter, sort.by, sort.descending]);
    if (this.#sorted?.id === id && this.#sorted.generation === generation) {
      this.#sorted.sorting.look();
      return this.#sorted.sorting;
    }
    this.#sorted?.sorting.stop();
    this.#sorted = undefined;
    const sorting = new Sorting(analysis, show, sort, this.#fields(), () => {
      const list = this.#unsorted(show, filter);
      return { total: list.total, at: list.at, isWhole: list.filtering?.scan.done ?? this.#capture.done };
    });
    this.#sorted = { id, generation, sorting };
    return sorting;
  }

  /** Makes the line of a row: with the time since the one before it, the columns asked for, and the user's colour. */
  #line(list: Searched, show: Show, columns: readonly string[]): (row: number) => Row {
    const { analysis, colours, names } = this.#capture;
    names.look(LOOKED_AT);
    const fields = columns.map((name) => this.#fields().find(name));
    const asked = new FilterRow(analysis);
    return (row) => {
      const position = list.at(row);
      const view = rowView(analysis, show, position, row);
      const [sourceName, destinationName] = [names.of(view.source), names.of(view.destination)];
      if (sourceName !== undefined) Object.assign(view, { sourceName });
      if (destinationName !== undefined) Object.assign(view, { destinationName });
      const gap = row === 0 ? undefined : gapOf(analysis, analysis.rowAt(show, list.at(row - 1)).frame, view.frame);
      if (gap !== undefined) Object.assign(view, { gap });
      if (fields.length === 0 && colours.none) return view;
      asked.at(view.frame, view.n ?? -1);
      if (fields.length > 0) Object.assign(view, { cells: fields.map((field) => cellText(field, asked)) });
      const colour = colours.of(asked);
      return colour === undefined ? view : Object.assign(view, { colour });
    };
  }

  /** What an export of the list as it is shown works on; rows that change under it end it. */
  exported({ show, filter = '', columns, row, sort }: ExportScope): Omit<Exported, 'secrets'> {
    const { analysis, generation } = this.#capture;
    const list = this.#list({ show, filter, ...(row === undefined || sort === undefined ? {} : { sort }) });
    return {
      analysis,
      list: {
        get total() {
          return filter === '' ? analysis.rowCount(show) : list.filtering!.count;
        },
        at: list.at,
      },
      line: this.#line(list, show, columns),
      ready: () => {
        if (this.#capture.generation !== generation) throw new Error('The capture changed while it was written.');
        return list.filtering?.scan.done ?? this.#capture.done;
      },
    };
  }

  /** The search that is under way for a filter, or a new one: what was found in other rows than these counts no more. */
  search(text: string, show: Show): Filtering {
    const { analysis, generation } = this.#capture;
    const before = this.#searches.find((one) => one.filter.text === text && one.show === show);
    if (before !== undefined && before.generation === generation) {
      before.look();
      return before;
    }
    const compiled = compileFilter(text, this.#fields());
    if ('problem' in compiled) throw new Error(`The filter cannot be used: ${compiled.problem.text}.`);
    const search = new Filtering(analysis, compiled.filter, show, generation, () => this.#capture.done);
    const others = this.#searches.filter((one) => one.generation === generation);
    const kept = [search, ...others].slice(0, MOST_SEARCHES);
    for (const one of this.#searches) if (!kept.includes(one)) one.stop();
    this.#searches = kept;
    return search;
  }

  #fields(): FieldCatalog {
    const { protocols } = this.#capture.setup;
    if (this.#catalog?.of !== protocols) this.#catalog = { of: protocols, fields: new FieldCatalog(protocols) };
    return this.#catalog.fields;
  }
}
