/** A file that is written piece by piece. Where there is no disk, writing.web.ts stands in its place. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type * as vscode from 'vscode';
import { Gathered, type Target } from './gathered.ts';

export async function openTarget(uri: vscode.Uri): Promise<Target> {
  if (uri.scheme !== 'file') return new Gathered(uri);
  return new Written(uri.fsPath, await open(`${uri.fsPath}.part`, 'w'));
}

/** A file beside the one that it becomes, so that one which is cut short takes nobody's place. */
class Written implements Target {
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async add(bytes: Uint8Array): Promise<void> {
    await this.#handle.writeFile(bytes);
  }

  async end(isWhole: boolean): Promise<void> {
    await this.#handle.close();
    if (isWhole) await rename(`${this.#path}.part`, this.#path);
    else await rm(`${this.#path}.part`, { force: true });
  }
}
