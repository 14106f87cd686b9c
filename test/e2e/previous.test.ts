/** A node and a section that run again: what the run before said is beside what this one says. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../extension/workbench/freeport.ts';
import { nodeFrame, startNode } from './nodepage.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };
const script = (data: string): string =>
  `### talk\nnode b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\nsend a data { data: ${data} }\nexpect b data { data: ${data} }\n`;

const address = `127.0.0.1:${await freePort()}`;

describe('compare with the previous recording', () => {
  let workbench: Workbench;
  let page: Frame;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1600, height: 1000 } });
    writeFileSync(join(workbench.folder, 'aa-talk.packet'), script('01 02 03'));
  });
  afterAll(() => workbench?.dispose());

  const card = (text: string): Locator => page.locator('peerscope-node', { hasText: text }).first();
  /** The sentence of a comparison whose tab is in front. */
  const compared = async (): Promise<string> => {
    const all = workbench.page.frames().map((frame) =>
      frame
        .locator('peerscope-comparison #sentence')
        .allInnerTexts()
        .catch(() => []),
    );
    return (await Promise.all(all)).flat().join();
  };

  it('of a node that dials again', async () => {
    await workbench.command('Peerscope: Open Test Node');
    page = await nodeFrame(workbench);
    await startNode(page, { protocol: 'p2ppacket', direction: 'listen', address: address, mode: 'automatic' });
    await startNode(page, { protocol: 'p2ppacket', direction: 'connect', address: address, mode: 'automatic' });
    const dialling = card(`dials ${address}`);
    await dialling.locator('.state.ready').waitFor(PATIENCE);
    expect(await dialling.locator('[data-act=compare]').count()).toBe(0);
    await dialling.locator('[data-act=stop]').click();
    await dialling.locator('[data-act=again]').click();
    await dialling.locator('.state.ready').waitFor(PATIENCE);
    await workbench.screenshot('previous-node');
    await dialling.locator('[data-act=compare]').click();
    await workbench.page
      .locator('.tabs-container .tab', { hasText: '.previous.pcapng ↔ p2ppacket-connect' })
      .first()
      .waitFor(PATIENCE);
    await expect.poll(compared, PATIENCE).toMatch(/[1-9]\d* messages? in|^B /);
    await workbench.screenshot('previous-node-compared');
  });

  it('of a section of a script, by the command palette', async () => {
    await workbench.command('View: Close All Editors');
    const tree = workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'aa-talk.packet' }).first();
    await tree.click();
    const lines = workbench.page.locator('.monaco-editor .view-lines').first();
    const run = async (): Promise<void> => {
      await lines.click();
      await workbench.command('Peerscope: Run Packet Script Section');
      await workbench.page.locator('.statusbar-item', { hasText: 'Packet script:' }).first().waitFor(PATIENCE);
    };
    const tabs = workbench.page.locator('.tabs-container .tab', { hasText: /^aa-talk-1-/ });
    await run();
    await tabs.first().waitFor(PATIENCE);
    writeFileSync(join(workbench.folder, 'aa-talk.packet'), script('01 ff 03'));
    await expect.poll(() => lines.innerText(), PATIENCE).toContain('ff');
    await run();
    await expect
      .poll(async () => {
        await workbench.command('Peerscope: Compare with Previous Recording');
        const choice = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'aa-talk-1-' }).first();
        // With one recording alone nothing is asked.
        await choice.click({ timeout: 4_000 }).catch(() => {});
        await workbench.page.waitForTimeout(1_000);
        return compared();
      }, PATIENCE)
      .toMatch(/^B's data has data 01ff03, not 010203\.$/);
    await workbench.screenshot('previous-section');
  });
});
