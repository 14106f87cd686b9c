/** What is wrong with lines of key logs, among the problems of the workspace at its line; never what stands in them. */
import * as vscode from 'vscode';
import type { CaptureDocument } from '../capture/document.ts';
import { type KeysRead, keyLogName } from './keylogs.ts';

export class KeyProblems {
  readonly #collection = vscode.languages.createDiagnosticCollection('peerscope.keys');
  /** Of each open capture: mostly the same. */
  readonly #standing = new Map<CaptureDocument, KeysRead>();

  dispose(): void {
    this.#collection.dispose();
  }

  /** Keeps what a capture is told of its key logs for as long as it is open. */
  follow(document: CaptureDocument): void {
    const listening = document.onDidReadKeys((read) => {
      this.#standing.set(document, read);
      this.#show();
    });
    document.onDidDispose(() => {
      listening.dispose();
      this.#standing.delete(document);
      this.#show();
    });
  }

  #show(): void {
    const files = new Map<string, Map<string, vscode.Diagnostic>>();
    for (const { uris, problems } of this.#standing.values())
      for (const problem of problems)
        for (const uri of uris) {
          const line = lineIn(problem, keyLogName(uri));
          if (line === undefined) continue;
          const own = files.get(uri.toString()) ?? new Map<string, vscode.Diagnostic>();
          files.set(uri.toString(), own.set(problem, line));
        }
    this.#collection.clear();
    for (const [uri, lines] of files) this.#collection.set(vscode.Uri.parse(uri), [...lines.values()]);
  }
}

/** Undefined where the sentence is about another key log. One about all of it stands at its first line. */
function lineIn(problem: string, name: string): vscode.Diagnostic | undefined {
  if (!problem.startsWith(`${name}:`)) return undefined;
  const [, line = '1', text = ''] = /^(?:(\d+):)? ?(.*)$/s.exec(problem.slice(name.length + 1)) ?? [];
  const range = new vscode.Range(Number(line) - 1, 0, Number(line) - 1, 1000);
  const diagnostic = new vscode.Diagnostic(range, text, vscode.DiagnosticSeverity.Warning);
  diagnostic.source = 'peerscope';
  return diagnostic;
}
