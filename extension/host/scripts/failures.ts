/** What did not hold when a script ran, at its line, until the script changes; with what came, to be taken over. */
import * as vscode from 'vscode';
import type { Result } from './result.ts';

type Failure = NonNullable<Result['failure']>;

/** The edit that makes a statement hold, and where it is offered. */
interface Mended {
  readonly edit: vscode.WorkspaceEdit;
  readonly at: vscode.Range;
}

export class Failures implements vscode.CodeActionProvider {
  readonly #collection = vscode.languages.createDiagnosticCollection('peerscope.runs');
  /** By script and section. */
  readonly #sections = new Map<string, Map<number, vscode.Diagnostic>>();
  readonly #mended = new WeakMap<vscode.Diagnostic, Mended>();
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor() {
    this.#subscriptions = [
      this.#collection,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.clear(document.uri);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.clear(uri)),
      vscode.languages.registerCodeActionsProvider('packet', this, { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }),
    ];
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
  }

  /** Of one section, or of all. */
  clear(uri: vscode.Uri, section?: number): void {
    const own = this.#sections.get(uri.toString());
    if (section === undefined) this.#sections.delete(uri.toString());
    else own?.delete(section);
    this.#collection.set(uri, section === undefined ? [] : [...(own?.values() ?? [])]);
  }

  set(document: vscode.TextDocument, section: number, { at, text, mended }: Failure): void {
    const line = document.lineAt(document.positionAt(at)).range;
    const place = mended === undefined ? line : rangeOf(document, mended);
    const diagnostic = new vscode.Diagnostic(place, text, vscode.DiagnosticSeverity.Error);
    diagnostic.source = vscode.l10n.t('Packet script run');
    if (mended !== undefined) {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, place, mended.text);
      // A debugger stands at the line of the statement, the value may be some lines below.
      this.#mended.set(diagnostic, { edit, at: line.union(place) });
    }
    const own = this.#sections.get(document.uri.toString()) ?? new Map<number, vscode.Diagnostic>();
    this.#sections.set(document.uri.toString(), own.set(section, diagnostic));
    this.#collection.set(document.uri, [...own.values()]);
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return (this.#collection.get(document.uri) ?? []).flatMap((diagnostic) => {
      const mended = this.#mended.get(diagnostic);
      if (mended?.at.intersection(range) === undefined) return [];
      const action = new vscode.CodeAction(vscode.l10n.t('Expect what came'), vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      action.edit = mended.edit;
      action.isPreferred = true;
      return [action];
    });
  }
}

function rangeOf(document: vscode.TextDocument, { start, end }: { readonly start: number; readonly end: number }): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
