/** The `hosts` file beside a capture: names of addresses, in the form of hosts(5). */
import * as vscode from 'vscode';

/** A larger one is not read: it is no list that a person wrote. */
const MOST_BYTES = 1 << 20;

export function hostsBeside(capture: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(capture, '..', 'hosts');
}

/** Its text; empty where there is none. */
export async function readHosts(uri: vscode.Uri): Promise<string> {
  try {
    const { type, size } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.File) === 0 || size > MOST_BYTES) return '';
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return '';
  }
}
