/** What host and language server tell each other beyond LSP. */

/** Goes with the initialization, and with every notification `MODULES_CHANGED`. */
export interface LanguageOptions {
  /** Absolute paths of the user's own protocols. */
  readonly modules: readonly string[];
}

/** The list of modules is another one from now on, or a file of it is. */
export const MODULES_CHANGED = 'peerscope/modulesChanged';

/** From the server: paths of the modules that it has loaded, and of what they import. */
export const MODULES_LOADED = 'peerscope/modulesLoaded';
