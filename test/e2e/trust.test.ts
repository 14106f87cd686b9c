/** A folder one does not trust may name no key logs, modules, programs or addresses; the person in front of it may say otherwise. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

describe('a folder that is not trusted', () => {
  let workbench: Workbench;
  let marker: string;
  beforeAll(async () => {
    workbench = await Workbench.open({ workspaceTrust: true });
    marker = join(workbench.folder, 'module-was-loaded');
    const module = join(workbench.folder, 'evil.mjs');
    writeFileSync(
      module,
      `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(marker)}, ''); export default 1;\n`,
    );
    mkdirSync(join(workbench.folder, '.vscode'), { recursive: true });
    writeFileSync(
      join(workbench.folder, '.vscode', 'settings.json'),
      JSON.stringify({
        'peerscope.keyLogs': ['nowhere.keys'],
        'peerscope.protocolModules': ['evil.mjs'],
        'peerscope.node.otherAddresses': true,
        'peerscope.wireshark': module,
        'peerscope.limits': { threadMemory: 1 },
        'peerscope.node.limits': { links: 1 },
      }),
    );
    await workbench.openFile('p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  it('opens captures; its key logs are not read, its modules not loaded, its limits not taken', async () => {
    // Its rows are there with a thread of a megabyte, which would end, had the folder a say.
    await (await workbench.inspectorFrame()).getByText('InitHello').first().waitFor();
    await workbench.page.waitForTimeout(2000);
    expect(await workbench.notifications()).toEqual([]);
    expect(existsSync(marker)).toBe(false);
  });

  it('starts no program for a live capture', async () => {
    await workbench.command('Start Live Capture');
    await expect
      .poll(() => workbench.notifications(), { timeout: 20_000 })
      .toEqual(['Peerscope: live captures need a trusted workspace.']);
  });

  it('has its key logs read and its modules loaded once it is trusted', async () => {
    await workbench.trust();
    await expect
      .poll(() => workbench.notifications(), { timeout: 20_000 })
      .toEqual(expect.arrayContaining([expect.stringContaining('nowhere.keys')]));
    await expect.poll(() => existsSync(marker), { timeout: 20_000 }).toBe(true);
    await workbench.screenshot('trusted');
  });
});
