/** The user's own protocols beside those that are built in. */
import type { Connection } from 'vscode-languageserver';
import { loadProtocols } from '../capture/modules.ts';
import { type LanguageOptions, MODULES_LOADED, type ModulesLoaded } from '../wire/language.ts';
import type { Scripts } from './scripts.ts';

export class Modules {
  readonly #connection: Connection;
  readonly #scripts: Scripts;
  #turn = 0;

  constructor(connection: Connection, scripts: Scripts) {
    this.#connection = connection;
    this.#scripts = scripts;
  }

  /** Reads them as LanguageOptions has them; another client may send anything, or nothing. */
  async use(options: unknown): Promise<void> {
    const turn = ++this.#turn;
    const { modules } = (options ?? {}) as Partial<LanguageOptions>;
    const paths = Array.isArray(modules) ? modules.filter((path) => typeof path === 'string') : [];
    const { protocols, problems, files } = await loadProtocols(paths);
    // A later list may be there sooner.
    if (turn !== this.#turn) return;
    this.#scripts.use(protocols);
    const loaded: ModulesLoaded = { files, problems: problems.map((each) => each.split('\n')[0]!) };
    // It fails when the client has gone: nobody is left to be told.
    this.#connection.sendNotification(MODULES_LOADED, loaded).catch(() => {});
  }
}
