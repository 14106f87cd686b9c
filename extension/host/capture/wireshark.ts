/** Opens a capture in Wireshark, at a frame. */
import { spawn } from 'node:child_process';
import * as vscode from 'vscode';
import { tellError } from '../telling.ts';

/** `frame` is 1-based. The program's place is a setting of the machine: no workspace says what is started. */
export function openInWireshark(capture: vscode.Uri, frame: number | undefined): void {
  if (capture.scheme !== 'file') {
    void tellError(vscode.l10n.t('Peerscope: Wireshark opens captures that lie on a disk.'));
    return;
  }
  const program = vscode.workspace.getConfiguration('peerscope').get<string>('wireshark') || 'wireshark';
  const child = spawn(program, ['-r', capture.fsPath, ...(frame === undefined ? [] : ['-g', String(frame)])], {
    detached: true,
    stdio: 'ignore',
  });
  child.on('error', () => {
    void tellError(
      vscode.l10n.t(
        'Peerscope: "{0}" could not be started. Install Wireshark, or say where it is in the setting {1}.',
        program,
        'peerscope.wireshark',
      ),
    );
  });
  child.unref();
}
