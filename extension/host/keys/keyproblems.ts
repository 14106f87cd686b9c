/** What is wrong with lines of key logs, among the problems of the workspace at its line; never what stands in them. */
import * as vscode from 'vscode';
import type { LineProblem } from '../capture/lineproblems.ts';
import { type KeysRead, keyLogName } from './keylogs.ts';

export function keyProblems({ uris, problems }: KeysRead): readonly LineProblem[] {
  return problems.flatMap((problem) => uris.flatMap((uri) => problemIn(problem, uri)));
}

/** None where the sentence is about another key log. One about all of it stands at its first line. */
function problemIn(problem: string, uri: vscode.Uri): LineProblem[] {
  const name = keyLogName(uri);
  if (!problem.startsWith(`${name}:`)) return [];
  const [, line = '1', text = ''] = /^(?:(\d+):)? ?(.*)$/s.exec(problem.slice(name.length + 1)) ?? [];
  const range = new vscode.Range(Number(line) - 1, 0, Number(line) - 1, 1000);
  return [{ uri, range, text, severity: vscode.DiagnosticSeverity.Warning }];
}
