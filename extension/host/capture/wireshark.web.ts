import * as vscode from 'vscode';
import { tellError } from '../telling.ts';

export function openInWireshark(): void {
  void tellError(vscode.l10n.t('Peerscope: a browser starts no Wireshark.'));
}
