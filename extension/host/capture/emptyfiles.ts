/** Files that are made of something else than bytes: VS Code looks whether what an editor shows is there. */
import * as vscode from 'vscode';

export const emptyFiles: vscode.FileSystemProvider = {
  onDidChangeFile: () => ({ dispose() {} }),
  watch: () => ({ dispose() {} }),
  stat: () => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: 0 }),
  readDirectory: () => [],
  readFile: () => new Uint8Array(0),
  createDirectory: readonly,
  writeFile: readonly,
  delete: readonly,
  rename: readonly,
};

function readonly(): never {
  throw vscode.FileSystemError.NoPermissions();
}
