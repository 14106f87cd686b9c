/** A run of a test node or of a section of a packet script beside the run before. */
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { NodeState } from '../../wire/node.ts';
import { previousOf } from '../../wire/recordings.ts';
import { choose } from '../questions.ts';
import { tellInformation } from '../telling.ts';

/** What is asked for the runs that there are. */
export interface Runs {
  readonly states: readonly NodeState[];
  /** Where recordings lie. */
  readonly folder: vscode.Uri;
}

/** A is the run before. */
export async function comparePrevious(recording: vscode.Uri): Promise<void> {
  const previous = recording.with({ path: previousOf(recording.path) });
  await vscode.commands.executeCommand('peerscope.compareAgain', previous, recording);
}

/** Of the capture that a person looks at, if it is such a recording; else of the run that they choose. */
export async function askPrevious({ states, folder }: Runs, shown: vscode.Uri | undefined): Promise<void> {
  const recordings = recordingsIn(folder);
  const meant = recordings.find(({ fsPath }) => fsPath === shown?.fsPath);
  if (meant !== undefined) return comparePrevious(meant);
  if (recordings.length === 0) {
    void tellInformation(vscode.l10n.t('Peerscope: no test node and no section of a script has run twice.'));
    return;
  }
  const items = recordings.map((recording) => ({ label: labelOf(recording, states), recording }));
  const chosen = items.length === 1 ? items[0] : await choose(items, { title: vscode.l10n.t('Compare with Previous Recording') });
  if (chosen !== undefined) await comparePrevious(chosen.recording);
}

/** Those beside which that of the run before lies. */
function recordingsIn(folder: vscode.Uri): vscode.Uri[] {
  if (!existsSync(folder.fsPath)) return [];
  return readdirSync(folder.fsPath)
    .filter((name) => name.endsWith('.pcapng'))
    .map((name) => vscode.Uri.joinPath(folder, name))
    .filter(({ fsPath }) => existsSync(previousOf(fsPath)));
}

function labelOf({ fsPath }: vscode.Uri, states: readonly NodeState[]): string {
  const node = states.find(({ recording }) => recording === fsPath);
  return node === undefined ? basename(fsPath) : `${node.protocol} ${node.where}`;
}
