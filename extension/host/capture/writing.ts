/** A file that is written piece by piece. Where there is no disk, writing.web.ts stands in its place. */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { reasonOf } from '../../capture/reason.ts';
import { Gathered, type Target } from './memorywriter.ts';

/** Throws an Error with a sentence that names the file; so do the calls of what it gives. */
export async function openTarget(uri: vscode.Uri): Promise<Target> {
  if (uri.scheme !== 'file') return new Gathered(uri);
  const path = uri.fsPath;
  return told(path, async () => {
    // A device or a pipe is no file that another one could stand for.
    const isOther = await stat(path).then(
      (found) => !found.isFile(),
      () => false,
    );
    const beside = isOther ? path : `${path}.part`;
    return new Written(path, beside, await open(beside, 'w'));
  });
}

/** A file beside the one that it becomes, so that one which is cut short takes nobody's place. */
class Written implements Target {
  readonly #path: string;
  readonly #beside: string;
  readonly #handle: FileHandle;

  constructor(path: string, beside: string, handle: FileHandle) {
    this.#path = path;
    this.#beside = beside;
    this.#handle = handle;
  }

  async add(bytes: Uint8Array): Promise<void> {
    await told(this.#path, () => this.#handle.writeFile(bytes));
  }

  async end(isWhole: boolean): Promise<void> {
    const [path, beside] = [this.#path, this.#beside];
    // A file that is given up need not have found room.
    await (isWhole ? told(path, () => this.#handle.close()) : this.#handle.close().catch(() => {}));
    if (beside === path) return;
    if (isWhole) await told(path, () => rename(beside, path));
    else await rm(beside, { force: true });
  }
}

async function told<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new Error(vscode.l10n.t('{0} cannot be written. {1}', path, reasonOf(error)));
  }
}
