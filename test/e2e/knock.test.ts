/** The sample knock in the editor: steps, computed values, an open choice and a node of a protocol that is not built in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../extension/workbench/freeport.ts';
import { samples } from '../../extension/workbench/paths.ts';
import { Inspecting } from './inspecting.ts';
import { messageEditor, nodeFrame, pressLens, sentBy, startNode } from './nodepage.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };

const address = `127.0.0.1:${await freePort()}`;

describe('the sample knock', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    const files = ['knock.pcapng', 'knock.keys'].map((name) => join(samples, 'protocols', name));
    workbench = await Workbench.open({ files, size: { width: 1600, height: 1000 } });
    workbench.setFolderSetting('peerscope.protocolModules', ['protocols/knock.js']);
    inspecting = await Inspecting.open(workbench, 'knock.pcapng');
    await inspecting.frame.locator('#messages-only').click();
    await inspecting.counts('messages', 4);
  });
  afterAll(() => workbench?.dispose());

  const pick = async (label: string): Promise<void> => {
    const entry = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
    await entry.waitFor();
    await entry.click();
  };
  const info = async () => (await inspecting.cells(2)).at(-1) ?? '';

  it('is decrypted once a key log is there, and not before', async () => {
    await expect.poll(async () => (await inspecting.cells(2)).at(-2), PATIENCE).toContain('data');
    expect(await info()).not.toContain('good evening');
    workbench.setFolderSetting('peerscope.keyLogs', ['knock.keys']);
    await expect.poll(info, PATIENCE).toContain('good evening');
  });

  it('has the steps of its machine, with what both sides compute', async () => {
    await inspecting.select(1);
    await inspecting.frame.locator('#view-steps').click();
    await expect.poll(() => inspecting.frame.locator('#step-count').innerText()).toBe('Step 2 of 4');
    const details = inspecting.frame.locator('#step-details');
    await details.locator('.computations .masked').first().waitFor();
    expect(await details.innerText()).toContain('K = SHA-256(Z)');
    expect(await details.locator('.computations .check.valid').count()).toBe(1);
    await workbench.screenshot('knock-steps');
    await inspecting.frame.locator('#view-packets').click();
  });

  it('has a candidate of its open choice pinned, and let go', async () => {
    await workbench.command('Peerscope: Choose a Candidate');
    await pick('knock.key');
    await pick('Z itself');
    await expect.poll(info, PATIENCE).not.toContain('good evening');
    expect(readFileSync(join(workbench.folder, '.vscode', 'settings.json'), 'utf8')).toContain('knock.key');
    await workbench.command('Peerscope: Choose a Candidate');
    await pick('knock.key');
    await pick('auto');
    await expect.poll(info, PATIENCE).toContain('good evening');
  });

  it('is spoken by two nodes, step by step', async () => {
    await workbench.command('Peerscope: Open Test Node');
    const page = await nodeFrame(workbench);
    await expect
      .poll(() => page.locator('#node-protocol option').allInnerTexts(), PATIENCE)
      .toContainEqual(expect.stringContaining('knock'));
    await startNode(page, { protocol: 'knock', direction: 'listen', address: address, mode: 'automatic' });
    await startNode(page, { protocol: 'knock', direction: 'connect', address: address, mode: 'automatic' });
    const dialling = page.locator('peerscope-node', { hasText: `dials ${address}` }).first();
    await dialling.locator('[data-message=data]').first().click();
    await messageEditor(workbench, 'data');
    const before = await sentBy(dialling);
    await pressLens(workbench, 'Send', async () => (await sentBy(dialling)) > before);
    await dialling.locator('[data-act=traffic]').click();
    const traffic = await Inspecting.appeared(workbench, 'knock-connect');
    await expect.poll(async () => (await traffic.cells(2)).at(-1), PATIENCE).toContain('hi');
    await workbench.screenshot('knock-node');
  });
});
