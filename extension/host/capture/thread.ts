/** A thread for a capture, in Node. Where there is no Node, thread.web.ts stands in its place. */
import { url } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import { captureLimit } from './capturelimit.ts';
import { failureOf } from './failureof.ts';

/** A thread that messages go to and come from. */
export interface Thread {
  post(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): void;
}

/** What a thread tells. `ended` is called when it ends of itself. */
export interface ThreadEnds {
  message(message: unknown): void;
  ended(reason: string): void;
}

/** The bundle beside the extension that a thread runs. */
export const threadFile = ['dist', 'worker.cjs'];

export function startThread(file: vscode.Uri, name: string, ends: ThreadEnds): Thread {
  // What a capture takes is its thread's affair: this process has other captures, and other extensions.
  const worker = new Worker(file.fsPath, { name, resourceLimits: { maxOldGenerationSizeMb: captureLimit('threadMemory') } });
  worker.on('message', ends.message);
  worker.on('messageerror', (error) => ends.ended(vscode.l10n.t('The dissection sent what cannot be read: {0}', error.message)));
  worker.on('error', (error) => ends.ended(vscode.l10n.t('The dissection stopped: {0}', failureOf(error))));
  worker.on('exit', (code) => ends.ended(vscode.l10n.t('The dissection stopped with exit code {0}.', code)));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    terminate: () => void worker.terminate(),
  };
}

/** A debugger is attached: what does not return may stand at a breakpoint. */
export function isDebugged(): boolean {
  return url() !== undefined;
}
