/** Captures and packet scripts under VS Code's debugger. */
import * as vscode from 'vscode';
import type { CaptureEditors } from '../capture/editor.ts';
import type { KeyLogs } from '../keys/keylogs.ts';
import { tellInformation, tellWarning } from '../telling.ts';
import { Configurations, configurationOf, DEBUG_TYPE, isScript, scriptConfiguration } from './configurations.ts';
import { AdapterFactory, fileOf } from './factory.ts';
import { InlineValues } from './inlinevalues.ts';
import { partsOf } from './shapes.ts';

/** What the menu of a variable hands over. */
interface OnVariable {
  readonly container?: { readonly variablesReference?: unknown };
  readonly variable?: { readonly name?: unknown };
}

export function registerDebug(
  { extensionUri: extension, globalStorageUri }: vscode.ExtensionContext,
  editors: CaptureEditors,
  keyLogs: KeyLogs,
): vscode.Disposable[] {
  const recordings = vscode.Uri.joinPath(globalStorageUri, 'debug');
  const traffic = new Traffic(editors);
  const configurations = new Configurations(() => editors.active?.document.uri);
  const onVariable = (command: string, request: string): vscode.Disposable =>
    vscode.commands.registerCommand(`peerscope.${command}`, (given?: OnVariable) =>
      ask(request, { variablesReference: given?.container?.variablesReference, name: given?.variable?.name }),
    );
  editors.onDebug((capture, conversation) => void debugConversation(capture, conversation));
  return [
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, new AdapterFactory(extension, keyLogs, recordings)),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurations),
    vscode.languages.registerInlineValuesProvider({ language: 'packet' }, new InlineValues()),
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      configurations,
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (session.type !== DEBUG_TYPE) return;
      if (event === 'peerscopePosition') follow(editors, session, body);
      if (event === 'peerscopeRecording') traffic.show(session, body);
    }),
    // Keys that somebody adds meanwhile open messages from here on.
    keyLogs.onDidChange(() => void giveKeys(keyLogs).catch(() => {})),
    vscode.debug.onDidTerminateDebugSession((session) => traffic.forget(session)),
    vscode.commands.registerCommand('peerscope.debugScript', (uri?: vscode.Uri, at?: number, how?: object) =>
      debugScript(uri, at, how),
    ),
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
    void tellInformation(vscode.l10n.t('Peerscope: open a capture first.'));
    return;
  }
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(capture), configurationOf(capture));
}

async function debugConversation(capture: vscode.Uri, conversation: number): Promise<void> {
  const configuration = configurationOf(capture, { filter: `conversation == ${conversation}` });
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(capture), configuration);
}

/** The section of a script: around a place, or the cursor. */
async function debugScript(uri?: vscode.Uri, at?: number, how: object = {}): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const document = uri === undefined ? editor?.document : await vscode.workspace.openTextDocument(uri);
  if (document?.languageId !== 'packet') return;
  const place = at ?? (editor === undefined ? 0 : document.offsetAt(editor.selection.active));
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(document.uri), scriptConfiguration(document, place, how));
}

/** The traffic of scripts that are debugged, beside them. */
class Traffic {
  readonly #editors: CaptureEditors;
  /** Sessions whose traffic is shown: it grows, and is shown once. */
  readonly #shown = new Set<string>();

  constructor(editors: CaptureEditors) {
    this.#editors = editors;
  }

  /** It follows the stops: each shows the newest frame. */
  show({ id }: vscode.DebugSession, body: unknown): void {
    const { path, frame } = partsOf(body);
    if (typeof path !== 'string') return;
    const uri = vscode.Uri.file(path);
    if (this.#shown.has(id)) {
      if (typeof frame === 'number') this.#editors.reveal(uri, frame);
      return;
    }
    this.#shown.add(id);
    void this.#editors.show(uri, {}, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }

  forget({ id }: vscode.DebugSession): void {
    this.#shown.delete(id);
  }
}

/** All key logs in force, to the capture that a person debugs. */
async function giveKeys(keyLogs: KeyLogs): Promise<void> {
  const session = vscode.debug.activeDebugSession;
  if (session?.type !== DEBUG_TYPE || isScript(session.configuration)) return;
  const { texts } = await keyLogs.read(fileOf(session.configuration.program, session.workspaceFolder));
  await session.customRequest('peerscopeKeys', { logs: texts });
}

/** A request of our own to the session that a person looks at. */
async function ask(request: string, given: object): Promise<void> {
  const session = vscode.debug.activeDebugSession;
  if (session?.type !== DEBUG_TYPE) return;
  try {
    await session.customRequest(request, given);
  } catch (error) {
    void tellWarning(vscode.l10n.t('Peerscope: {0}', error instanceof Error ? error.message : String(error)));
  }
}

/** The inspector of the capture, where there is one, shows the frame at which the session stands. */
function follow(editors: CaptureEditors, { configuration, workspaceFolder }: vscode.DebugSession, body: unknown): void {
  const { frame } = partsOf(body);
  if (typeof frame !== 'number') return;
  editors.reveal(fileOf(configuration.program, workspaceFolder), frame);
}
