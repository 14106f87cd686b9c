/** Findings among the problems of the workspace: each names its frame by the line, and its rule leads there. */
import * as vscode from 'vscode';
import type { FindingLine, FindingPart } from '../../wire/inspector.ts';
import type { CaptureDocument } from './document.ts';

/** More than that says no more; the inspector has them all. */
const MOST = 500;
/** Findings come in crowds while a capture is read. */
const PAUSE_MS = 500;

type Severity = 'error' | 'warning' | 'note';
const shown: Readonly<Record<string, readonly Severity[]>> = {
  off: [],
  errors: ['error'],
  warnings: ['error', 'warning'],
  all: ['error', 'warning', 'note'],
};
const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  note: vscode.DiagnosticSeverity.Information,
};

export class Problems {
  readonly #collection = vscode.languages.createDiagnosticCollection('peerscope');

  dispose(): void {
    this.#collection.dispose();
  }

  /** Keeps the problems of a capture for as long as it is open. */
  follow(document: CaptureDocument): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let told = '';
    const look = async (): Promise<void> => {
      const { generation, done, findings } = document.overview;
      const wanted = this.#wanted(document.uri);
      const state = `${generation} ${done} ${findings} ${wanted}`;
      if (!done || state === told) return;
      told = state;
      const diagnostics = wanted.length === 0 || findings === 0 ? [] : await this.#read(document, wanted).catch(() => []);
      if (!closed) this.#collection.set(document.uri, diagnostics);
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void look(), PAUSE_MS);
    };
    let closed = false;
    const listening = vscode.Disposable.from(
      document.onDidChange(soon),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('peerscope.problems')) soon();
      }),
    );
    document.onDidDispose(() => {
      closed = true;
      clearTimeout(timer);
      listening.dispose();
      this.#collection.delete(document.uri);
    });
    soon();
  }

  #wanted(capture: vscode.Uri): readonly Severity[] {
    const level = vscode.workspace.getConfiguration('peerscope', capture).get<string>('problems') ?? 'warnings';
    return shown[level] ?? [];
  }

  async #read(document: CaptureDocument, wanted: readonly Severity[]): Promise<vscode.Diagnostic[]> {
    const question = { view: 'findings', question: 'rows', params: { start: 0, count: MOST, closed: [] } };
    const { rows } = (await document.ask('view', question)) as FindingPart;
    let group: Extract<FindingLine, { kind: 'group' }> | undefined;
    const diagnostics: vscode.Diagnostic[] = [];
    for (const line of rows) {
      if (line.kind === 'group') group = line;
      else if (group !== undefined && wanted.includes(group.severity)) diagnostics.push(diagnostic(document.uri, group, line));
    }
    return diagnostics;
  }
}

function diagnostic(
  capture: vscode.Uri,
  { rule, severity, clause }: Extract<FindingLine, { kind: 'group' }>,
  { frame, message, text }: Extract<FindingLine, { kind: 'finding' }>,
): vscode.Diagnostic {
  const range = new vscode.Range(frame - 1, 0, frame - 1, 0);
  const one = new vscode.Diagnostic(
    range,
    vscode.l10n.t('Frame {0}, {1}: {2} ({3})', frame, message, text, clause),
    severities[severity],
  );
  one.source = 'peerscope';
  const place = encodeURIComponent(JSON.stringify([capture.toString(), frame]));
  one.code = { value: rule, target: vscode.Uri.parse(`command:peerscope.showFrame?${place}`) };
  return one;
}
