import type { FieldNode, Statement } from '../script/index.ts';

/** A place of a script at which it can stop: before a statement, or before a field of a message that is sent. */
export interface ScriptPlace {
  readonly kind: 'statement' | 'field';
  /** Offset in the text, in UTF-16 units. */
  readonly start: number;
  /** Lines from 1. */
  readonly line: number;
  readonly endLine: number;
}

/** The places of a script's text by line and by offset. */
export class ScriptPlaces {
  readonly all: readonly ScriptPlace[];
  /** Offsets at which lines begin. */
  readonly #lines: readonly number[];

  /** `statements`: those that run; what stands in other sections is no place. */
  constructor(text: string, statements: readonly Statement[]) {
    this.#lines = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    this.all = statements
      .filter(({ kind }) => kind !== 'end' && kind !== 'section' && kind !== 'packet')
      .flatMap((statement) => [this.#place('statement', statement), ...this.#fields(statement)])
      .sort((a, b) => a.start - b.start);
  }

  /** The line of an offset, from 1. */
  lineOf(offset: number): number {
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#lines[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where a breakpoint on a line stops: the innermost place that begins there or around it, or the next one. */
  at(line: number): ScriptPlace | undefined {
    const around = this.all.findLast((place) => place.line <= line && place.endLine >= line);
    const own = this.all.find((place) => place.line === line);
    return own ?? around ?? this.all.find((place) => place.line > line);
  }

  /** Fields on a line of their own: those beside the name of the message stop with it. */
  #fields(statement: Statement): ScriptPlace[] {
    if (statement.kind !== 'send') return [];
    const first = this.lineOf(statement.start);
    return statement.fields.map((field) => this.#place('field', field)).filter(({ line }) => line > first);
  }

  #place(kind: ScriptPlace['kind'], { start, end }: Pick<FieldNode, 'start' | 'end'>): ScriptPlace {
    return { kind, start, line: this.lineOf(start), endLine: this.lineOf(Math.max(start, end - 1)) };
  }
}
