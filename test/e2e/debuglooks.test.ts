/** The debugger for those who see it otherwise than its authors, or have no mouse. */
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { nodeFrame, startNode } from './nodepage.ts';
import { violations } from './rules.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 30_000 };
const PAINTED_MS = 300;

describe('the debugger', () => {
  let workbench: Workbench;
  let page: Frame;
  beforeAll(async () => {
    workbench = await Workbench.open({
      size: { width: 1440, height: 1000 },
      settings: {
        'peerscope.keyLogs': ['p2pke_a.keys'],
        'peerscope.node.pauseWithDebugger': ['peerscope'],
      },
    });
    const inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
    await inspecting.select(0);
  });
  afterAll(() => workbench?.dispose());

  const top = () => workbench.page.locator('.debug-call-stack .stack-frame').first();
  const watches = () => workbench.page.locator('.debug-watch .monaco-list-row');
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await workbench.page.keyboard.press(key);
  };
  /** A key that steps, and the line of the stack that it leads to; one that was lost while the focus moved is pressed again. */
  const step = async (key: string, to: RegExp): Promise<void> => {
    const reached = workbench.page.locator('.debug-call-stack .stack-frame').first().filter({ hasText: to });
    for (let round = 1; round < 4; round++) {
      await press(key);
      const isThere = await reached.waitFor({ timeout: 6_000 }).then(
        () => true,
        () => false,
      );
      if (isThere) return;
    }
    expect(await top().innerText()).toMatch(to);
  };
  /** A command by the palette, with keys alone. What takes the focus late closes the palette: a person opens it again. */
  const typed = async (title: string): Promise<void> => {
    const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    for (let round = 1; ; round++) {
      try {
        await press('F1');
        await workbench.page.locator('.quick-input-widget input[type=text]').waitFor({ timeout: 5_000 });
        await workbench.page.keyboard.type(title);
        await row.waitFor({ timeout: 5_000 });
        return await press('Enter');
      } catch (error) {
        if (round === 6) throw error;
        await press('Escape');
      }
    }
  };

  it('is started, stepped forward and back, and watches, with the keyboard alone', async () => {
    await typed('Peerscope: Debug Capture');
    await workbench.page.locator('.debug-toolbar').waitFor({ timeout: 60_000 });
    // What opens beside it takes the focus late, and a key that is pressed meanwhile is lost.
    for (let round = 0; round < 10 && !(await top().isVisible()); round++) {
      await press('Control+Shift+D');
      await top()
        .waitFor({ timeout: 5_000 })
        .catch(() => {});
    }
    await expect.poll(() => top().innerText(), { timeout: 60_000 }).toContain('InitHello');
    await step('F10', /RespHello/);
    await step('F11', /1 of 9/);
    await step('Shift+Alt+F10', /^(?!.*1 of 9).*RespHello/);
    await step('Shift+Alt+F10', /InitHello/);
    await step('F10', /RespHello/);
    await step('Shift+Alt+F5', /InitHello/);
    await typed('Focus on Watch View');
    // Tab comes to the button in the head of the view.
    const add = workbench.page.locator('.pane-header .action-label[aria-label="Add Expression"]');
    await add.focus();
    await press('Enter');
    await workbench.page.locator('.debug-watch .inputBoxContainer input').waitFor(PATIENCE);
    await workbench.page.keyboard.type('session.after');
    await press('Enter');
    await expect.poll(() => watches().allInnerTexts(), PATIENCE).toEqual([expect.stringMatching(/session\.after.*init_hello/s)]);
    await press('F10');
    await expect.poll(() => watches().first().innerText(), PATIENCE).toContain('resp_hello');
    expect(await workbench.notifications()).toEqual([]);
  });

  it('stands beside a node that waits, and says so', async () => {
    await workbench.command('Peerscope: Open Test Node');
    page = await nodeFrame(workbench);
    await startNode(page, { protocol: 'p2pke', direction: 'listen', address: '127.0.0.1:0' });
    await expect.poll(() => page.locator('peerscope-node .standing').count(), PATIENCE).toBe(1);
    expect(await page.locator('peerscope-node .standing').innerText()).toContain('Clock paused');
  });

  for (const theme of ['dark', 'high-contrast', 'high-contrast-light'] as const)
    it(`breaks no rule that counts in the theme "${theme}"`, async () => {
      await workbench.setTheme(theme);
      await workbench.page.waitForTimeout(PAINTED_MS);
      await workbench.screenshot(`debug-looks-${theme}-node`);
      expect(await violations(page)).toEqual([]);
      await workbench.showTab('p2pke_a.pcapng');
      const inspecting = await Inspecting.appeared(workbench, 'p2pke_a.pcapng');
      await workbench.page.waitForTimeout(PAINTED_MS);
      await workbench.screenshot(`debug-looks-${theme}-inspector`);
      expect(await violations(inspecting.frame)).toEqual([]);
      await workbench.showTab('p2pke, ');
      await workbench.page.waitForTimeout(PAINTED_MS);
      await workbench.screenshot(`debug-looks-${theme}`);
    });
});
