/** A thread for a capture, in a browser. */
import * as vscode from 'vscode';
import type { Thread, ThreadEnds } from './thread.ts';

/** As much of the browser's worker as is used here. */
interface WebWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onmessageerror: (() => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): void;
}
declare const Worker: new (url: string, options: { readonly name: string }) => WebWorker;

export const threadFile = ['dist', 'web', 'worker.js'];

/** The bundle comes from another origin than the host's page, so it is read and started as a Blob. */
export function startThread(file: vscode.Uri, name: string, ends: ThreadEnds): Thread {
  let worker: WebWorker | undefined;
  let isOver = false;
  const waiting: [unknown, ArrayBuffer[]][] = [];
  const start = async (): Promise<void> => {
    const bytes = await readBundle(file);
    if (isOver) return;
    const url = URL.createObjectURL(new Blob([bytes], { type: 'text/javascript' }));
    worker = new Worker(url, { name });
    worker.onmessage = ({ data }) => ends.message(data);
    worker.onmessageerror = () => ends.ended(vscode.l10n.t('The dissection sent what cannot be read.'));
    worker.onerror = ({ message }) =>
      ends.ended(vscode.l10n.t('The dissection stopped: {0}', message ?? vscode.l10n.t('for an unknown reason')));
    for (const [message, transfer] of waiting.splice(0)) worker.postMessage(message, transfer);
  };
  start().catch((error: unknown) =>
    ends.ended(vscode.l10n.t('The dissection could not be started: {0}', error instanceof Error ? error.message : String(error))),
  );
  return {
    post(message, transfer) {
      if (worker === undefined) waiting.push([message, transfer]);
      else worker.postMessage(message, transfer);
    },
    terminate() {
      isOver = true;
      worker?.terminate();
    },
  };
}

/** Extensions that are served as they are lie at addresses that no file system knows. */
export async function readBundle(file: vscode.Uri): Promise<Uint8Array<ArrayBuffer>> {
  if (!file.scheme.startsWith('http')) return Uint8Array.from(await vscode.workspace.fs.readFile(file));
  return new Uint8Array(await (await fetch(file.toString(true))).arrayBuffer());
}

/** No thread of a browser tells. */
export function isDebugged(): boolean {
  return false;
}
