import type { Protocol } from '../session/index.ts';
import { Checker } from './check.ts';
import { type NamedWord, namedWords } from './named.ts';
import { type Names, noNames } from './names.ts';
import { parsePart, partsOf } from './parse.ts';
import type { CraftProblem, Script, Statement } from './syntax.ts';

/** A section, or what stands before the first, read once. Its places count from its own start. */
export class Part {
  readonly text: string;
  readonly script: Script;
  #checked: { readonly prelude: Part | undefined; readonly problems: readonly CraftProblem[]; readonly names: Names } | undefined;
  #named: { readonly prelude: Part | undefined; readonly words: readonly NamedWord[] } | undefined;

  constructor(text: string) {
    this.text = text;
    this.script = parsePart(text);
  }

  /** `prelude`: what stands before the first section; undefined for itself. */
  checked(protocols: readonly Protocol[], prelude: Part | undefined) {
    if (this.#checked !== undefined && this.#checked.prelude === prelude) return this.#checked;
    const checker = new Checker(protocols, prelude?.checked(protocols, undefined).names);
    for (const statement of this.script.statements) checker.check(statement);
    this.#checked = { prelude, problems: [...this.script.problems, ...checker.problems], names: checker.names };
    return this.#checked;
  }

  /** What has a name right before a place of this part. */
  namesAt(at: number, protocols: readonly Protocol[], prelude: Part | undefined): Names {
    const checker = new Checker(protocols, prelude?.checked(protocols, undefined).names ?? noNames());
    // A statement of the same line is still being written.
    const line = this.text.lastIndexOf('\n', at - 1) + 1;
    for (const statement of this.script.statements) if (statement.end < line) checker.check(statement);
    return checker.names;
  }

  /** Words that name something, with what they name. */
  named(protocols: readonly Protocol[], prelude: Part | undefined): readonly NamedWord[] {
    if (this.#named !== undefined && this.#named.prelude === prelude) return this.#named.words;
    const before = prelude?.checked(protocols, undefined).names ?? noNames();
    this.#named = { prelude, words: namedWords(this.script.statements, protocols, before) };
    return this.#named.words;
  }

  /** The statement around a place. */
  statementAt(at: number): Statement | undefined {
    return this.script.statements.find(({ start, end }) => start <= at && at <= end);
  }
}

/** The parts of a text; those of `before` whose text is the same are used again. */
export function readParts(text: string, before: readonly PlacedPart[]): PlacedPart[] {
  const known = new Map(before.map(({ part }) => [part.text, part]));
  const placed: PlacedPart[] = [];
  for (const { text: own, start } of partsOf(text)) {
    const part = known.get(own) ?? new Part(own);
    // Two sections of the same text are one part, at two places.
    known.set(own, part);
    placed.push({ part, start });
  }
  return placed;
}

export interface PlacedPart {
  readonly part: Part;
  readonly start: number;
}
