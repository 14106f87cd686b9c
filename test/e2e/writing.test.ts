/**
 * A person writes a packet script by what completion offers, sends it to a node that runs, sees what did not come, takes over what
 * came, and runs it once more among the tests.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };

describe('writing a packet script', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open({
      size: { width: 1600, height: 1000 },
      settings: { 'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' } },
    });
    writeFileSync(join(workbench.folder, 'own.packet'), '');
  });
  afterAll(() => workbench?.dispose());

  const suggestion = (label: string): Locator =>
    workbench.page
      .locator('.suggest-widget.visible .monaco-list-row')
      .filter({ has: workbench.page.locator('.monaco-icon-label .label-name', { hasText: new RegExp(`^${escaped(label)}$`) }) })
      .first();
  const escaped = (text: string): string => text.replace(/[^\w]/g, '\\$&');

  /** Takes what completion offers at the caret, and nothing else. */
  async function take(...labels: string[]): Promise<void> {
    for (const label of labels) {
      const widget = workbench.page.locator('.suggest-widget.visible');
      // Some items ask for what follows them by themselves.
      if ((await widget.count()) === 0) await workbench.page.keyboard.press('Control+Space');
      await suggestion(label).click(PATIENCE);
      await workbench.page.waitForTimeout(150);
    }
  }

  /** As the editor shows it, line by line. */
  async function text(): Promise<string> {
    const lines = await workbench.page
      .locator('.editor-instance .view-lines')
      .first()
      .evaluate((all) =>
        [...all.querySelectorAll<HTMLElement>('.view-line')]
          .sort((a, b) => Number.parseInt(a.style.top, 10) - Number.parseInt(b.style.top, 10))
          .map((line) => line.innerText.replaceAll('\u00a0', ' ').trimEnd()),
      );
    return lines.join('\n');
  }

  const lens = (title: string): Locator => workbench.page.locator('.codelens-decoration a', { hasText: title }).first();

  async function preview(): Promise<Frame> {
    const end = Date.now() + PATIENCE.timeout;
    for (;;) {
      for (const frame of await workbench.inspectorFrames()) {
        const name = await frame
          .locator('#toolbar .name')
          .allInnerTexts()
          .catch(() => []);
        if (name.some((each) => each.includes('Preview of'))) return frame;
      }
      if (Date.now() > end) throw new Error('no preview came');
      await workbench.page.waitForTimeout(100);
    }
  }

  it('needs a node that runs', async () => {
    await workbench.command('Peerscope: Start Test Node');
    for (const answer of ['p2pke', 'listen', '127.0.0.1:7000']) await workbench.answer(answer);
    await expect
      .poll(async () => (await workbench.page.locator('.notifications-toasts').allInnerTexts()).join(), PATIENCE)
      .not.toContain('Peerscope:');
    await workbench.screenshot('writing-node');
  });

  it('takes no more than what completion offers', async () => {
    const { page } = workbench;
    await workbench.openFile('own.packet');
    await page.locator('.editor-instance .view-lines').first().click();
    await take('###');
    await page.keyboard.press('Tab');
    await take('node');
    await page.keyboard.press('Tab');
    await take('p2pke', 'dial', '127.0.0.1:7000');
    await page.keyboard.press('Enter');
    await take('send', 'a', 'data');
    await page.keyboard.press('Enter');
    await take('expect', 'a', 'RespHello', 'counter', '0');
    expect(await text()).toContain('node a = p2pke dial 127.0.0.1:7000\nsend a data\nexpect a RespHello { counter: 0 }');
    await page.keyboard.press('Escape');
    await workbench.screenshot('writing-completed');
  });

  it('sends it, and says under the value what came instead', async () => {
    const { page } = workbench;
    await page.keyboard.press('Control+S');
    await lens('Send').click(PATIENCE);
    await expect
      .poll(async () => (await workbench.notifications()).join(), PATIENCE)
      .toContain('RespHello came with another counter: expected 0, got 1');
    await page.locator('.squiggly-error').first().waitFor(PATIENCE);
    await workbench.screenshot('writing-failed');
  });

  it('takes over what came, and is green among the tests', async () => {
    const { page } = workbench;
    await page.locator('.view-line', { hasText: 'RespHello' }).first().click();
    const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'Expect what came' }).first();
    // A key that is pressed while the editor still moves is lost: a person presses it again.
    const asked = async (): Promise<void> => {
      await page.keyboard.press('Escape');
      // The caret goes to the next problem, as F8 does.
      await workbench.command('Go to Next Problem (Error, Warning, Info)');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+.');
      await fix.waitFor({ timeout: 5_000 });
    };
    await vi.waitFor(asked, { timeout: 60_000, interval: 100 });
    await fix.click(PATIENCE);
    await expect.poll(text, PATIENCE).toContain('expect a RespHello { counter: 1 }');
    await page.keyboard.press('Control+S');
    await workbench.command('Test: Run Tests in Current File');
    await page.locator('.codicon-testing-passed-icon').first().waitFor({ timeout: 60_000 });
    await workbench.screenshot('writing-passed');
  });

  it('shows the bytes of a message while it is written', async () => {
    const { page } = workbench;
    writeFileSync(join(workbench.folder, 'preview.packet'), 'p2p DISCONNECT { type: 4, reason: "bye" }\n');
    await workbench.openFile('preview.packet');
    await lens('Preview Bytes').click(PATIENCE);
    const frame = await preview();
    await expect.poll(() => frame.locator('body').innerText(), PATIENCE).toContain('reason_size');
    await page.locator('.view-line', { hasText: 'DISCONNECT' }).first().click();
    await page.keyboard.press('End');
    for (let left = 0; left < 3; left++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type(' now');
    await expect.poll(() => frame.locator('body').innerText(), PATIENCE).toContain('bye now');
    await workbench.screenshot('writing-preview');
    // The bytes are those of the message, with nothing around it.
    expect(await frame.locator('body').innerText()).toContain('9 bytes');
  });

  it('cancels a run that would take too long, and says where it was', async () => {
    const { page } = workbench;
    writeFileSync(join(workbench.folder, 'long.packet'), '### long\nnode b = p2pke listen 127.0.0.1:0\nwait 900s\n');
    await workbench.openFile('long.packet');
    await lens('Run').click(PATIENCE);
    const running = page.locator('.notification-list-item', { hasText: 'The packet script runs' }).first();
    await running.waitFor(PATIENCE);
    await workbench.screenshot('writing-running');
    await running.hover();
    await running.getByRole('button', { name: 'Cancel' }).click(PATIENCE);
    await expect.poll(() => page.locator('.statusbar').innerText(), PATIENCE).toContain('Packet script: stopped before line 3');
    await running.waitFor({ state: 'detached', ...PATIENCE });
  });
});
