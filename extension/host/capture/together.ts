/** Captures that are opened together, as one: the commands. */
import * as vscode from 'vscode';
import { tellError } from '../telling.ts';
import type { CaptureEditors } from './editor.ts';
import { emptyFiles } from './emptyfiles.ts';
import { TOGETHER, together, withCorrectClocks } from './mergedcapture.ts';

export function registerTogether(editors: CaptureEditors): vscode.Disposable[] {
  return [
    vscode.workspace.registerFileSystemProvider(TOGETHER, emptyFiles, { isReadonly: true, isCaseSensitive: true }),
    vscode.commands.registerCommand('peerscope.openTogether', async (_clicked?: vscode.Uri, selected?: vscode.Uri[]) => {
      const uris = selected !== undefined && selected.length > 1 ? selected : await asked();
      if (uris === undefined) return;
      if (uris.length < 2) void tellError(vscode.l10n.t('Peerscope: Select at least two captures.'));
      else await editors.show(together(uris, false));
    }),
    vscode.commands.registerCommand('peerscope.correctClocks', async () => {
      const uri = editors.active?.document.uri;
      if (uri?.scheme === TOGETHER) await editors.show(withCorrectClocks(uri));
    }),
  ];
}

function asked(): Thenable<vscode.Uri[] | undefined> {
  return vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: vscode.l10n.t('Open Together'),
    filters: { [vscode.l10n.t('Captures')]: ['pcap', 'pcapng', 'cap', 'gz'] },
  });
}
