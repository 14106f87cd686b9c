/** A browser starts no program: there is no live capture there. */
import * as vscode from 'vscode';
import { tellWarning } from '../telling.ts';

export function registerLive(): vscode.Disposable[] {
  const told = (): void => void tellWarning(vscode.l10n.t('Peerscope: live captures need VS Code on a desktop or a server.'));
  return ['startLiveCapture', 'stopLiveCapture', 'saveLiveCapture'].map((name) =>
    vscode.commands.registerCommand(`peerscope.${name}`, told),
  );
}
