import * as vscode from 'vscode';

export function openInWireshark(): void {
  void vscode.window.showErrorMessage('Peerscope: a browser starts no Wireshark.');
}
