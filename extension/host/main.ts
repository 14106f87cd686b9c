/** Activation: nothing runs before a capture is opened, a command is called, or the folder holds captures or packet scripts. */
import * as vscode from 'vscode';
import { registerAgents } from './agents/agents.ts';
import { CaptureThreads } from './capture/capturethreads.ts';
import { registerCommands } from './capture/commands.ts';
import type { CaptureDocument } from './capture/document.ts';
import { CaptureEditors } from './capture/editor.ts';
import { reopenRefused } from './capture/refused.ts';
import { registerSample } from './capture/sample.ts';
import { threadFile } from './capture/thread.ts';
import { registerTogether } from './capture/together.ts';
import { ViewMemory } from './capture/viewstate.ts';
import { Warnings } from './capture/warnings.ts';
import { registerComparing } from './comparing/commands.ts';
import { registerDebug } from './debug/debug.ts';
import { KeyLogs } from './keys/keylogs.ts';
import { registerLanguage } from './language/language.ts';
import { registerLive } from './live/live.ts';
import { registerNodes } from './nodes/nodes.ts';
import { registerPreviews } from './scripts/previewing.ts';
import { Previews } from './scripts/previews.ts';

/** What another extension, or a test, gets from `activate`. */
export interface Peerscope {
  /** The captures that are open. */
  readonly documents: ReadonlySet<CaptureDocument>;
}

export function activate(context: vscode.ExtensionContext): Peerscope {
  const log = vscode.window.createOutputChannel('Peerscope', { log: true });
  const keyLogs = new KeyLogs(context.workspaceState, context.secrets);
  const warnings = new Warnings(log, keyLogs);
  const previews = new Previews();
  const memory = new ViewMemory(context.workspaceState);
  const threads = new CaptureThreads(vscode.Uri.joinPath(context.extensionUri, ...threadFile));
  const editors = new CaptureEditors(context.extensionUri, { threads, keyLogs, warnings, memory, previews, log });
  context.subscriptions.push(
    log,
    keyLogs,
    previews,
    editors,
    threads,
    vscode.window.registerCustomEditorProvider('peerscope.capture', editors, { supportsMultipleEditorsPerDocument: true }),
    ...registerCommands(editors, keyLogs),
    ...registerNodes(context, editors),
    ...registerLive(context, editors),
    registerPreviews(previews, editors),
    ...registerTogether(editors),
    ...registerComparing(context, threads, editors, keyLogs),
    ...registerDebug(context, editors, keyLogs),
    ...registerAgents(context, keyLogs),
    ...registerSample(context.extensionUri, editors, keyLogs),
    registerLanguage(context, log, warnings),
    reopenRefused(log),
  );
  return { documents: editors.documents };
}
