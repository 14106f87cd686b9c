/** Where a name is defined and where it stands; a name is known in its section. */
import { type DocumentHighlight, DocumentHighlightKind, type Location, type Position } from 'vscode-languageserver';
import { rangeOf } from './convert.ts';
import type { Script } from './scripts.ts';

export function definition(script: Script, position: Position): Location[] {
  return locations(script, position).slice(0, 1);
}

export function references(script: Script, position: Position, withDefinition: boolean): Location[] {
  return locations(script, position).slice(withDefinition ? 0 : 1);
}

export function highlights({ text, service }: Script, position: Position): DocumentHighlight[] {
  const { spans = [] } = service.occurrences(text.offsetAt(position)) ?? {};
  return spans.map((span, index) => ({
    range: rangeOf(text, span),
    kind: index === 0 ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
  }));
}

/** The definition first. */
function locations({ text, service }: Script, position: Position): Location[] {
  const { spans = [] } = service.occurrences(text.offsetAt(position)) ?? {};
  return spans.map((span) => ({ uri: text.uri, range: rangeOf(text, span) }));
}
