/** A person uses the inspector where there is no Node: the extension and its worker run in the browser. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('in a browser alone', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open({ web: true });
    inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  it('runs in a worker of the page', async () => {
    expect(workbench.page.workers().length + workbench.page.frames().length).toBeGreaterThan(0);
    const log = await workbench.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    expect(log.some((name) => name.includes('webWorkerExtensionHost'))).toBe(true);
  });

  it('decodes, decrypts and filters', async () => {
    await inspecting.counts('messages', 33);
    await inspecting.counts('encrypted', 0);
    await inspecting.frame.locator('#filter').fill('p2pke.counter == 17');
    await inspecting.press('Enter');
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toBe('2 rows of 33');
    await inspecting.select(0);
    await inspecting.tab('Decrypted').waitFor();
    await workbench.screenshot('web');
    await inspecting.frame.locator('#clear-filter').click();
  });

  it('exports to the folder', async () => {
    inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
    await inspecting.select(0);
    await inspecting.frame.locator('#export').click();
    for (const label of ['Rows as CSV', 'Every row of the list']) {
      const entry = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
      await entry.waitFor();
      await entry.click();
    }
    const path = join(workbench.folder, 'web.csv');
    const input = workbench.page.locator('.quick-input-widget input[type=text]');
    await expect.poll(() => input.inputValue()).toMatch(/\.csv$/);
    await input.fill(path);
    await workbench.page.locator('.quick-input-widget a.monaco-button', { hasText: 'OK' }).click();
    await expect.poll(() => existsSync(path), { timeout: 20_000 }).toBe(true);
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(34);
  });

  it('tells the mistakes of a packet script', async () => {
    writeFileSync(join(workbench.folder, 'wrong.packet'), 'p2pke data { conter: 3 }\n');
    await workbench.openFile('wrong.packet');
    await workbench.page.locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
    await workbench.command('View: Toggle Problems');
    const problem = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: 'did you mean counter?' });
    await problem.waitFor({ timeout: 20_000 });
    await workbench.screenshot('web-script');
  });
});
