import * as vscode from 'vscode';
import type { CaptureEditors } from '../capture/editor.ts';
import type { Previews } from './previews.ts';

/** Shows the message at a place of a script, or at the caret, as bytes and tree beside it. */
export function registerPreviews(previews: Previews, editors: CaptureEditors): vscode.Disposable {
  return vscode.commands.registerCommand('peerscope.previewPacket', async (uri?: vscode.Uri, at?: number) => {
    const editor = vscode.window.activeTextEditor;
    const document = uri === undefined ? editor?.document : await vscode.workspace.openTextDocument(uri);
    if (document?.languageId !== 'packet') return;
    const preview = previews.of(document, at ?? document.offsetAt(editor!.selection.active));
    await editors.show(preview, {}, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  });
}
