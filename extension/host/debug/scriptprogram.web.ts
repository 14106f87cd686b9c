import * as vscode from 'vscode';

export function scriptProgram(): Promise<never> {
  return Promise.reject(
    new Error(vscode.l10n.t('Peerscope: test nodes and protocol modules need VS Code on a desktop or a server.')),
  );
}
