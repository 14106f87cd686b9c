/** A person looks at the capture from above: conversations and findings, and goes from there to the packets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('the capture from above', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'ptpchat_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  const conversation = (index: number) => inspecting.frame.locator(`#conversation-${index} [role=gridcell]`);

  it('lists its conversations, sorted by a click', async () => {
    await inspecting.frame.locator('#view-conversations').click();
    await conversation(0).first().waitFor();
    const before = await inspecting.frame.locator('#conversation-table [role=row]').count();
    expect(before).toBeGreaterThan(1);
    await inspecting.frame.getByRole('columnheader', { name: 'Bytes' }).click();
    await expect
      .poll(() => inspecting.frame.getByRole('columnheader', { name: 'Bytes' }).getAttribute('aria-sort'))
      .toBe('descending');
    await workbench.screenshot('conversations');
  });

  it('goes from a conversation to its packets', async () => {
    await inspecting.frame.locator('#conversation-table').focus();
    await expect.poll(async () => (await conversation(0).allInnerTexts()).length).toBe(12);
    const [number] = await conversation(0).allInnerTexts();
    await inspecting.press('Home', 'Enter');
    await expect.poll(() => inspecting.frame.locator('#filter').inputValue()).toBe(`conversation == ${number}`);
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^\d+ rows of \d+/);
    await inspecting.frame.locator('#clear-filter').click();
  });

  it('calls endpoints what they say, and what a file beside the capture says', async () => {
    const { frame } = inspecting;
    await frame.locator('#view-ladder').click();
    const heads = frame.locator('.ladder-heads text');
    await expect
      .poll(() => heads.allTextContents())
      .toContainEqual(expect.stringContaining('f822bafc-a5d2-4b54-b261-7b553685d1d7'));
    writeFileSync(join(workbench.folder, 'hosts'), '127.0.0.1:7101 alice\n127.0.0.1:9001 relay\n');
    await expect.poll(() => heads.allTextContents()).toContainEqual(expect.stringMatching(/7101.*\(alice, f822bafc-/));
    await workbench.screenshot('ladder-names');
    await frame.locator('#view-packets').click();
    const source = inspecting.row(0).locator('[role=gridcell]').nth(2);
    await expect.poll(() => source.getAttribute('title')).toMatch(/\((alice|relay), /);
    await frame.locator('#view-conversations').click();
  });

  it('lists endpoints, and goes from one to its packets', async () => {
    await inspecting.frame.locator('#view-conversations').click();
    await inspecting.frame.locator('#grid-endpoints').click();
    const cells = inspecting.frame.locator('#endpoint-0 [role=gridcell]');
    await cells.first().waitFor();
    await workbench.screenshot('endpoints');
    const [endpoint = ''] = await cells.allInnerTexts();
    await inspecting.frame.locator('#endpoint-0').dblclick();
    const [, port] = /:(\d+) /.exec(endpoint)!;
    await expect.poll(() => inspecting.frame.locator('#filter').inputValue()).toContain(`udp.srcport == ${port}`);
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^\d+ rows of \d+/);
    await inspecting.frame.locator('#clear-filter').click();
    await inspecting.frame.locator('#view-conversations').click();
    await inspecting.frame.locator('#grid-conversations').click();
  });

  it('scrolls its findings, and draws those in view only', async () => {
    await inspecting.frame.locator('#view-findings').click();
    const tree = inspecting.frame.locator('#finding-tree');
    await tree.locator('[role=treeitem]').first().waitFor();
    const drawn = await tree.locator('[role=treeitem]').count();
    await tree.focus();
    await inspecting.press('End');
    await expect.poll(() => tree.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
    const last = await tree.getAttribute('aria-activedescendant');
    expect(Number(last?.replace('finding-', ''))).toBeGreaterThanOrEqual(drawn);
    expect(await tree.locator(`#${last}`).isVisible()).toBe(true);
    await inspecting.press('Home');
  });

  it('groups its findings by rule, and goes from one to its frame', async () => {
    await inspecting.frame.locator('#view-findings').click();
    const lines = inspecting.frame.locator('#finding-tree [role=treeitem]');
    await lines.first().waitFor();
    const first = lines.filter({ has: inspecting.frame.locator('.message') }).first();
    const frame = (await first.locator('.number').innerText()).trim();
    await first.click();
    await inspecting.frame.locator('#field-tree .field-text', { hasText: `Frame ${frame},` }).waitFor();
    expect(await inspecting.frame.locator('#findings').innerText()).toMatch(/ptpchat\./);
    await workbench.screenshot('findings');
    await inspecting.frame.locator('#view-findings').press('ArrowRight');
    await inspecting.frame.locator('#view-keys').press('ArrowRight');
    await inspecting.frame.locator('#view-properties').press('ArrowRight');
    await expect.poll(() => inspecting.frame.locator('#view-packets').getAttribute('aria-selected')).toBe('true');
    await inspecting.frame.locator(`#packet-list [data-frame="${frame}"].selected`).waitFor();
  });

  it('puts its findings among the problems, and a rule there leads to the frame', async () => {
    await workbench.command('View: Focus Problems');
    const problems = workbench.page.locator('.markers-panel .monaco-list-row');
    const line = problems.filter({ hasText: 'Frame ' }).first();
    await line.waitFor();
    const frame = /Frame (\d+),/.exec(await line.innerText())![1]!;
    await workbench.screenshot('problems');
    await line.locator('.monaco-link').first().click();
    await inspecting.frame.locator('#field-tree .field-text', { hasText: `Frame ${frame},` }).waitFor();
    workbench.setFolderSetting('peerscope.problems', 'off');
    await expect.poll(() => problems.filter({ hasText: 'Frame ' }).count(), { timeout: 20_000 }).toBe(0);
  });
});
