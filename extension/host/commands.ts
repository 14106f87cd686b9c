/** The commands of the palette and of the editor's title. */
import * as vscode from 'vscode';
import { pageCommands } from '../wire/inspector.ts';
import type { CaptureEditors } from './editor.ts';
import { type KeyLogs, keyLogName } from './keylogs.ts';
import { openInWireshark } from './wireshark.ts';

export function registerCommands(editors: CaptureEditors, keyLogs: KeyLogs): vscode.Disposable[] {
  return [
    // A menu passes what it was opened on, which is no list; only a caller who knows the files passes a list of them.
    vscode.commands.registerCommand('peerscope.addKeyLog', (files?: unknown) =>
      addKeyLog(editors, keyLogs, Array.isArray(files) ? files.filter((each) => each instanceof vscode.Uri) : undefined),
    ),
    vscode.commands.registerCommand('peerscope.goToFrame', (frame?: unknown) =>
      goToFrame(editors, typeof frame === 'number' ? frame : undefined),
    ),
    vscode.commands.registerCommand('peerscope.openInWireshark', (place?: unknown) => {
      const frame = typeof place === 'object' && place !== null && 'frame' in place ? place.frame : undefined;
      if (editors.active !== undefined)
        openInWireshark(editors.active.document.uri, typeof frame === 'number' ? frame : undefined);
    }),
    ...pageCommands.map((name) =>
      vscode.commands.registerCommand(`peerscope.${name}`, (place?: unknown) => editors.active?.command({ name, place })),
    ),
  ];
}

/** Asks for key logs unless `files` names them, remembers them, and gives them to every open capture; false when cancelled. */
async function addKeyLog(editors: CaptureEditors, keyLogs: KeyLogs, files: vscode.Uri[] | undefined): Promise<boolean> {
  const chosen = files ?? (await askForKeyLogs(editors));
  if (chosen === undefined || chosen.length === 0) return false;
  await keyLogs.add(chosen);
  const reports = await Promise.allSettled([...editors.documents].map((document) => document.sendKeys()));
  const failed = reports.some((report) => report.status === 'rejected' || report.value.problems.length > 0);
  const known = [...editors.documents].reduce((most, { overview }) => Math.max(most, overview.keys), 0);
  if (!failed && known === 0 && editors.documents.size > 0)
    void vscode.window.showWarningMessage(`Peerscope: ${chosen.map(keyLogName).join(', ')} holds no key.`);
  return true;
}

async function askForKeyLogs(editors: CaptureEditors): Promise<vscode.Uri[] | undefined> {
  const beside = editors.active?.document.uri;
  return vscode.window.showOpenDialog({
    title: 'Add Key Log',
    openLabel: 'Add',
    canSelectMany: true,
    filters: { 'Key logs': ['keys', 'keylog', 'log', 'txt'], 'All files': ['*'] },
    ...(beside ? { defaultUri: vscode.Uri.joinPath(beside, '..') } : {}),
  });
}

async function goToFrame(editors: CaptureEditors, wanted: number | undefined): Promise<void> {
  const tab = editors.active;
  if (tab === undefined) {
    void vscode.window.showInformationMessage('Peerscope: open a capture first.');
    return;
  }
  const { frames } = tab.document.overview;
  const answer =
    wanted !== undefined
      ? String(wanted)
      : await vscode.window.showInputBox({
          title: 'Go to Frame',
          prompt: `A frame number from 1 to ${frames}`,
          validateInput: (text) => unfit(text, frames),
        });
  if (answer !== undefined && unfit(answer, frames) === undefined) tab.reveal(Number(answer));
}

function unfit(text: string, frames: number): string | undefined {
  const fits = /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= frames;
  return fits ? undefined : `A frame number from 1 to ${frames}`;
}
