import type { Protocol } from '../../protocol/index.ts';
import { parsePart, partsOf } from '../syntax/parser.ts';
import type { Script, ScriptProblem, Statement } from '../syntax/tree.ts';
import { Checker } from './check.ts';
import { type Names, noNames } from './scopes.ts';
import { type ScriptSymbol, symbolsIn } from './symbols.ts';

/** A section, or what stands before the first, read once. Its places count from its own start. */
export class ScriptPart {
  readonly text: string;
  readonly script: Script;
  #checked:
    | { readonly prelude: ScriptPart | undefined; readonly problems: readonly ScriptProblem[]; readonly names: Names }
    | undefined;
  #named: { readonly prelude: ScriptPart | undefined; readonly words: readonly ScriptSymbol[] } | undefined;

  constructor(text: string) {
    this.text = text;
    this.script = parsePart(text);
  }

  /** `prelude`: what stands before the first section; undefined for itself. */
  checked(protocols: readonly Protocol[], prelude: ScriptPart | undefined) {
    if (this.#checked !== undefined && this.#checked.prelude === prelude) return this.#checked;
    const checker = new Checker(protocols, prelude?.checked(protocols, undefined).names);
    for (const statement of this.script.statements) checker.check(statement);
    this.#checked = { prelude, problems: [...this.script.problems, ...checker.problems], names: checker.names };
    return this.#checked;
  }

  /** What has a name right before a place of this part. */
  namesAt(at: number, protocols: readonly Protocol[], prelude: ScriptPart | undefined): Names {
    const checker = new Checker(protocols, prelude?.checked(protocols, undefined).names ?? noNames());
    // A statement of the same line is still being written.
    const line = this.text.lastIndexOf('\n', at - 1) + 1;
    for (const statement of this.script.statements) if (statement.end < line) checker.check(statement);
    return checker.names;
  }

  /** Words that name something, with what they name. */
  named(protocols: readonly Protocol[], prelude: ScriptPart | undefined): readonly ScriptSymbol[] {
    if (this.#named !== undefined && this.#named.prelude === prelude) return this.#named.words;
    const before = prelude?.checked(protocols, undefined).names ?? noNames();
    this.#named = { prelude, words: symbolsIn(this.script.statements, protocols, before) };
    return this.#named.words;
  }

  /** The statement around a place. */
  statementAt(at: number): Statement | undefined {
    return this.script.statements.find(({ start, end }) => start <= at && at <= end);
  }
}

/** The parts of a text; those of `before` whose text is the same are used again. */
export function readParts(text: string, before: readonly PlacedScriptPart[]): PlacedScriptPart[] {
  const known = new Map(before.map(({ part }) => [part.text, part]));
  const placed: PlacedScriptPart[] = [];
  for (const { text: own, start } of partsOf(text)) {
    const part = known.get(own) ?? new ScriptPart(own);
    // Two sections of the same text are one part, at two places.
    known.set(own, part);
    placed.push({ part, start });
  }
  return placed;
}

export interface PlacedScriptPart {
  readonly part: ScriptPart;
  readonly start: number;
}
