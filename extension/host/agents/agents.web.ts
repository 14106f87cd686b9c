/** A browser has no files on a disk and no threads of Node: the tools say so. */
import * as vscode from 'vscode';
import { editorNameOf, tools } from '../../agents/declarations.ts';

export function registerAgents(): vscode.Disposable[] {
  if (typeof (vscode.lm as Partial<typeof vscode.lm> | undefined)?.registerTool !== 'function') return [];
  const invoke = (): never => {
    throw new Error(vscode.l10n.t('Peerscope: tools for agents need VS Code on a desktop or a server.'));
  };
  return tools.map((tool) => vscode.lm.registerTool(editorNameOf(tool), { invoke }));
}
