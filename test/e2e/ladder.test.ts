/** A person reads a capture as a ladder, steps through it with the keys, and saves it as a drawing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('the ladder', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'ptpchat_a.pcapng');
    await inspecting.frame.locator('#view-ladder').click();
  });
  afterAll(() => workbench?.dispose());

  const steps = () => inspecting.frame.locator('#ladder .step');

  it('has a column for each endpoint and an arrow for each message', async () => {
    await steps().first().locator('.label').waitFor();
    await expect.poll(() => inspecting.frame.locator('.ladder-heads text').count()).toBe(4);
    expect(Number(await steps().first().getAttribute('aria-setsize'))).toBe(342);
    await expect.poll(() => steps().nth(1).locator('.step-time').innerText()).toMatch(/^\d+\.\d{6}$/);
    await workbench.screenshot('ladder');
  });

  it('is stepped through with the keys, and the fields follow', async () => {
    await inspecting.frame.locator('#ladder').focus();
    await inspecting.press('Home', 'ArrowDown', 'ArrowDown', 'Enter');
    const frame = await inspecting.frame.locator('#step-2 .step-frame').innerText();
    expect(await inspecting.frame.locator('#step-2 .spoken').innerText()).toMatch(/^\w+, from \S+ to \S+\. /);
    await inspecting.frame.locator('#field-tree .field-text', { hasText: `Frame ${frame},` }).waitFor();
    await inspecting.press('End');
    await inspecting.frame.locator('#step-341.selected').waitFor();
  });

  it('keeps frame and time in view where it is scrolled sideways', async () => {
    await workbench.page.setViewportSize({ width: 560, height: 800 });
    const ladder = inspecting.frame.locator('#ladder');
    await ladder.focus();
    await inspecting.press('Home');
    const place = steps().nth(3).locator('.step-time');
    const x = async (of: Locator): Promise<number | undefined> => (await of.boundingBox())?.x;
    const [before, arrow] = [await x(place), await x(steps().nth(3).locator('.arrow'))];
    await ladder.hover();
    await workbench.page.mouse.wheel(400, 0);
    await expect.poll(async () => Number(arrow) - Number(await x(steps().nth(3).locator('.arrow')))).toBeGreaterThan(100);
    expect(await x(place)).toBe(before);
    await workbench.screenshot('ladder-sideways');
    await workbench.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('follows the filter', async () => {
    await inspecting.frame.locator('#filter').fill('ptpchat.MESSAGE || ptpchat.ACK');
    await inspecting.press('Enter');
    await expect.poll(async () => Number(await steps().first().getAttribute('aria-setsize'))).toBeLessThan(200);
    await workbench.screenshot('ladder-filtered');
  });

  it('is saved as a drawing', async () => {
    await inspecting.frame.locator('#save-ladder').click();
    const path = join(workbench.folder, 'drawn.svg');
    await expect
      .poll(() => workbench.page.locator('.quick-input-widget input[type=text]').inputValue(), { timeout: 20_000 })
      .toMatch(/ptpchat_a-ladder\.svg$/);
    await workbench.answer(path);
    await expect.poll(() => existsSync(path) && readFileSync(path, 'utf8')).toMatch(/<svg[\s\S]*marker-end[\s\S]*<\/svg>/);
  });

  it('has a message whose conversation is debugged', async () => {
    const step = inspecting.frame.locator('#step-3');
    const [, from] = /from (\S+) to/.exec(await step.locator('.spoken').innerText())!;
    await inspecting.chooseFromMenu(step, 'Debug This Conversation');
    await workbench.page.locator('.debug-toolbar').waitFor({ timeout: 60_000 });
    await workbench.command('View: Show Run and Debug');
    const stack = workbench.page.locator('.debug-call-stack');
    await expect.poll(() => stack.innerText(), { timeout: 60_000 }).toContain(from);
    await workbench.page.locator('.debug-toolbar .action-label[aria-label^="Stop"]').click();
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });
});
