/** What does not hold in a section that is debugged stands at its line, as after a run: while the session stops there, and afterwards. */
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../debug/configurations.ts';
import { fileOf } from '../debug/factory.ts';
import { type SectionEvent, sectionEvent } from '../debug/sectionevents.ts';
import type { Failures } from './failures.ts';

export function followDebugged(failures: Failures): vscode.Disposable {
  return vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
    if (session.type !== DEBUG_TYPE) return;
    const told = sectionEvent(event, body);
    if (told !== undefined) take(failures, session, told);
  });
}

function take(failures: Failures, { configuration, workspaceFolder }: vscode.DebugSession, told: SectionEvent): void {
  const uri = fileOf(configuration.program, workspaceFolder).toString();
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri);
  // What was said of another text stands nowhere in this one.
  if (document === undefined || document.getText() !== told.script) return;
  const { section, failure } = told;
  if (failure === undefined) failures.clear(document.uri, section);
  else failures.set(document, section, failure);
}
