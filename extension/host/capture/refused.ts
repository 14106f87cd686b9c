/** Captures that VS Code opened before it knew this extension: its text editor refuses them, and they move to the inspector. */
import * as vscode from 'vscode';

/** The names of captures in the manifest's custom editor: `*.pcap`, `*.cap.gz`. */
const capture = /\.(pcap|pcapng|cap)(\.(gz|zst|lz4))?$/i;

/**
 * A profile that starts for the first time shows tabs before it has read the manifests of extensions, and has their commands before their
 * editors. Once it has opened a capture in the inspector it knows it: what is in a text editor from then on, a person has put there.
 */
export function reopenRefused(log: vscode.LogOutputChannel): vscode.Disposable {
  const listening = vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
    if (opened.some(({ input }) => input instanceof vscode.TabInputCustom && input.viewType === 'peerscope.capture'))
      listening.dispose();
    else reopen(opened);
  });
  const reopen = (tabs: readonly vscode.Tab[]): void => {
    if (isForOthers()) return;
    for (const tab of tabs) move(tab).catch((error) => log.warn(String(error)));
  };
  reopen(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs));
  return listening;
}

/** The person's settings open captures in another editor. */
function isForOthers(): boolean {
  const associations = vscode.workspace.getConfiguration('workbench').get<Readonly<Record<string, string>>>('editorAssociations');
  return Object.entries(associations ?? {}).some(
    ([pattern, editor]) => editor !== 'peerscope.capture' && /\b(p?cap|pcapng)\b/i.test(pattern),
  );
}

async function move({ input, group, isPreview, isActive }: vscode.Tab): Promise<void> {
  if (!(input instanceof vscode.TabInputText) || !capture.test(input.uri.path)) return;
  const { uri } = input;
  const options = { viewColumn: group.viewColumn, preview: isPreview, preserveFocus: !isActive };
  await vscode.commands.executeCommand('vscode.openWith', uri, 'peerscope.capture', options);
  const left = group.tabs.find((tab) => tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === uri.toString());
  if (left !== undefined) await vscode.window.tabGroups.close(left, true);
}
