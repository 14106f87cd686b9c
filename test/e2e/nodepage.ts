/** The page of the test nodes in front of a person. */
import type { Frame, Locator } from 'playwright-core';
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

/** The form for a new node is folded away while one runs. */
export async function openForm(page: Frame): Promise<void> {
  if ((await page.locator('details.new[open]').count()) === 0) await page.locator('details.new > summary').click();
}

/** Fills in the form and starts a node. */
export async function startNode(page: Frame, wish: Readonly<Record<string, string>>): Promise<void> {
  await openForm(page);
  const cards = await page.locator('peerscope-node').count();
  for (const [name, value] of Object.entries(wish)) {
    const field = page.locator(`#node-${name}`);
    if (name === 'address') await field.fill(value);
    else await field.selectOption(value);
  }
  await page.locator('#node-start').click();
  await expect.poll(() => page.locator('peerscope-node').count(), PATIENCE).toBe(cards + 1);
}

/** The editor of a message that a person writes, by what its tab says, once it is in front. */
export async function messageEditor(workbench: Workbench, name: string): Promise<Locator> {
  const editor = workbench.page.locator(`.monaco-editor[data-uri^="peerscope-message:"][data-uri$="/${name}.packet"]`).first();
  await editor.locator('.view-line').first().waitFor(PATIENCE);
  return editor;
}

/** Puts a text in the place of all that the editor has. */
export async function writeMessage(workbench: Workbench, editor: Locator, text: string): Promise<void> {
  await editor.locator('.view-lines').click();
  await workbench.page.keyboard.press('Control+A');
  await workbench.page.keyboard.insertText(text);
}

/** A lens above the message in front. */
export function messageLens(workbench: Workbench, title: string): Locator {
  return workbench.page.locator('.codelens-decoration a', { hasText: title }).first();
}

/** Presses it until what it does is seen: a lens that the editor draws anew in that moment takes no click. */
export async function pressLens(workbench: Workbench, title: string, isDone: () => Promise<boolean>): Promise<void> {
  for (let round = 1; round <= 5; round++) {
    await messageLens(workbench, title).click();
    for (const end = Date.now() + PATIENCE.timeout / 2; Date.now() < end; await workbench.page.waitForTimeout(100))
      if (await isDone()) return;
  }
  throw new Error(`"${title}" was pressed, and nothing came of it`);
}

/** How many messages a node has sent, as its card says. */
export async function sentBy(card: Locator): Promise<number> {
  return Number((await card.locator('.counts').innerText()).match(/(\d+) sent/)?.[1]);
}
