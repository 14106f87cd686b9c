import * as vscode from 'vscode';

/** Where there is no disk, a capture is held in memory as a whole. */
const MAX_BYTES_IN_MEMORY = 1024 * 1024 * 1024;

/** The bytes of a file that may lie anywhere. Throws an Error with a sentence where it is too long. */
export async function readWhole(uri: vscode.Uri): Promise<Uint8Array> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > MAX_BYTES_IN_MEMORY)
    throw new Error(
      vscode.l10n.t(
        'A capture that is not on a disk is read into memory, and this one is longer than {0} MiB.',
        MAX_BYTES_IN_MEMORY / 2 ** 20,
      ),
    );
  // A copy of its own: what is handed to the worker is taken away here, and this may be a part of something larger.
  return Uint8Array.from(await vscode.workspace.fs.readFile(uri));
}
