/** Activation: nothing runs before a capture is opened, a command is called, or the folder holds packet scripts. */
import * as vscode from 'vscode';
import { registerCommands } from './commands.ts';
import type { CaptureDocument } from './document.ts';
import { CaptureEditors } from './editor.ts';
import { KeyLogs } from './keylogs.ts';
import { registerLanguage } from './language.ts';
import { ViewMemory } from './memory.ts';
import { registerNodes } from './nodes.ts';
import { registerSample } from './sample.ts';
import { registerPreviews } from './scripts/previewing.ts';
import { Previews } from './scripts/previews.ts';
import { KeyWarnings } from './warnings.ts';

/** What another extension, or a test, gets from `activate`. */
export interface Peerscope {
  /** The captures that are open. */
  readonly documents: ReadonlySet<CaptureDocument>;
}

export function activate(context: vscode.ExtensionContext): Peerscope {
  const log = vscode.window.createOutputChannel('Peerscope', { log: true });
  const keyLogs = new KeyLogs(context.workspaceState, context.secrets);
  const warnings = new KeyWarnings(log, keyLogs);
  const previews = new Previews();
  const memory = new ViewMemory(context.workspaceState);
  const editors = new CaptureEditors(context.extensionUri, { keyLogs, warnings, memory, previews, log });
  context.subscriptions.push(
    log,
    keyLogs,
    previews,
    editors,
    vscode.window.registerCustomEditorProvider('peerscope.capture', editors, { supportsMultipleEditorsPerDocument: true }),
    ...registerCommands(editors, keyLogs),
    ...registerNodes(context, editors),
    registerPreviews(previews, editors),
    ...registerSample(context.extensionUri, editors, keyLogs),
    registerLanguage(context, log),
  );
  return { documents: editors.documents };
}
