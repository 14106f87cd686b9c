/** A person exports what the list shows, follows a conversation, and comments on a frame. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('exporting', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  const pick = async (label: string): Promise<void> => {
    const entry = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
    await entry.waitFor();
    await entry.click();
  };
  /** Writes to a file of the folder through the dialog of the workbench. */
  async function saveAs(name: string): Promise<string> {
    const path = join(workbench.folder, name);
    const input = workbench.page.locator('.quick-input-widget input[type=text]');
    await expect.poll(() => input.inputValue()).toMatch(/\.\w+$/);
    await input.fill(path);
    await workbench.page.locator('.quick-input-widget a.monaco-button', { hasText: 'OK' }).click();
    await expect.poll(() => existsSync(path), { timeout: 20_000 }).toBe(true);
    return path;
  }

  it('writes the filtered rows as JSON lines', async () => {
    await inspecting.frame.locator('#filter').fill('p2pke.counter >= 16');
    await inspecting.press('Enter');
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^30 rows/);
    await inspecting.select(0);
    await inspecting.frame.locator('#export').click();
    await pick('Messages as JSON lines');
    await pick('Every row of the list');
    const lines = readFileSync(await saveAs('out.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(lines).toHaveLength(30);
    expect(lines.every((line) => JSON.parse(line).message === 'data')).toBe(true);
    await inspecting.frame.locator('#clear-filter').click();
  });

  it('asks before it writes keys, and writes nothing when the answer is no', async () => {
    await inspecting.frame.locator('#export').click();
    await pick('Frames as a capture, with the keys');
    await pick('Every row of the list');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('Write the keys into the file?').waitFor();
    await workbench.screenshot('export-secrets');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('follows a conversation in an editor of its own', async () => {
    await inspecting.select(4);
    await inspecting.frame.locator('#export').click();
    await pick('Follow the conversation as hexadecimal');
    await pick('Both directions');
    const text = workbench.page.locator('.editor-instance .view-lines').last();
    await expect.poll(() => text.innerText()).toContain('InitHello');
    await workbench.screenshot('follow');
    await inspecting.press('Control+w');
  });

  it('copies a message as a packet script', async () => {
    inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await inspecting.select(5);
    await workbench.command('Peerscope: Copy as Packet Script');
    const clipboard = () => workbench.page.evaluate('navigator.clipboard.readText()');
    await expect
      .poll(clipboard)
      .toBe('# frame 6: 127.0.0.1:7000 → 127.0.0.1:7001\np2pke data {\n  direction: 0\n  counter: 17\n  data: 70 b2\n}\n');
    await workbench.command('Peerscope: Copy Conversation as Packet Script');
    await expect.poll(async () => String(await clipboard()).match(/^p2pke /gm)?.length).toBe(33);
  });

  it('keeps a comment, and writes it into a copy', async () => {
    inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
    await inspecting.select(2);
    await workbench.command('Peerscope: Comment on Frame');
    await workbench.answer('the signature of the initiator');
    await inspecting.row(2).locator('.commented').waitFor();
    await inspecting.frame.locator('#export').click();
    await pick('Frames as a capture, without keys');
    await pick('Every row of the list');
    const copy = readFileSync(await saveAs('copy.pcapng'));
    expect(copy.includes('the signature of the initiator')).toBe(true);
    expect(copy.includes('P2PKE_')).toBe(false);
    const other = await Inspecting.open(workbench, 'copy.pcapng');
    await other.select(2);
    await other.frame.locator('#field-tree .field', { hasText: 'Frame 3,' }).locator('.twistie').click();
    await expect.poll(() => other.field('comment').innerText()).toContain('the signature of the initiator');
    await inspecting.chooseFromMenu(other.field('comment'), 'Apply as Column');
    await expect.poll(async () => (await other.cells(2)).includes('the signature of the initiator')).toBe(true);
  });

  it('lists the properties of the capture, with all comments, which are edited there', async () => {
    const copy = await Inspecting.open(workbench, 'copy.pcapng');
    await copy.select(4);
    await workbench.command('Peerscope: Comment on Frame');
    await workbench.answer('mine');
    await copy.row(4).locator('.commented').waitFor();
    await copy.frame.locator('#view-properties').click();
    const digest = createHash('sha256')
      .update(readFileSync(join(workbench.folder, 'copy.pcapng')))
      .digest('hex');
    await expect.poll(() => copy.frame.locator('#files td').allInnerTexts()).toContain(digest);
    await expect.poll(() => copy.frame.locator('#interfaces td').first().isVisible()).toBe(true);
    const comments = copy.frame.locator('#comments li');
    await expect.poll(() => comments.count()).toBe(2);
    await workbench.screenshot('properties');
    const own = comments.locator('input');
    await own.fill('mine, and changed');
    await own.press('Enter');
    await comments.locator('.link', { hasText: 'Frame 3' }).click();
    await copy.frame.locator('#view-packets').click();
    await copy.selected(2);
    expect(await copy.row(4).locator('.commented').getAttribute('title')).toBe('mine, and changed');
    await copy.frame.locator('#view-properties').click();
    await comments.locator('button[title=Remove]').click();
    await expect.poll(() => comments.count()).toBe(1);
  });
});
