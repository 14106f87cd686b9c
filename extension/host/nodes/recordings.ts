/**
 * Recordings of test nodes outlive the window in which they were made, for a day: it may have been reloaded by accident, and the
 * inspector that shows one comes back with the window. Whoever opens the workspace again is told where they are.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { reasonOf } from '../../capture/reason.ts';
import { previousOf } from '../../wire/recordings.ts';
import { tellInformation } from '../telling.ts';
import { sweepFolders } from './folders.ts';

const REMEMBERED = 'peerscope.recordings';
/** What all nodes of a window are recorded in together, besides each by itself. */
const TOGETHER = 'all-nodes.pcapng';

export class Recordings {
  readonly #state: vscode.Memento;
  readonly folder: vscode.Uri;

  /** `storage`: what all windows share; each has a folder of its own there. */
  constructor(storage: vscode.Uri, state: vscode.Memento) {
    this.#state = state;
    this.folder = vscode.Uri.joinPath(storage, 'nodes', String(process.pid));
    sweepFolders(dirname(this.folder.fsPath));
  }

  /** A file that is there no more when its node is forgotten. Throws an Error with a sentence. */
  async add(name: string): Promise<vscode.Uri> {
    const { fsPath } = this.folder;
    try {
      mkdirSync(fsPath, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new Error(vscode.l10n.t('The folder {0} cannot be made. {1}', fsPath, reasonOf(error)));
    }
    const recording = vscode.Uri.joinPath(this.folder, name);
    await this.#state.update(REMEMBERED, [...this.#remembered, recording.fsPath]);
    return recording;
  }

  /** The recording of all nodes of the window; it is there while there is a node. */
  get together(): vscode.Uri {
    return vscode.Uri.joinPath(this.folder, TOGETHER);
  }

  /** Tells once of what the window before this one has left. */
  async tellOfEarlier(show: (recording: vscode.Uri) => Promise<void>): Promise<void> {
    const left = this.#remembered.filter((path) => existsSync(path));
    if (this.#remembered.length > 0) await this.#state.update(REMEMBERED, undefined);
    if (left.length === 0) return;
    const folder = dirname(left[0]!);
    const said =
      left.length === 1
        ? vscode.l10n.t('Peerscope: the test node ended with its window. Its recording is kept for a day in {0}.', folder)
        : vscode.l10n.t(
            'Peerscope: {0} test nodes ended with their window. Their recordings are kept for a day in {1}.',
            left.length,
            folder,
          );
    const open = vscode.l10n.t('Show');
    const remove = vscode.l10n.t('Delete');
    const chosen = await tellInformation(said, open, remove);
    if (chosen === open) for (const path of left) await show(vscode.Uri.file(path));
    if (chosen !== remove) return;
    for (const path of left) for (const each of [path, previousOf(path)]) rmSync(each, { force: true });
    rmSync(join(folder, TOGETHER), { force: true });
  }

  get #remembered(): readonly string[] {
    const stored = this.#state.get<unknown>(REMEMBERED);
    return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : [];
  }
}
