/** A protocol of one's own from nothing: made by a command, decoded, spoken, broken and mended in the editor. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('a new protocol', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open({ settings: { 'peerscope.limits': { hookSeconds: 3 } } });
  });
  afterAll(() => workbench?.dispose());

  const file = (end: string): string => join(workbench.folder, 'chat', `chat.${end}`);
  const pick = async (label: string): Promise<void> => {
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first().click();
  };
  const filter = async (text: string): Promise<void> => {
    await inspecting.frame.locator('#filter').fill(text);
    await inspecting.press('Enter');
  };
  const change = (from: string, to: string): void => {
    const text = readFileSync(file('js'), 'utf8');
    expect(text).toContain(from);
    writeFileSync(file('js'), text.replace(from, to));
  };

  it('is written by a command that asks what it is to be, and decodes at once', async () => {
    await workbench.command('Peerscope: New Protocol…');
    await workbench.answer('chat');
    await pick('UDP');
    await workbench.answer('7001');
    await expect.poll(() => existsSync(file('pcapng'))).toBe(true);
    inspecting = await Inspecting.appeared(workbench, 'chat.pcapng');
    await expect.poll(async () => (await inspecting.cells(2)).slice(-3)).toEqual(['chat', 'text', 'hello']);
    await inspecting.counts('findings', 0);
    await workbench.screenshot('new-protocol');
  });

  it('is known to filters, to scripts and to its reference page', async () => {
    await filter('chat.type == 1');
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^2 rows/);
    await filter('');
    await workbench.command('Peerscope: Show Protocol Reference…');
    await pick('chat');
    await expect
      .poll(() => workbench.page.locator('.tab', { hasText: /Preview/ }).count(), { timeout: 60_000 })
      .toBeGreaterThan(0);
    await workbench.screenshot('protocol-reference');
  });

  it('has a mistake in its module told at its line, and is decoded again once that is mended', async () => {
    await workbench.showTab('chat.pcapng');
    // The page of the reference may have stood in front of it: it is another page then.
    inspecting = await Inspecting.appeared(workbench, 'chat.pcapng');
    change(': String(text)),', ': String(text)), const');
    await workbench.command('View: Focus Problems');
    const problem = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: 'SyntaxError' });
    await problem.first().waitFor();
    await workbench.screenshot('module-problem');
    expect(await problem.first().innerText()).toMatch(/Ln 4\d, Col \d+/);
    change(': String(text)), const', ': String(text).toUpperCase()),');
    await problem.first().waitFor({ state: 'detached' });
    await expect.poll(async () => (await inspecting.cells(2)).slice(-3)).toEqual(['chat', 'text', 'HELLO']);
  });

  it('that does not return is left out, and comes back once it is mended', async () => {
    const [good, endless] = ["types[Number(type)] ?? 'text',", "{ for (;;) if (type === -1) return 'text'; },"];
    change(good, endless);
    const problem = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: 'did not return from "datagram"' });
    await problem.first().waitFor({ timeout: 60_000 });
    await inspecting.counts('messages', 0);
    await expect.poll(async () => (await inspecting.cells(2)).join(' ')).toContain('UDP');
    await workbench.screenshot('module-stopped');
    change(endless, good);
    await expect.poll(async () => (await inspecting.cells(2)).slice(-3)).toEqual(['chat', 'text', 'HELLO']);
    await problem.first().waitFor({ state: 'detached' });
  });

  it('is spoken by a test node in its packet script', async () => {
    const { page } = workbench;
    await workbench.page.keyboard.press('Control+P');
    await workbench.page.locator('.quick-input-widget input[type=text]').fill('chat.packet');
    await pick('chat.packet');
    await page.locator('.view-line', { hasText: 'expect a pong' }).first().waitFor();
    await workbench.command('Test: Run Tests in Current File');
    const passed = page.locator('.glyph-margin-widgets .codicon-testing-passed-icon, .margin .codicon-testing-passed-icon');
    await expect.poll(() => passed.count(), { timeout: 60_000 }).toBeGreaterThan(1);
    expect(await page.locator('.codicon-testing-failed-icon').count()).toBe(0);
    await workbench.screenshot('new-protocol-script');
  });
});
