import * as vscode from 'vscode';

export function openInWireshark(): void {
  void vscode.window.showErrorMessage(vscode.l10n.t('Peerscope: a browser starts no Wireshark.'));
}
