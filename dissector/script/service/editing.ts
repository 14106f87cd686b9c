/** What an editor asks of a packet script. Places are offsets of UTF-16 code units, half-open. */
import type { Edit, Span } from '../syntax/tree.ts';

export interface CompletionItem {
  readonly label: string;
  /** What takes the place; with `$1`, `${1:word}` and `$0` where `snippet` says so. */
  readonly insert: string;
  readonly kind: 'keyword' | 'protocol' | 'message' | 'field' | 'value' | 'function' | 'node' | 'answer';
  /** A few words beside the label: a type, a role. */
  readonly detail: string;
  /** Sentences about it, in Markdown. */
  readonly doc: string;
  readonly snippet?: true;
}

/** What may stand at the caret, in the place of `[start, end)`; the likeliest first. */
export interface Completions extends Span {
  readonly items: readonly CompletionItem[];
}

/** What a word is, in Markdown. */
export interface Hover extends Span {
  readonly text: string;
}

/** The call around the caret; spans of its parameters lie in the label. */
export interface SignatureHelp {
  readonly label: string;
  readonly doc: string;
  readonly parameters: readonly (Span & { readonly doc: string })[];
  readonly active: number;
}

/** A name and all places where it stands, the definition first. */
export interface Occurrences {
  readonly name: string;
  readonly kind: 'node' | 'answer' | 'value';
  readonly spans: readonly Span[];
}

export interface OutlineItem extends Span {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'section' | 'node' | 'send' | 'expect' | 'packet' | 'value';
  /** The part that names it. */
  readonly selection: Span;
  readonly children: readonly OutlineItem[];
}

export interface Fold extends Span {
  readonly kind: 'section' | 'record' | 'comment';
}

/** In the order of LSP's legend. */
export const semanticKinds = [
  'keyword',
  'class',
  'type',
  'property',
  'variable',
  'function',
  'enumMember',
  'number',
  'string',
] as const;

export interface SemanticToken extends Span {
  readonly kind: (typeof semanticKinds)[number];
  readonly isDefinition?: true;
}

/** A few words shown at a place that do not stand in the text. */
export interface InlayHint {
  readonly at: number;
  readonly label: string;
  readonly doc: string;
}

/** A mending of what a problem says. */
export interface QuickFix {
  readonly title: string;
  readonly problem: Span;
  readonly edits: readonly Edit[];
}

/** A place of a snippet that is written over. */
export function slot(number: number, text: string): string {
  return `\${${number}:${text}}`;
}
