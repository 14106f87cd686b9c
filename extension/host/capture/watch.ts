/** Watches single files, wherever they are. Writers append in small pieces, so changes that come together are told once. */
import * as vscode from 'vscode';

const TOGETHER_MS = 150;

function watchFiles(uris: readonly vscode.Uri[], changed: () => void): vscode.Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watchers = uris.map((uri) => {
    // The folder is watched and its files compared: a file's name may hold what a glob takes for a wildcard.
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), '*'));
    const touched = (file: vscode.Uri): void => {
      if (file.toString() !== uri.toString()) return;
      // The first change sets the time: a log that is written to without a pause is still read.
      timer ??= setTimeout(() => {
        timer = undefined;
        changed();
      }, TOGETHER_MS);
    };
    watcher.onDidChange(touched);
    watcher.onDidCreate(touched);
    watcher.onDidDelete(touched);
    return watcher;
  });
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.dispose();
  });
}

/** A list of files that is watched, and can become another list. */
export class Watched {
  readonly #changed: () => void;
  #watching: vscode.Disposable | undefined;
  #watched = '';

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  set(uris: readonly vscode.Uri[]): void {
    const wanted = uris.join('\n');
    if (wanted === this.#watched) return;
    this.#watched = wanted;
    this.#watching?.dispose();
    this.#watching = watchFiles(uris, this.#changed);
  }

  dispose(): void {
    this.#watching?.dispose();
  }
}
