/** A browser has no sockets: there is no test node there. */
import * as vscode from 'vscode';

export function registerNodes(): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand(
      'peerscope.openTestNode',
      () => void vscode.window.showWarningMessage(vscode.l10n.t('Peerscope: test nodes need VS Code on a desktop or a server.')),
    ),
  ];
}
