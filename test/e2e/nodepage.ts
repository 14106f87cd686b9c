/** The page of the test nodes in front of a person. */
import type { Frame } from 'playwright-core';
import { expect } from 'vitest';
import type { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };

/** The page once it is there, after the command that opens it. */
export async function nodeFrame(workbench: Workbench): Promise<Frame> {
  const end = Date.now() + PATIENCE.timeout;
  for (;;) {
    for (const frame of workbench.page.frames()) {
      const found = await frame
        .locator('#node-form')
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
    if (Date.now() > end) throw new Error('the page of the test nodes did not come');
    await workbench.page.waitForTimeout(100);
  }
}

/** Fills in the form and starts a node. */
export async function startNode(page: Frame, wish: Readonly<Record<string, string>>): Promise<void> {
  const cards = await page.locator('peerscope-node').count();
  for (const [name, value] of Object.entries(wish)) {
    const field = page.locator(`#node-${name}`);
    if (name === 'address') await field.fill(value);
    else await field.selectOption(value);
  }
  await page.locator('#node-start').click();
  await expect.poll(() => page.locator('peerscope-node').count(), PATIENCE).toBe(cards + 1);
}
