/** The client of the language server in a browser: the server is a worker. */
import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions, MessageTransports } from 'vscode-languageclient';
import { BrowserMessageReader, BrowserMessageWriter, LanguageClient, State } from 'vscode-languageclient/browser';
import { readBundle } from '../capture/thread.web.ts';

/** As much of the browser's worker as is used here; the rest is the client's to know. */
type WebWorker = ConstructorParameters<typeof BrowserMessageReader>[0] & { terminate(): void };
declare const Worker: new (url: string, options: { readonly name: string }) => WebWorker;

export function languageClient(extension: vscode.Uri, options: LanguageClientOptions): BaseLanguageClient {
  let worker: WebWorker | undefined;
  const start = async (): Promise<MessageTransports> => {
    const bytes = await readBundle(vscode.Uri.joinPath(extension, 'dist', 'web', 'server.js'));
    worker?.terminate();
    worker = new Worker(URL.createObjectURL(new Blob([bytes], { type: 'text/javascript' })), {
      name: 'peerscope-scripts',
    });
    return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
  };
  const client = new LanguageClient('peerscope.packet', vscode.l10n.t('Packet Scripts'), start, options);
  client.onDidChangeState(({ newState }) => {
    // A worker does not end of itself.
    if (newState === State.Stopped) worker?.terminate();
  });
  return client;
}
