/** A packet script in the editor: a language of its own, with colours. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

describe('a packet script', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open();
  });
  afterAll(() => workbench?.dispose());

  it('opens as what it is, in colours', async () => {
    const { page } = workbench;
    await workbench.openFile('p2pke.packet');
    await page.locator('.statusbar-item', { hasText: 'Packet Script' }).waitFor();
    const line = page.locator('.view-line', { hasText: 'InitHello' }).first();
    await line.waitFor();
    // A colour a kind of word: keyword, node, message, field, number.
    await expect
      .poll(
        async () =>
          new Set(await line.locator('span span').evaluateAll((all) => all.map((each) => each.className.match(/mtk\d+/)?.[0])))
            .size,
      )
      .toBeGreaterThan(2);
    await workbench.screenshot('script');
  });

  it('has its sections among the tests, and they are run', async () => {
    const { page } = workbench;
    await workbench.command('Test: Run Tests in Current File');
    const passed = page.locator('.glyph-margin-widgets .codicon-testing-passed-icon, .margin .codicon-testing-passed-icon');
    // The results take room: not all four may be in view.
    await expect.poll(() => passed.count(), { timeout: 60_000 }).toBeGreaterThan(1);
    expect(await page.locator('.codicon-testing-failed-icon').count()).toBe(0);
    await workbench.screenshot('script-tests');
  });

  it('says at its line what did not come', async () => {
    const { page } = workbench;
    writeFileSync(
      join(workbench.folder, 'wrong.packet'),
      '### wrong\nnode b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\nexpect b InitHello { counter: 7 } within 500ms\n',
    );
    await workbench.openFile('wrong.packet');
    await workbench.command('Test: Run Tests in Current File');
    await page.locator('.codicon-testing-failed-icon').first().waitFor({ timeout: 60_000 });
    await expect
      .poll(() => page.locator('.monaco-editor').allInnerTexts(), { timeout: 20_000 })
      .toContainEqual(expect.stringContaining('InitHello came with another counter'));
    await workbench.screenshot('script-failed');
  });
});
