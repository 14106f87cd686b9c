/** Edits of a script for a client to apply. */
import type { TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { Abilities } from './abilities.ts';
import type { Script } from './scripts.ts';

export function workspaceEditOf({ text }: Script, edits: TextEdit[], { versions }: Abilities): WorkspaceEdit {
  const { uri, version } = text;
  // With its version an edit does nothing to a text that has become another one meanwhile.
  return versions ? { documentChanges: [{ textDocument: { uri, version }, edits }] } : { changes: { [uri]: edits } };
}
