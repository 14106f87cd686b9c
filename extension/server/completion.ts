/** What may stand at the caret. */
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  InsertTextFormat,
  MarkupKind,
  type Position,
} from 'vscode-languageserver';
import type { CompletionItem as Item } from '../../dissector/script/index.ts';
import type { Abilities } from './abilities.ts';
import { rangeOf } from './convert.ts';
import type { Script } from './scripts.ts';

const kinds: Readonly<Record<Item['kind'], CompletionItemKind>> = {
  keyword: CompletionItemKind.Keyword,
  protocol: CompletionItemKind.Module,
  message: CompletionItemKind.Struct,
  field: CompletionItemKind.Field,
  value: CompletionItemKind.EnumMember,
  function: CompletionItemKind.Function,
  node: CompletionItemKind.Variable,
  answer: CompletionItemKind.Reference,
};

export function completions({ text, service }: Script, position: Position, { snippets }: Abilities): CompletionList {
  const { items, ...span } = service.complete(text.offsetAt(position));
  const range = rangeOf(text, span);
  const width = String(items.length).length;
  return {
    isIncomplete: false,
    items: items.map(
      ({ label, insert, kind, detail, doc, snippet }, index): CompletionItem => ({
        label,
        kind: kinds[kind],
        filterText: label,
        // Editors sort by the alphabet: what is likeliest would not stay first.
        sortText: String(index).padStart(width, '0'),
        textEdit: { range, newText: snippet && !snippets ? withoutPlaceholders(insert) : insert },
        insertTextFormat: snippet && snippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
        ...(detail === '' ? {} : { detail, labelDetails: { description: detail } }),
        ...(doc === '' ? {} : { documentation: { kind: MarkupKind.Markdown, value: doc } }),
      }),
    ),
  };
}

/** `${1:word}` is `word`, `$1` nothing. */
function withoutPlaceholders(snippet: string): string {
  const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');
  return snippet.replace(/\\.|\$\d+|\$\{\d+(?::((?:\\.|[^\\}])*))?\}/g, (part, word: string = '') =>
    unescaped(part.startsWith('\\') ? part : word),
  );
}
