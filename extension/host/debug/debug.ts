/** Captures under VS Code's debugger. */
import * as vscode from 'vscode';
import type { CaptureEditors } from '../capture/editor.ts';
import type { KeyLogs } from '../keys/keylogs.ts';
import { Configurations, configurationOf, DEBUG_TYPE } from './configurations.ts';
import { AdapterFactory, fileOf } from './factory.ts';

/** What the menu of a variable hands over. */
interface OnVariable {
  readonly container?: { readonly variablesReference?: unknown };
  readonly variable?: { readonly name?: unknown };
}

export function registerDebug(extension: vscode.Uri, editors: CaptureEditors, keyLogs: KeyLogs): vscode.Disposable[] {
  const configurations = new Configurations(() => editors.active?.document.uri);
  const onVariable = (command: string, request: string): vscode.Disposable =>
    vscode.commands.registerCommand(`peerscope.${command}`, (given?: OnVariable) =>
      ask(request, { variablesReference: given?.container?.variablesReference, name: given?.variable?.name }),
    );
  editors.onDebug((capture, conversation) => void debugConversation(capture, conversation));
  return [
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, new AdapterFactory(extension, keyLogs)),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurations),
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      configurations,
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (session.type === DEBUG_TYPE && event === 'peerscopePosition') follow(editors, session, body);
    }),
    vscode.commands.registerCommand('peerscope.debugCapture', () => debugCapture(editors)),
    vscode.commands.registerCommand('peerscope.revealSecrets', () => ask('peerscopeReveal', { on: true })),
    vscode.commands.registerCommand('peerscope.hideSecrets', () => ask('peerscopeReveal', { on: false })),
    onVariable('runBackToOrigin', 'peerscopeRunToOrigin'),
    onVariable('runOnToUse', 'peerscopeRunToUse'),
  ];
}

async function debugCapture(editors: CaptureEditors): Promise<void> {
  const capture = editors.active?.document.uri;
  if (capture === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Peerscope: open a capture first.'));
    return;
  }
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(capture), configurationOf(capture));
}

async function debugConversation(capture: vscode.Uri, conversation: number): Promise<void> {
  const configuration = configurationOf(capture, { filter: `conversation == ${conversation}` });
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(capture), configuration);
}

/** A request of our own to the session that a person looks at. */
async function ask(request: string, given: object): Promise<void> {
  const session = vscode.debug.activeDebugSession;
  if (session?.type !== DEBUG_TYPE) return;
  try {
    await session.customRequest(request, given);
  } catch (error) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('Peerscope: {0}', error instanceof Error ? error.message : String(error)),
    );
  }
}

/** The inspector of the capture, where there is one, shows the frame at which the session stands. */
function follow(editors: CaptureEditors, { configuration, workspaceFolder }: vscode.DebugSession, body: unknown): void {
  const frame = typeof body === 'object' && body !== null && 'frame' in body ? body.frame : undefined;
  if (typeof frame !== 'number') return;
  editors.reveal(fileOf(configuration.program, workspaceFolder), frame);
}
