/** The language server over a connection: what comes in is asked of the dissector, and what it says goes out. */
import { type Connection, ResponseError, type TextDocumentIdentifier } from 'vscode-languageserver';
import { reasonOf } from '../capture/reason.ts';
import { MODULES_CHANGED } from '../wire/language.ts';
import { type Abilities, abilitiesOf, capabilities } from './abilities.ts';
import { completions } from './completion.ts';
import { textEditsOf } from './convert.ts';
import { Diagnostics } from './diagnostics.ts';
import { fixes } from './fixes.ts';
import { inlayHints } from './hints.ts';
import { Modules } from './modules.ts';
import { definition, highlights, references } from './names.ts';
import { folds, symbols } from './outline.ts';
import { rename, renamed } from './rename.ts';
import { type Script, Scripts } from './scripts.ts';
import { semanticTokens } from './tokens.ts';
import { hover, signatureHelp } from './words.ts';

export function serve(connection: Connection): void {
  const scripts = new Scripts(connection, {
    changed: (uri) => diagnostics.soon(uri),
    closed: (uri) => diagnostics.clear(uri),
  });
  const diagnostics = new Diagnostics(connection, (uri) => scripts.get(uri));
  const modules = new Modules(connection, scripts);
  let client: Abilities = abilitiesOf({});

  connection.onInitialize(async ({ capabilities: offered, initializationOptions }) => {
    client = abilitiesOf(offered);
    await modules.use(initializationOptions);
    return { capabilities, serverInfo: { name: 'Peerscope' } };
  });
  connection.onNotification(MODULES_CHANGED, async (options: unknown) => {
    await modules.use(options);
    if (client.tokensAgain) connection.languages.semanticTokens.refresh().catch(() => {});
    if (client.hintsAgain) connection.languages.inlayHint.refresh().catch(() => {});
  });
  connection.onShutdown(() => diagnostics.dispose());

  /** A script that nobody opened has nothing; nor has one of which the answer fails, which is logged. */
  const answer =
    <P extends { readonly textDocument: TextDocumentIdentifier }, R>(nothing: R, ask: (script: Script, params: P) => R) =>
    (params: P): R => {
      try {
        const script = scripts.get(params.textDocument.uri);
        return script === undefined ? nothing : ask(script, params);
      } catch (error) {
        if (error instanceof ResponseError) throw error;
        connection.console.error(error instanceof Error ? (error.stack ?? error.message) : reasonOf(error));
        return nothing;
      }
    };

  connection.onCompletion(answer(null, (script, { position }) => completions(script, position, client)));
  connection.onHover(answer(null, (script, { position }) => hover(script, position)));
  connection.onSignatureHelp(answer(null, (script, { position }) => signatureHelp(script, position)));
  connection.onDefinition(answer(null, (script, { position }) => definition(script, position)));
  connection.onReferences(
    answer(null, (script, { position, context }) => references(script, position, context.includeDeclaration)),
  );
  connection.onDocumentHighlight(answer(null, (script, { position }) => highlights(script, position)));
  connection.onPrepareRename(answer(null, (script, { position }) => renamed(script, position)));
  connection.onRenameRequest(answer(null, (script, { position, newName }) => rename(script, position, newName, client)));
  connection.onDocumentSymbol(answer(null, symbols));
  connection.onFoldingRanges(answer(null, folds));
  connection.languages.semanticTokens.on(answer({ data: [] }, (script) => semanticTokens(script)));
  connection.languages.semanticTokens.onRange(answer({ data: [] }, (script, { range }) => semanticTokens(script, range)));
  connection.languages.inlayHint.on(answer(null, (script, { range }) => inlayHints(script, range)));
  connection.onDocumentFormatting(answer(null, ({ text, service }) => textEditsOf(text, service.format())));
  connection.onCodeAction(answer(null, (script, params) => fixes(script, params, client)));
}
