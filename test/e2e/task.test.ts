/** A test node as a task, and a packet sent to whoever is connected to it, by a few keys. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeFrame, startNode } from './nodepage.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 30_000 };

describe('a test node as a task', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open({
      size: { width: 1440, height: 900 },
      // What stands in a terminal is read from the page.
      settings: { 'terminal.integrated.gpuAcceleration': 'off' },
    });
    mkdirSync(join(workbench.folder, '.vscode'), { recursive: true });
    const node = { type: 'peerscope', label: 'the node', node: 'p2pke', listen: '127.0.0.1:0', isBackground: true };
    const script = { type: 'peerscope', label: 'the script', script: 'short.packet', problemMatcher: '$peerscope-run' };
    const tasks = { version: '2.0.0', tasks: [{ ...node, problemMatcher: '$peerscope-node' }, script] };
    writeFileSync(join(workbench.folder, '.vscode', 'tasks.json'), JSON.stringify(tasks));
    writeFileSync(
      join(workbench.folder, 'short.packet'),
      '### good \u001b[31m\u001b]0;owned\u0007\nwait 1ms\n\n### bad\nnode b = p2pke listen 127.0.0.1:0\nexpect b InitHello within 100ms\n',
    );
  });
  afterAll(() => workbench?.dispose());

  const entry = (text: string) => workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  const run = async (label: string): Promise<void> => {
    // tasks.json has just come: the workbench hears of it in a moment.
    for (let round = 0; round < 5; round++) {
      await workbench.command('Tasks: Run Task');
      await workbench.page.locator('.quick-input-list .monaco-list-row').first().waitFor(PATIENCE);
      await workbench.page.waitForTimeout(500);
      if ((await entry(label).count()) > 0) break;
      await workbench.page.keyboard.press('Escape');
    }
    await workbench.screenshot(`task-${label.replace(' ', '-')}`);
    await entry(label).click(PATIENCE);
  };
  /**
   * Enter on the first row, until the next list stands there. The editor may give the focus back to a page behind the list
   * a moment after the list came up: a key that goes to the page is pressed once more, as a person does.
   */
  const enter = async (first: string, next: string): Promise<void> => {
    const list = workbench.page.locator('.quick-input-list');
    await list.locator('.monaco-list-row.focused', { hasText: first }).waitFor(PATIENCE);
    await expect
      .poll(
        async () => {
          if ((await entry(next).count()) > 0) return true;
          const isThere = (await list.locator('.monaco-list-row.focused', { hasText: first }).count()) > 0;
          if (isThere) await workbench.page.locator('.quick-input-widget input[type=text]').press('Enter', PATIENCE);
          return (await entry(next).count()) > 0;
        },
        { ...PATIENCE, interval: 1000 },
      )
      .toBe(true);
  };
  const terminal = async (): Promise<string> =>
    (await workbench.page.locator('.terminal-wrapper.active .xterm-rows').allInnerTexts()).join('\n');

  it('says when it is ready, and takes a packet that is sent by a few keys', async () => {
    await run('the node');
    await expect.poll(terminal, PATIENCE).toContain('ready: listens on 127.0.0.1:');
    const port = /listens on 127\.0\.0\.1:(\d+)/.exec((await terminal()).replace(/\s+/g, ' '))![1];
    await workbench.command('Peerscope: Open Test Node');
    const page = await nodeFrame(workbench);
    await startNode(page, { protocol: 'p2pke', direction: 'connect', address: `127.0.0.1:${port}` });
    await expect.poll(() => page.locator('.state.ready').count(), PATIENCE).toBeGreaterThan(1);
    await workbench.page.keyboard.press('Control+Alt+P');
    await entry(`127.0.0.1:${port}`).click(PATIENCE);
    await entry('data').click(PATIENCE);
    const input = workbench.page.locator('.quick-input-widget input[type=text]');
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    await entry('Send data').waitFor(PATIENCE);
    // What may stand there is below the line.
    await input.pressSequentially('da');
    await expect.poll(() => rows.allInnerTexts(), PATIENCE).toHaveLength(2);
    await workbench.screenshot('send-packet');
    // Enter completes what cannot be sent yet.
    await workbench.page.keyboard.press('Enter');
    await expect.poll(() => input.inputValue(), PATIENCE).toBe('data: ');
    await input.pressSequentially('01 02');
    await expect.poll(() => rows.first().innerText(), PATIENCE).toMatch(/Send data$/);
    await workbench.page.keyboard.press('Enter');
    await entry('Send data Again').waitFor(PATIENCE);
    await workbench.screenshot('send-packet-sent');
    await workbench.page.keyboard.press('Escape');
    // Three keys send the last one again: its link and its line stand first.
    await workbench.page.keyboard.press('Control+Alt+P');
    await enter('p2pke, ', 'data: 01 02');
    await enter('data: 01 02', 'Send data Again');
    await workbench.page.keyboard.press('Escape');
    // What comes back stands where the packet was sent from, with its fields: another session is answered.
    await workbench.page.keyboard.press('Control+Alt+P');
    await enter('p2pke, ', 'InitHello');
    await entry('InitHello').click(PATIENCE);
    await enter('Send InitHello', 'Send InitHello Again');
    await entry('cipher_suite: "25519_ChaChaPoly_BLAKE2b"').waitFor(PATIENCE);
    await workbench.screenshot('send-packet-answer');
    await workbench.page.keyboard.press('Escape');
    await workbench.screenshot('task-node');
  });

  it('runs a script, and a failed section is a problem at its line', async () => {
    await run('the script');
    await expect.poll(terminal, PATIENCE).toContain('1 passed, 1 failed');
    // The name of a section steers no terminal.
    expect(await terminal()).toContain('good \\u001b[31m\\u001b]0;owned\\u0007');
    await workbench.command('Problems: Focus on Problems View');
    await workbench.page.locator('.markers-panel', { hasText: 'InitHello did not come' }).first().waitFor(PATIENCE);
    await workbench.screenshot('task-script');
  });
});
