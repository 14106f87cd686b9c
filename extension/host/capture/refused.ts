/** Captures that VS Code opened before it knew this extension: its text editor refuses them, and they move to the inspector. */
import * as vscode from 'vscode';

/** The names of captures in the manifest's custom editor: `*.pcap`, `*.cap.gz`. */
const capture = /\.(pcap|pcapng|cap)(\.(gz|zst|lz4))?$/i;

/** A profile that starts for the first time shows its tabs before it has read the manifests of extensions. */
export async function reopenRefused(): Promise<void> {
  for (const group of vscode.window.tabGroups.all)
    for (const tab of group.tabs) {
      if (!(tab.input instanceof vscode.TabInputText) || !capture.test(tab.input.uri.path)) continue;
      const { uri } = tab.input;
      const options = { viewColumn: group.viewColumn, preview: tab.isPreview, preserveFocus: !tab.isActive };
      await vscode.commands.executeCommand('vscode.openWith', uri, 'peerscope.capture', options);
      const left = group.tabs.find(
        ({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString(),
      );
      if (left !== undefined) await vscode.window.tabGroups.close(left, true);
    }
}
