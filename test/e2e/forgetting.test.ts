/** Keys that were remembered and forgotten again: nothing of them is left in what the editor stores. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenKeys } from '../golden/open.ts';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

const NAME = 'p2pke_b';
const keyLog = goldenKeys(NAME);
/** Each key as somebody may have written it: hex of either case, base64, and its bytes. */
const traces = [...keyLog.matchAll(/[0-9a-f]{64}/g)].flatMap(([hex]) => {
  const bytes = Buffer.from(hex, 'hex');
  return [Buffer.from(hex), Buffer.from(hex.toUpperCase()), Buffer.from(bytes.toString('base64').slice(0, 40)), bytes];
});

/** Files below a folder that hold a key. */
function holding(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const content = readFileSync(path);
      return traces.some((trace) => content.includes(trace));
    });
}

describe('keys in the keychain', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    workbench.setFolderSetting('peerscope.keyLogs', []);
    inspecting = await Inspecting.open(workbench, `${NAME}.pcapng`);
  });
  afterAll(() => workbench?.dispose());

  /** What the browser stores for the editor: there the workbench of a server keeps states and secrets. */
  const browserStore = (): Promise<string> =>
    workbench.page.evaluate(async () => {
      const out = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
      for (const { name } of await indexedDB.databases()) {
        const database = await new Promise<IDBDatabase>((resolve, reject) => {
          const request = indexedDB.open(name!);
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        for (const store of database.objectStoreNames) {
          const all = await new Promise<unknown[]>((resolve, reject) => {
            const request = database.transaction(store).objectStore(store).getAll();
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
          out.push(
            ...all.map((value) =>
              value instanceof Uint8Array || value instanceof ArrayBuffer
                ? new TextDecoder('latin1').decode(value)
                : JSON.stringify(value),
            ),
          );
        }
        database.close();
      }
      return out.join('\n');
    });
  const isInBrowser = async (): Promise<boolean> => {
    const stored = Buffer.from(await browserStore(), 'latin1');
    return traces.some((trace) => stored.includes(trace));
  };

  it('leave nothing in any store once they are forgotten', async () => {
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await inspecting.frame.locator('#view-keys').click();
    await workbench.page.evaluate((text) => navigator.clipboard.writeText(text), keyLog);
    await inspecting.frame.locator('#keys-from-clipboard').click();
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Remember them' }).click();
    await inspecting.frame.locator('#key-table .key', { hasText: 'decrypts p2pke' }).first().waitFor();
    expect(await browserStore()).toContain('peerscope');
    await workbench.command('Peerscope: Forget All Keys');
    await expect
      .poll(() => workbench.notifications())
      .toContainEqual('Peerscope: all keys that were given by hand are forgotten.');
    await expect.poll(isInBrowser).toBe(false);
    expect(await browserStore()).not.toContain('peerscope.keys');
    // The editor writes its states a moment later.
    await workbench.page.waitForTimeout(3000);
    expect([holding(workbench.server.data), await isInBrowser()]).toEqual([[], false]);
    // The search finds what there is.
    const planted = join(workbench.server.data, 'planted');
    writeFileSync(planted, `x${keyLog.match(/[0-9a-f]{64}/)![0]}`);
    expect(holding(workbench.server.data)).toEqual([planted]);
  });
});
