/** The capture that the walkthrough opens, its keys, and the steps of its handshake. It is part of the extension. */
import * as vscode from 'vscode';
import { configurationOf } from '../debug/configurations.ts';
import type { KeyLogs } from '../keys/keylogs.ts';
import type { CaptureEditors } from './editor.ts';

const WALKTHROUGH = 'peerscope.peerscope#peerscope.start';
const SAMPLE = 'p2pke_a';

export function registerSample(extension: vscode.Uri, editors: CaptureEditors, keyLogs: KeyLogs): vscode.Disposable[] {
  const file = (name: string): vscode.Uri => vscode.Uri.joinPath(extension, 'media', 'samples', name);
  const capture = file(`${SAMPLE}.pcapng`);
  return [
    vscode.commands.registerCommand('peerscope.getStarted', () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, false),
    ),
    vscode.commands.registerCommand('peerscope.openSample', () => editors.show(capture)),
    vscode.commands.registerCommand('peerscope.addSampleKeys', async () => {
      const name = `${SAMPLE}.keys`;
      // Not remembered: the next version of the extension lies in another folder.
      keyLogs.paste(new TextDecoder().decode(await vscode.workspace.fs.readFile(file(name))), name);
      await editors.show(capture);
    }),
    vscode.commands.registerCommand('peerscope.debugSample', () =>
      vscode.debug.startDebugging(undefined, configurationOf(capture, { keys: [file(`${SAMPLE}.keys`).toString()] })),
    ),
    vscode.commands.registerCommand('peerscope.stepThroughSample', () => editors.show(capture, { command: 'stepForward' })),
  ];
}
