/** What the tests of the extension host share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ThreadSource } from '../../extension/host/capture/capturethreads.ts';
import { startThread } from '../../extension/host/capture/thread.ts';
import type { Peerscope } from '../../extension/host/main.ts';

const fakeWorker = vscode.Uri.file(join(__dirname, 'fake', 'worker.cjs'));
/** Threads that dissect nothing. */
export const fakeThreads: ThreadSource = { start: (ends) => startThread(fakeWorker, 'fake', ends) };

export function workspaceFile(name: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, name);
}

const folders: string[] = [];

/** A folder that is gone when the suite ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerscope-host-'));
  folders.push(folder);
  return folder;
}

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export async function activated(): Promise<Peerscope> {
  return await vscode.extensions.getExtension<Peerscope>('peerscope.peerscope')!.activate();
}

export async function write(uri: vscode.Uri, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
}

/** Waits until something is so, as what VS Code does of its own accord has no other end to wait for. */
export async function until(what: string, so: () => boolean | Promise<boolean>, limit = 20_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await so())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${limit / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Workspace state that forgets everything with the test. */
export function memento(): vscode.Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: (key: string, fallback?: unknown) => values.get(key) ?? fallback,
    update: async (key: string, value: unknown) => void values.set(key, value),
  } as vscode.Memento;
}

/** A keychain that forgets everything with the test. */
export function keychain(): vscode.SecretStorage {
  const values = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
  return {
    keys: async () => [...values.keys()],
    get: async (key: string) => values.get(key),
    store: async (key: string, value: string) => {
      values.set(key, value);
      changed.fire({ key });
    },
    delete: async (key: string) => {
      values.delete(key);
      changed.fire({ key });
    },
    onDidChange: changed.event,
  } as vscode.SecretStorage;
}
