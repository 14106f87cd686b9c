/** A section of a script in a debug session of its own, and what came of it. */
import * as vscode from 'vscode';
import { DEBUG_TYPE, scriptConfiguration } from './configurations.ts';
import { type SectionFailure, sectionEvent } from './sectionevents.ts';

/** What a session tells of a section that has ended. */
export interface SectionOutcome {
  readonly seconds: number;
  readonly failure?: SectionFailure;
}

/** Undefined where the session was ended before the section. */
export async function debugSection(
  document: vscode.TextDocument,
  at: number,
  token: vscode.CancellationToken,
): Promise<SectionOutcome | undefined> {
  let outcome: SectionOutcome | undefined;
  // Sessions are told apart by a word of their own: the configuration is all that both ends know.
  const run = `${Date.now()}-${Math.random()}`;
  const isOurs = ({ type, configuration }: vscode.DebugSession): boolean => type === DEBUG_TYPE && configuration.run === run;
  const subscriptions: vscode.Disposable[] = [];
  try {
    const ended = new Promise<void>((resolve) => {
      subscriptions.push(
        vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
          const told = isOurs(session) ? sectionEvent(event, body) : undefined;
          if (told?.seconds !== undefined) outcome = { ...told, seconds: told.seconds };
        }),
        vscode.debug.onDidTerminateDebugSession((session) => {
          if (isOurs(session)) resolve();
        }),
        token.onCancellationRequested(() => void vscode.debug.stopDebugging(vscode.debug.activeDebugSession)),
      );
    });
    const configuration = { ...scriptConfiguration(document, at), run };
    if (!(await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(document.uri), configuration))) return undefined;
    await ended;
    return outcome;
  } finally {
    for (const each of subscriptions) each.dispose();
  }
}
