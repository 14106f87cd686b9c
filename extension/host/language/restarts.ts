/** What a person hears when the language server ends of itself. The client decides whether it starts again: not when it ends over and over. */
import * as vscode from 'vscode';
import { type BaseLanguageClient, CloseAction, type ErrorHandler } from 'vscode-languageclient';

export function restarts(client: () => BaseLanguageClient): ErrorHandler {
  let usual: ErrorHandler | undefined;
  const handler = (): ErrorHandler => {
    usual ??= client().createDefaultErrorHandler();
    return usual;
  };
  return {
    error: (error, message, count) => handler().error(error, message, count),
    closed: async () => {
      const { action } = await handler().closed();
      const message =
        action === CloseAction.Restart
          ? vscode.l10n.t('Peerscope: the language server of packet scripts has stopped; it is started again.')
          : vscode.l10n.t(
              'Peerscope: the language server of packet scripts stops over and over; it is not started again before the window is reloaded.',
            );
      return { action, message };
    },
  };
}
