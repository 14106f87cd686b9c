/** The running language server, as the host talks to it. */
import type * as vscode from 'vscode';
import { type BaseLanguageClient, type LanguageClientOptions, RevealOutputChannelOn } from 'vscode-languageclient';
import { type LanguageOptions, MODULES_CHANGED, MODULES_LOADED, type ModulesLoaded } from '../../wire/language.ts';
import { languageClient } from './client.ts';
import { restarts } from './restarts.ts';
import { suggestAgain } from './suggestagain.ts';

export class LanguageServer {
  readonly #client: BaseLanguageClient;

  private constructor(client: BaseLanguageClient) {
    this.#client = client;
  }

  /** `options` is asked again when the server is started again. */
  static async start(
    extension: vscode.Uri,
    log: vscode.LogOutputChannel,
    options: () => LanguageOptions,
    loaded: (modules: ModulesLoaded) => void,
  ): Promise<LanguageServer> {
    const wanted: LanguageClientOptions = {
      // By language alone: a script may lie in a virtual folder, or nowhere yet.
      documentSelector: [{ language: 'packet' }],
      diagnosticCollectionName: 'peerscope.packet',
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: options,
      errorHandler: restarts(() => client),
      middleware: suggestAgain,
    };
    const client = languageClient(extension, wanted);
    client.onNotification(MODULES_LOADED, loaded);
    await client.start();
    return new LanguageServer(client);
  }

  async changed(options: LanguageOptions): Promise<void> {
    // One that is just started again has asked for them itself.
    if (this.#client.isRunning()) await this.#client.sendNotification(MODULES_CHANGED, options);
  }

  async stop(): Promise<void> {
    // It may be about to start again, or not answer any more; then it ends with the host.
    await this.#client.dispose().catch(() => {});
  }
}
