/** A folder one does not trust may not name key logs; the person in front of it may say otherwise. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

describe('a folder that is not trusted', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open({ workspaceTrust: true });
    workbench.setFolderSetting('peerscope.keyLogs', ['nowhere.keys']);
    await workbench.openFile('p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  it('opens captures, and its key logs are not read', async () => {
    await workbench.inspectorFrame();
    await workbench.page.waitForTimeout(2000);
    expect(await workbench.notifications()).toEqual([]);
  });

  it('has its key logs read once it is trusted', async () => {
    await workbench.trust();
    await expect.poll(() => workbench.notifications(), { timeout: 20_000 }).toEqual([expect.stringContaining('nowhere.keys')]);
    await workbench.screenshot('trusted');
  });
});
