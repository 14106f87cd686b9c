/** What host and language server tell each other beyond LSP. */

/** Goes with the initialization, and with every notification `MODULES_CHANGED`. */
export interface LanguageOptions {
  /** Absolute paths of the user's own protocols. */
  readonly modules: readonly string[];
}

/** The list of modules is another one from now on, or a file of it is. */
export const MODULES_CHANGED = 'peerscope/modulesChanged';
