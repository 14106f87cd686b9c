/** Problems go to the client by themselves, a moment after the last key. */
import { type Connection, type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import { rangeOf } from './convert.ts';
import type { Script } from './scripts.ts';

const PAUSE_MS = 150;
export const SOURCE = 'peerscope';

export class Diagnostics {
  readonly #connection: Connection;
  readonly #find: (uri: string) => Script | undefined;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(connection: Connection, find: (uri: string) => Script | undefined) {
    this.#connection = connection;
    this.#find = find;
  }

  /** Tells the problems of a script, unless it changes again before. */
  soon(uri: string): void {
    clearTimeout(this.#timers.get(uri));
    const look = (): void => {
      this.#timers.delete(uri);
      const script = this.#find(uri);
      if (script === undefined) return;
      try {
        this.#tell(uri, diagnosticsOf(script), script.text.version);
      } catch (error) {
        // One script that cannot be judged does not end the others.
        this.#connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
    };
    this.#timers.set(uri, setTimeout(look, PAUSE_MS));
  }

  /** A script that is closed has no problems. */
  clear(uri: string): void {
    clearTimeout(this.#timers.get(uri));
    this.#timers.delete(uri);
    this.#tell(uri, []);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #tell(uri: string, diagnostics: Diagnostic[], version?: number): void {
    // It fails when the client has gone: nobody is left to be told.
    this.#connection.sendDiagnostics({ uri, diagnostics, ...(version === undefined ? {} : { version }) }).catch(() => {});
  }
}

function diagnosticsOf({ text, service }: Script): Diagnostic[] {
  return service.problems().map((problem) => ({
    range: rangeOf(text, problem),
    severity: problem.severity === 'warning' ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error,
    source: SOURCE,
    message: problem.text,
  }));
}
