/** The BitTorrent DHT, a protocol that is not built in, through the pages of the editor: nothing of them is for the built-in ones alone. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../extension/workbench/freeport.ts';
import { samples } from '../../extension/workbench/paths.ts';
import { Inspecting } from './inspecting.ts';
import { messageEditor, nodeFrame, pressLens, sentBy, startNode } from './nodepage.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };

const address = `127.0.0.1:${await freePort()}`;

describe('the DHT of BitTorrent', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    const files = ['dht.pcap', 'dht.packet'].map((name) => join(samples, 'protocols', name));
    workbench = await Workbench.open({ files, size: { width: 1600, height: 1000 } });
    workbench.setFolderSetting('peerscope.protocolModules', ['protocols/dht.js']);
    workbench.setFolderSetting('peerscope.problems', 'all');
    inspecting = await Inspecting.open(workbench, 'dht.pcap');
  });
  afterAll(() => workbench?.dispose());

  const filter = async (text: string): Promise<void> => {
    await inspecting.frame.locator('#filter').fill(text);
    await inspecting.press('Enter');
  };

  it('is decoded, with its answers beside their questions', async () => {
    await inspecting.frame.locator('#messages-only').click();
    await inspecting.counts('messages', 46);
    await expect.poll(async () => (await inspecting.cells(0)).at(-2)).toBe('find_node');
    await filter('dht.answers');
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^\d+ rows/);
    await inspecting.select(0);
    await inspecting.field('answers').first().waitFor();
    await filter('');
    await workbench.screenshot('dht');
  });

  it('has its fields completed, filtered by, and shown as columns', async () => {
    await inspecting.frame.locator('#filter').focus();
    await workbench.page.keyboard.type('dht.r.nodes.p', { delay: 15 });
    await expect
      .poll(() => inspecting.frame.locator('#filter-options [role=option] .insert').allInnerTexts())
      .toContain('dht.r.nodes.port');
    await inspecting.press('Escape');
    await filter('dht.r.nodes.port');
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^\d+ rows/);
    await filter('');
    await inspecting.chooseFromMenu(inspecting.field('y').first(), 'Apply as Column');
    await expect.poll(() => inspecting.frame.locator('#packet-heads [role=columnheader]').allInnerTexts()).toContain('y');
    await workbench.screenshot('dht-column');
  });

  it('has its findings in the panel of problems, and its messages on the ladder', async () => {
    await inspecting.frame.locator('#view-findings').click();
    await expect
      .poll(() => inspecting.frame.locator('#finding-tree [role=treeitem]').allInnerTexts())
      .toContainEqual(expect.stringContaining('dht.id'));
    await inspecting.frame.locator('#view-ladder').click();
    await inspecting.frame.locator('#ladder .step').first().locator('.label').waitFor();
    await expect
      .poll(() => inspecting.frame.locator('#ladder .step .label').allTextContents())
      .toContainEqual(expect.stringContaining('find_node_response'));
    await workbench.screenshot('dht-ladder');
    await inspecting.frame.locator('#view-packets').click();
    await workbench.command('View: Focus Problems');
    await workbench.page.locator('.markers-panel .monaco-list-row', { hasText: 'dht.id' }).first().waitFor(PATIENCE);
    await workbench.screenshot('dht-problems');
  });

  it('is spoken by test nodes, whose traffic is decoded', async () => {
    await workbench.command('Peerscope: Open Test Node');
    const page = await nodeFrame(workbench);
    await expect
      .poll(() => page.locator('#node-protocol option').allInnerTexts(), PATIENCE)
      .toContainEqual(expect.stringContaining('dht'));
    await startNode(page, { protocol: 'dht', direction: 'listen', address: address, mode: 'automatic' });
    await startNode(page, { protocol: 'dht', direction: 'connect', address: address, mode: 'automatic' });
    const dialling = page.locator('peerscope-node', { hasText: `dials ${address}` }).first();
    await dialling.locator('[data-message=ping]').first().click();
    await workbench.screenshot('dht-node');
    await messageEditor(workbench, 'ping');
    const before = await sentBy(dialling);
    await pressLens(workbench, 'Send', async () => (await sentBy(dialling)) > before);
    await dialling.locator('[data-act=traffic]').click();
    const traffic = await Inspecting.appeared(workbench, 'dht-connect');
    await expect.poll(async () => (await traffic.cells(1)).at(-2), PATIENCE).toBe('ping_response');
    await workbench.screenshot('dht-traffic');
  });

  it('has its packet script run as tests', async () => {
    await workbench.openFile('dht.packet');
    await workbench.command('Test: Run Tests in Current File');
    const passed = workbench.page.locator(
      '.glyph-margin-widgets .codicon-testing-passed-icon, .margin .codicon-testing-passed-icon',
    );
    await expect.poll(() => passed.count(), { timeout: 60_000 }).toBeGreaterThan(1);
    expect(await workbench.page.locator('.codicon-testing-failed-icon').count()).toBe(0);
    await workbench.screenshot('dht-script');
  });
});
