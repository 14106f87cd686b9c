/** Problems at lines of files, told by open captures: each stands for as long as a capture tells it. */
import * as vscode from 'vscode';
import type { CaptureDocument } from './document.ts';

/** 0-based places. */
export interface LineProblem {
  readonly uri: vscode.Uri;
  readonly range: vscode.Range;
  readonly text: string;
  readonly severity: vscode.DiagnosticSeverity;
}

export class LineProblems {
  readonly #collection: vscode.DiagnosticCollection;
  /** Of each open capture: mostly the same. */
  readonly #standing = new Map<CaptureDocument, readonly LineProblem[]>();

  constructor(name: string) {
    this.#collection = vscode.languages.createDiagnosticCollection(name);
  }

  dispose(): void {
    this.#collection.dispose();
  }

  /** Takes what a capture tells by an event, until it is closed. */
  follow<T>(document: CaptureDocument, event: vscode.Event<T>, problemsIn: (told: T) => readonly LineProblem[]): void {
    const listening = event((told) => {
      this.#standing.set(document, problemsIn(told));
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
    for (const { uri, range, text, severity } of [...this.#standing.values()].flat()) {
      const diagnostic = new vscode.Diagnostic(range, text, severity);
      diagnostic.source = 'peerscope';
      const own = files.get(uri.toString()) ?? new Map<string, vscode.Diagnostic>();
      files.set(uri.toString(), own.set(`${range.start.line} ${range.start.character} ${text}`, diagnostic));
    }
    this.#collection.clear();
    for (const [uri, diagnostics] of files) this.#collection.set(vscode.Uri.parse(uri), [...diagnostics.values()]);
  }
}
