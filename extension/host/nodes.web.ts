/** A browser has no sockets: there is no test node there. */
import * as vscode from 'vscode';

const commands = ['openTestNode', 'startTestNode', 'stopTestNodes', 'sendHeldMessage', 'dropHeldMessage'];

export function registerNodes(): vscode.Disposable[] {
  const told = (): void =>
    void vscode.window.showWarningMessage(vscode.l10n.t('Peerscope: test nodes need VS Code on a desktop or a server.'));
  return commands.map((name) => vscode.commands.registerCommand(`peerscope.${name}`, told));
}
