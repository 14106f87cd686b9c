/** What a client can do, and what the server does for it. */
import {
  type ClientCapabilities,
  CodeActionKind,
  PositionEncodingKind,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { semanticKinds } from '../../dissector/script/index.ts';

/** As far as the server asks for it. */
export interface Abilities {
  /** Completions with places to fill in. */
  readonly snippets: boolean;
  /** Edits of a certain version of a text. */
  readonly versions: boolean;
  /** Asks again for these when it is told to. */
  readonly tokensAgain: boolean;
  readonly hintsAgain: boolean;
}

export function abilitiesOf({ textDocument, workspace }: ClientCapabilities): Abilities {
  return {
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    versions: workspace?.workspaceEdit?.documentChanges === true,
    tokensAgain: workspace?.semanticTokens?.refreshSupport === true,
    hintsAgain: workspace?.inlayHint?.refreshSupport === true,
  };
}

/** In the order of the bits of a token. */
export const tokenModifiers = ['declaration'];

export const capabilities: ServerCapabilities = {
  positionEncoding: PositionEncodingKind.UTF16,
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  completionProvider: {
    triggerCharacters: [' ', ':', '{', '[', ',', '.', '('],
    completionItem: { labelDetailsSupport: true },
  },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  semanticTokensProvider: { legend: { tokenTypes: [...semanticKinds], tokenModifiers }, full: true, range: true },
  inlayHintProvider: true,
  documentFormattingProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
};
