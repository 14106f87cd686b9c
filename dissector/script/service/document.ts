import type { Protocol } from '../../protocol/index.ts';
import { formatEdits } from '../syntax/format.ts';
import { type Edit, type ScriptProblem, type Span, scriptLimits } from '../syntax/tree.ts';
import { ByteLayouts } from './bytelayout.ts';
import { complete } from './complete.ts';
import type {
  Completions,
  Fold,
  Hover,
  InlayHint,
  Occurrences,
  OutlineItem,
  QuickFix,
  SemanticToken,
  SignatureHelp,
} from './editing.ts';
import { hintsOf } from './hints.ts';
import { hoverOf } from './hover.ts';
import { occurrencesAt } from './occurrences.ts';
import { foldsOf, outlineOf, placed, placedItem } from './outline.ts';
import { type PlacedScriptPart, readParts, type ScriptPart } from './parts.ts';
import { tokenOf } from './semantic.ts';
import { signatureAt } from './signaturehelp.ts';

/**
 * A packet script as an editor has it open. Only sections that change are read again, so that a keystroke costs as much as its
 * section is long. Nothing throws; places beyond the text are taken as its end.
 */
export class ScriptDocument {
  readonly #protocols: readonly Protocol[];
  #text = '';
  /** What stands before the first section, and the sections. */
  #parts: readonly PlacedScriptPart[] = readParts('', []);

  constructor(protocols: readonly Protocol[]) {
    this.#protocols = protocols;
  }

  /** The text from now on. */
  update(text: string): void {
    this.#text = text;
    // A text beyond the limit is not read; `problems` says so.
    this.#parts = readParts(text.length > scriptLimits.scriptLength ? '' : text, this.#parts);
  }

  problems(): ScriptProblem[] {
    const { length } = this.#text;
    if (length > scriptLimits.scriptLength)
      return [
        { text: `a script has at most ${scriptLimits.scriptLength} characters (limit scriptLength)`, start: 0, end: length },
      ];
    const all = this.#parts.flatMap(({ part, start }) =>
      part.checked(this.#protocols, this.#preludeOf(part)).problems.map((problem) => placed(problem, start)),
    );
    return all.slice(0, scriptLimits.problems);
  }

  complete(caret: number): Completions {
    const { part, start } = this.#partAt(caret);
    const at = caret - start;
    const names = part.namesAt(at, this.#protocols, this.#preludeOf(part));
    return placed(complete(part.text, at, { protocols: this.#protocols, names }), start);
  }

  hover(at: number): Hover | undefined {
    const { part, start } = this.#partAt(at);
    const hover = hoverOf(this.#named(part), at - start, new ByteLayouts(part.script, this.#protocols));
    return hover && placed(hover, start);
  }

  signature(caret: number): SignatureHelp | undefined {
    const { part, start } = this.#partAt(caret);
    return signatureAt(part.text, caret - start);
  }

  /** The name at a place, with its definition and uses. */
  occurrences(at: number): Occurrences | undefined {
    const parts = this.#parts.map(({ part, start }) => ({ start, words: this.#named(part) }));
    return occurrencesAt(parts, Math.min(at, this.#text.length));
  }

  outline(): OutlineItem[] {
    return this.#parts.flatMap(({ part, start }) => outlineOf(part.script, part.text).map((item) => placedItem(item, start)));
  }

  folds(): Fold[] {
    return this.#parts.flatMap(({ part, start }) => foldsOf(part.script, part.text).map((fold) => placed(fold, start)));
  }

  /** In the order of the text. */
  semanticTokens(): SemanticToken[] {
    return this.#parts.flatMap(({ part, start }) =>
      this.#named(part).flatMap((word) => {
        const token = tokenOf(word);
        return token === undefined ? [] : [placed(token, start)];
      }),
    );
  }

  hints(range: Span): InlayHint[] {
    return this.#parts.flatMap(({ part, start }) =>
      start > range.end || start + part.text.length < range.start
        ? []
        : hintsOf(this.#named(part))
            .map((hint) => ({ ...hint, at: hint.at + start }))
            .filter(({ at }) => range.start <= at && at <= range.end),
    );
  }

  /** What makes the text as its formatter writes it; no edits where it is so, or where its grammar is broken. */
  format(): Edit[] {
    return this.#parts.some(({ part }) => part.script.problems.length > 0) ? [] : formatEdits(this.#text);
  }

  /** For problems that touch a range: the word that was meant. */
  fixes(range: Span): QuickFix[] {
    return this.problems()
      .filter(({ start, end }) => start <= range.end && range.start <= end)
      .flatMap(({ start, end, meant }) =>
        meant === undefined
          ? []
          : [{ title: `Change to ${meant}`, problem: { start, end }, edits: [{ start, end, text: meant }] }],
      );
  }

  #named(part: ScriptPart) {
    return part.named(this.#protocols, this.#preludeOf(part));
  }

  #preludeOf(part: ScriptPart): ScriptPart | undefined {
    const prelude = this.#parts[0]!.part;
    return part === prelude ? undefined : prelude;
  }

  #partAt(at: number): PlacedScriptPart {
    return this.#parts.findLast(({ start }) => start <= at) ?? this.#parts[0]!;
  }
}
