/** What `decode` prints of a message, in each of its forms. A row depends on its message alone, so any thread makes it. */
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { messageLine } from '../../../dissector/analysis/jsonline.ts';
import { type Filter, FilterRow } from '../../../dissector/filter/index.ts';
import { TableRows, zeekLine } from '../../../dissector/tables/index.ts';
import type { Command } from '../arguments.ts';
import { type Counted, countMessageName, nothingCounted } from '../counted.ts';
import type { LineBuffer } from '../linebuffer.ts';
import { ReadableMessages } from '../readable.ts';

/** What is to be made of each message. */
export type Job =
  | { readonly kind: 'text' | 'json' }
  /** A byte each: 1 where the filter leaves it in. */
  | { readonly kind: 'find' }
  /** Lines of a log, of the messages that were found. */
  | { readonly kind: 'zeek'; readonly found: Uint8Array };

export interface RowMaker {
  /** Message `n` comes next, whatever came before. */
  goTo(n: number): void;
  message(n: number, to: LineBuffer): void;
  /** What was counted since it was taken last. */
  takeCounted(): Counted;
}

/** What rows are made from. */
export interface RowSource {
  readonly analysis: Analysis;
  readonly command: Pick<Command, 'bytes' | 'capture'>;
  readonly filter: Filter | undefined;
}

export function rowMaker(job: Job, source: RowSource): RowMaker {
  switch (job.kind) {
    case 'text':
      return new TextRows(source);
    case 'json':
      return new JsonRows(source);
    case 'find':
      return new FoundRows(source);
    case 'zeek':
      return new ZeekRows(source, job.found);
  }
}

/** What a log of Zeek calls the capture. */
export function zeekCapture({ capture }: Pick<Command, 'capture'>): string {
  return capture === '-' ? 'standard input' : capture;
}

/** Whether the filter leaves a message in. */
class Selection {
  readonly #analysis: Analysis;
  readonly #filter: Filter | undefined;
  readonly #row: FilterRow;

  constructor({ analysis, filter }: RowSource) {
    this.#analysis = analysis;
    this.#filter = filter;
    this.#row = new FilterRow(analysis);
  }

  has(n: number): boolean {
    return this.#filter === undefined || this.#filter.matches(this.#row.at(this.#analysis.message(n).frame, n));
  }
}

class TextRows implements RowMaker {
  readonly #selection: Selection;
  readonly #readable: ReadableMessages;

  constructor(source: RowSource) {
    this.#selection = new Selection(source);
    this.#readable = new ReadableMessages(source.analysis, source.command.bytes, source.filter !== undefined);
  }

  goTo(n: number): void {
    this.#readable.goTo(n);
  }

  message(n: number, to: LineBuffer): void {
    if (this.#selection.has(n)) this.#readable.message(n, to);
  }

  takeCounted(): Counted {
    return this.#readable.takeCounted();
  }
}

class JsonRows implements RowMaker {
  readonly #selection: Selection;
  readonly #source: RowSource;

  constructor(source: RowSource) {
    this.#selection = new Selection(source);
    this.#source = source;
  }

  goTo(): void {}

  message(n: number, to: LineBuffer): void {
    const { analysis, command } = this.#source;
    if (this.#selection.has(n)) to.line(JSON.stringify(messageLine(analysis, n, command.bytes)));
  }

  takeCounted(): Counted {
    return nothingCounted();
  }
}

class FoundRows implements RowMaker {
  readonly #selection: Selection;
  readonly #analysis: Analysis;
  #counted = nothingCounted();

  constructor(source: RowSource) {
    this.#selection = new Selection(source);
    this.#analysis = source.analysis;
  }

  goTo(): void {}

  message(n: number, to: LineBuffer): void {
    const isFound = this.#selection.has(n);
    to.byte(isFound ? 1 : 0);
    if (isFound) countMessageName(this.#counted, this.#analysis.message(n));
  }

  takeCounted(): Counted {
    const counted = this.#counted;
    this.#counted = nothingCounted();
    return counted;
  }
}

class ZeekRows implements RowMaker {
  readonly #rows: TableRows;
  readonly #found: Uint8Array;
  /** Messages below it have numbered their sessions. */
  #passed = 0;

  constructor({ analysis, command }: RowSource, found: Uint8Array) {
    this.#rows = new TableRows(analysis, zeekCapture(command));
    this.#found = found;
  }

  goTo(n: number): void {
    for (; this.#passed < n; this.#passed++) if (this.#found[this.#passed] === 1) this.#rows.pass(this.#passed);
  }

  message(n: number, to: LineBuffer): void {
    if (this.#found[n] !== 1) return;
    this.goTo(n);
    const { columns, cells } = this.#rows.row(n);
    const types = [...columns.common, ...columns.fields];
    to.escaped(zeekLine(cells.map((cell, at) => ({ cell, type: types[at]!.type }))));
  }

  takeCounted(): Counted {
    return nothingCounted();
  }
}
