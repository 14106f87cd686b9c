/** The language of packet scripts: its server starts with the first script that is opened, and captures never start it. */
import * as vscode from 'vscode';
import type { LanguageOptions } from '../../wire/language.ts';
import { configuredFiles } from '../capture/files.ts';
import { onDidChangeSettings } from '../capture/settings.ts';
import type { Warnings } from '../capture/warnings.ts';
import { Watched } from '../capture/watch.ts';
import type { LanguageServer } from './server.ts';

export function registerLanguage(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  warnings: Warnings,
): vscode.Disposable {
  return new Language(context.extensionUri, log, warnings);
}

class Language {
  readonly #extension: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #warnings: Warnings;
  readonly #modules = new Watched(() => void this.#tell());
  readonly #subscriptions: vscode.Disposable[];
  #server: Promise<LanguageServer | undefined> | undefined;
  #told = '';

  constructor(extension: vscode.Uri, log: vscode.LogOutputChannel, warnings: Warnings) {
    this.#warnings = warnings;
    this.#extension = extension;
    this.#log = log;
    this.#subscriptions = [
      this.#modules,
      vscode.workspace.onDidOpenTextDocument((document) => this.#opened(document)),
      onDidChangeSettings(() => {
        const before = this.#told;
        if (this.#server !== undefined && told(this.#options()) !== before) void this.#tell();
      }),
    ];
    for (const document of vscode.workspace.textDocuments) this.#opened(document);
  }

  async dispose(): Promise<void> {
    for (const each of this.#subscriptions) each.dispose();
    await (await this.#server)?.stop();
  }

  #opened({ languageId }: vscode.TextDocument): void {
    if (languageId === 'packet') this.#server ??= this.#start();
  }

  async #start(): Promise<LanguageServer | undefined> {
    try {
      // Until then nobody pays for reading the client's code.
      const { LanguageServer } = await import('./server.ts');
      return await LanguageServer.start(
        this.#extension,
        this.#log,
        () => this.#options(),
        ({ files, problems }) => {
          this.#modules.set(files.map((path) => vscode.Uri.file(path)));
          this.#warnings.set(this, problems);
        },
      );
    } catch (error) {
      // The client has told it.
      this.#log.error(error instanceof Error ? error : String(error));
      return undefined;
    }
  }

  async #tell(): Promise<void> {
    const options = this.#options();
    await (await this.#server)?.changed(options);
  }

  /** One server reads the scripts of all folders, so it has the modules of all. */
  #options(): LanguageOptions {
    const folders = vscode.workspace.workspaceFolders?.map(({ uri }) => uri) ?? [vscode.Uri.parse('untitled:')];
    const problems: string[] = [];
    const files = folders.flatMap((folder) => configuredFiles('protocolModules', folder, problems));
    const modules = [...new Map(files.map((uri) => [uri.toString(), uri])).values()].filter(({ scheme }) => scheme === 'file');
    for (const problem of problems) this.#log.warn(problem);
    const options = { modules: modules.map(({ fsPath }) => fsPath) };
    this.#told = told(options);
    return options;
  }
}

function told({ modules }: LanguageOptions): string {
  return modules.join('\n');
}
