/** What host and language server tell each other beyond LSP. */

/** Goes with the initialization, and with every notification `MODULES_CHANGED`. */
export interface LanguageOptions {
  /** Absolute paths of the user's own protocols. */
  readonly modules: readonly string[];
}

/** The list of modules is another one from now on, or a file of it is. */
export const MODULES_CHANGED = 'peerscope/modulesChanged';

/** From the server: it has read the modules. */
export const MODULES_LOADED = 'peerscope/modulesLoaded';

export interface ModulesLoaded {
  /** Paths of the modules, and of what they import. */
  readonly files: readonly string[];
  /** What cannot be used of them, a sentence each. A capture that is open says the same: who shows them shows each once. */
  readonly problems: readonly string[];
}
