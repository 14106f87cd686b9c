/** Places: offsets of UTF-16 code units in the dissector, lines and columns of them in LSP. What lies beyond the text is its end. */
import type { Range, TextEdit } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Edit, ScriptDocument } from '../../dissector/script/index.ts';

export type Span = Parameters<ScriptDocument['hints']>[0];

export function rangeOf(text: TextDocument, { start, end }: Span): Range {
  return { start: text.positionAt(start), end: text.positionAt(end) };
}

export function spanOf(text: TextDocument, { start, end }: Range): Span {
  const [one, other] = [text.offsetAt(start), text.offsetAt(end)];
  return { start: Math.min(one, other), end: Math.max(one, other) };
}

/** The range, moved into the text. */
export function clamped(text: TextDocument, range: Range): Range {
  return rangeOf(text, spanOf(text, range));
}

/** Whether a span holds an offset; a caret behind a word is still at it. */
export function holds({ start, end }: Span, at: number): boolean {
  return start <= at && at <= end;
}

export function sameRange(one: Range, other: Range): boolean {
  const { start, end } = one;
  return (
    start.line === other.start.line &&
    start.character === other.start.character &&
    end.line === other.end.line &&
    end.character === other.end.character
  );
}

/** Edits with the ends of lines that the text has, as far as they change something: a range has no place between CR and LF. */
export function textEditsOf(text: TextDocument, edits: readonly Edit[]): TextEdit[] {
  const isWindows = text.getText().includes('\r\n');
  return edits
    .map((edit) => ({
      range: rangeOf(text, edit),
      newText: isWindows ? edit.text.replace(/\r?\n/g, '\r\n') : edit.text,
    }))
    .filter(({ range, newText }) => text.getText(range) !== newText);
}
