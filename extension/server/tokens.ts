/** What words are, for their colours: what a grammar cannot know. */
import { type Range, type SemanticTokens, SemanticTokensBuilder } from 'vscode-languageserver';
import { semanticKinds } from '../../dissector/script/index.ts';
import { tokenModifiers } from './abilities.ts';
import { spanOf } from './convert.ts';
import type { Script } from './scripts.ts';

const DECLARATION = 1 << tokenModifiers.indexOf('declaration');

export function semanticTokens({ text, service }: Script, range?: Range): SemanticTokens {
  const wanted = range && spanOf(text, range);
  const builder = new SemanticTokensBuilder();
  const all = text.getText();
  for (const { start, end, kind, isDefinition } of service.semanticTokens()) {
    if (wanted !== undefined && (end <= wanted.start || start >= wanted.end)) continue;
    // A token of LSP is of one line.
    for (const { 0: part, index } of all.slice(start, end).matchAll(/[^\r\n]+/g)) {
      const { line, character } = text.positionAt(start + index);
      builder.push(line, character, part.length, semanticKinds.indexOf(kind), isDefinition ? DECLARATION : 0);
    }
  }
  return builder.build();
}
