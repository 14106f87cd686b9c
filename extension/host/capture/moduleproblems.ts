/** What is wrong with protocol modules, among the problems of the workspace at its line. */
import * as vscode from 'vscode';
import type { ModuleFaultLine } from '../../wire/inspector.ts';
import type { LineProblem } from './lineproblems.ts';

export function moduleProblems(faults: readonly ModuleFaultLine[]): readonly LineProblem[] {
  return faults.map(({ path, line, column, text }) => {
    const start = new vscode.Position(line - 1, column - 1);
    return {
      ...{ uri: vscode.Uri.file(path), range: new vscode.Range(start, start), text },
      severity: vscode.DiagnosticSeverity.Error,
    };
  });
}
