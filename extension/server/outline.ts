/** The shape of a script: sections with what stands in them, and what can be folded away. */
import { type DocumentSymbol, type FoldingRange, FoldingRangeKind, SymbolKind } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Fold, OutlineItem } from '../../dissector/script/index.ts';
import { rangeOf } from './convert.ts';
import type { Script } from './scripts.ts';

const kinds: Readonly<Record<OutlineItem['kind'], SymbolKind>> = {
  section: SymbolKind.Namespace,
  node: SymbolKind.Object,
  send: SymbolKind.Event,
  expect: SymbolKind.Interface,
  packet: SymbolKind.Struct,
  value: SymbolKind.Constant,
};

export function symbols({ text, service }: Script): DocumentSymbol[] {
  return service.outline().map((item) => symbol(text, item));
}

function symbol(text: TextDocument, { name, detail, kind, selection, children, start, end }: OutlineItem): DocumentSymbol {
  // Clients refuse a whole outline when a part of it has no name, or a selection that sticks out.
  const from = Math.min(Math.max(selection.start, start), end);
  const to = Math.min(Math.max(selection.end, from), end);
  return {
    name: name.trim() === '' ? '###' : name,
    detail,
    kind: kinds[kind],
    range: rangeOf(text, { start, end }),
    selectionRange: rangeOf(text, { start: from, end: to }),
    children: children.map((child) => symbol(text, child)),
  };
}

const foldKinds: Readonly<Record<Fold['kind'], FoldingRangeKind | undefined>> = {
  section: FoldingRangeKind.Region,
  record: undefined,
  comment: FoldingRangeKind.Comment,
};

export function folds({ text, service }: Script): FoldingRange[] {
  const all = text.getText();
  return service.folds().flatMap(({ kind: sort, start, end }) => {
    const startLine = text.positionAt(start).line;
    const last = text.positionAt(start + all.slice(start, end).trimEnd().length).line;
    // The brace that closes a record stays in view, as do empty lines between sections.
    const endLine = sort === 'record' ? last - 1 : last;
    const kind = foldKinds[sort];
    return endLine > startLine ? [{ startLine, endLine, ...(kind === undefined ? {} : { kind }) }] : [];
  });
}
