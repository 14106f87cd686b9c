/** A protocol of the user's own in the editor: layers of its own names, decrypted records, filters over them. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samples } from '../../extension/workbench/paths.ts';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('a protocol of your own', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open({ files: [join(samples, 'protocols', 'libp2p.pcap')] });
    workbench.setFolderSetting('peerscope.protocolModules', ['protocols/libp2p.js']);
    // The samples' folder names other key logs.
    workbench.setFolderSetting('peerscope.keyLogs', ['protocols/libp2p.keys']);
    inspecting = await Inspecting.open(workbench, 'libp2p.pcap');
  });
  afterAll(() => workbench?.dispose());

  const filter = async (text: string): Promise<void> => {
    await inspecting.frame.locator('#filter').fill(text);
    await inspecting.press('Enter');
  };

  it('is decoded and decrypted', async () => {
    await inspecting.frame.locator('#messages-only').click();
    await inspecting.counts('messages', 68);
    await inspecting.counts('encrypted', 0);
    expect(await inspecting.frame.locator('#filter').getAttribute('placeholder')).toContain('Filter: libp2p && ');
    await expect.poll(async () => (await inspecting.cells(0)).slice(-2)).toEqual(['multistream', '/multistream/1.0.0']);
  });

  it('shows a message with all its layers, each with its own Source', async () => {
    await filter('identify');
    await workbench.screenshot('own-protocol');
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^2 rows/);
    await inspecting.select(0);
    for (const layer of ['noise', 'yamux', 'identify']) await inspecting.field(layer).first().waitFor();
    await inspecting.tab('Decrypted').first().waitFor();
    await workbench.screenshot('own-protocol-layers');
  });

  it('has its fields completed and found', async () => {
    await inspecting.frame.locator('#filter').fill('');
    await inspecting.frame.locator('#filter').focus();
    await workbench.page.keyboard.type('yamux.str', { delay: 15 });
    await expect
      .poll(() => inspecting.frame.locator('#filter-options [role=option] .insert').allInnerTexts())
      .toContain('yamux.stream_id');
    await inspecting.press('Escape');
    await filter('yamux.stream_id == 7');
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^\d+ rows/);
    await expect.poll(async () => (await inspecting.cells(0)).join(' ')).toContain('stream 7');
  });
});
