/** Files that a setting names by their paths. */
import * as vscode from 'vscode';

/** The last part of its path. */
export function nameOf({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** On a disk of whatever system: `/captures`, `C:\\captures`. */
function isAbsolute(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** The files of a list `peerscope.NAME`: absolute, or relative to the folder of the capture. A path without one is a problem. */
export function configuredFiles(name: string, resource: vscode.Uri | undefined, problems: string[]): vscode.Uri[] {
  const paths = vscode.workspace.getConfiguration('peerscope', resource).get<unknown>(name);
  if (!Array.isArray(paths)) return [];
  const folder = ((resource && vscode.workspace.getWorkspaceFolder(resource)) ?? vscode.workspace.workspaceFolders?.[0])?.uri;
  const uris: vscode.Uri[] = [];
  for (const path of paths) {
    if (typeof path !== 'string' || path === '')
      problems.push(vscode.l10n.t('{0}: every entry is the path of a file.', `peerscope.${name}`));
    else if (isAbsolute(path)) uris.push(!folder || folder.scheme === 'file' ? vscode.Uri.file(path) : folder.with({ path }));
    else if (folder) uris.push(vscode.Uri.joinPath(folder, path));
    else problems.push(vscode.l10n.t('{0}: "{1}" is relative, but no folder is open.', `peerscope.${name}`, path));
  }
  return uris;
}
