/** What is told about a word, and about the call around the caret. */
import { type Hover, type MarkupContent, MarkupKind, type Position, type SignatureHelp } from 'vscode-languageserver';
import { rangeOf } from './convert.ts';
import type { Script } from './scripts.ts';

export function hover({ text, service }: Script, position: Position): Hover | null {
  const found = service.hover(text.offsetAt(position));
  return found === undefined ? null : { contents: markdown(found.text), range: rangeOf(text, found) };
}

export function signatureHelp({ text, service }: Script, position: Position): SignatureHelp | null {
  const found = service.signature(text.offsetAt(position));
  if (found === undefined) return null;
  const { label, doc, parameters, active } = found;
  const shown = parameters.map(({ start, end, doc: about }) => ({
    label: [start, end] as [number, number],
    documentation: markdown(about),
  }));
  return {
    signatures: [{ label, documentation: markdown(doc), parameters: shown }],
    activeSignature: 0,
    activeParameter: active,
  };
}

export function markdown(value: string): MarkupContent {
  return { kind: MarkupKind.Markdown, value };
}
