/** The client of the language server in Node: the server is a process beside the host. In a browser languageclient.web.ts stands in its place. */
import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';

export function languageClient(extension: vscode.Uri, options: LanguageClientOptions): BaseLanguageClient {
  const module = vscode.Uri.joinPath(extension, 'dist', 'server.cjs').fsPath;
  const server = { module, transport: TransportKind.ipc };
  return new LanguageClient('peerscope.packet', vscode.l10n.t('Packet Scripts'), server, options);
}
