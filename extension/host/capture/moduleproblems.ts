/** What is wrong with protocol modules, among the problems of the workspace at its line. */
import * as vscode from 'vscode';
import type { ModuleFaultLine } from '../../wire/inspector.ts';
import type { CaptureDocument } from './document.ts';

export class ModuleProblems {
  readonly #collection = vscode.languages.createDiagnosticCollection('peerscope.modules');
  /** What each open capture was told when it loaded its modules: mostly the same. */
  readonly #standing = new Map<CaptureDocument, readonly ModuleFaultLine[]>();

  dispose(): void {
    this.#collection.dispose();
  }

  /** Keeps what a capture is told of its modules for as long as it is open. */
  follow(document: CaptureDocument): void {
    const listening = document.onDidLoadModules((faults) => {
      this.#standing.set(document, faults);
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
    for (const { path, line, column, text } of [...this.#standing.values()].flat()) {
      const start = new vscode.Position(line - 1, column - 1);
      const diagnostic = new vscode.Diagnostic(new vscode.Range(start, start), text, vscode.DiagnosticSeverity.Error);
      diagnostic.source = 'peerscope';
      const own = files.get(path) ?? new Map<string, vscode.Diagnostic>();
      files.set(path, own.set(`${line} ${column} ${text}`, diagnostic));
    }
    this.#collection.clear();
    for (const [path, diagnostics] of files) this.#collection.set(vscode.Uri.file(path), [...diagnostics.values()]);
  }
}
