/** Test nodes wait for the debugger of another extension, whatever its type is. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeFrame, startNode } from './nodepage.ts';
import { packedBeside } from './pack.ts';
import { Workbench } from './workbench.ts';

const limits = { handshakeSeconds: 2, idleSeconds: 12 };
/** Longer than each of them. */
const LONG_MS = 15_000;
const PATIENCE = { timeout: 30_000 };

describe('the debugger of another extension', () => {
  let workbench: Workbench;
  let page: Frame;
  beforeAll(async () => {
    workbench = await Workbench.open({
      size: { width: 1440, height: 900 },
      settings: { 'peerscope.node.limits': limits },
      beside: [packedBeside('otherdebugger')],
    });
    mkdirSync(join(workbench.folder, '.vscode'), { recursive: true });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code puts the folder in its place
    const configuration = { type: 'other', request: 'launch', name: 'Other', program: '${workspaceFolder}/program.txt' };
    writeFileSync(join(workbench.folder, '.vscode', 'launch.json'), JSON.stringify({ configurations: [configuration] }));
    writeFileSync(join(workbench.folder, 'program.txt'), 'a line\n');
    await workbench.command('Peerscope: Open Test Node');
    page = await nodeFrame(workbench);
  }, 300_000);
  afterAll(() => workbench?.dispose());

  const button = (name: string) => workbench.page.locator(`.debug-toolbar .action-label[aria-label^="${name}"]`);
  const cards = () => page.locator('peerscope-node').allInnerTexts();
  /** Two nodes with a session, as the cards of the page tell of them, the newest first. */
  const pair = async (): Promise<void> => {
    await startNode(page, { protocol: 'p2pke', direction: 'listen', address: '127.0.0.1:0' });
    const [, port] = /listens on 127\.0\.0\.1:(\d+)/.exec((await cards())[0]!)!;
    await startNode(page, { protocol: 'p2pke', direction: 'connect', address: `127.0.0.1:${port}` });
  };

  it('stops two nodes for longer than every time-out, and their session goes on', async () => {
    await pair();
    await workbench.command('Debug: Start Debugging');
    await expect
      .poll(async () => (await cards()).join('\n'), PATIENCE)
      .toMatch(/(paused: the debugger stopped in "Other"[\s\S]*){2}/);
    await new Promise((later) => setTimeout(later, LONG_MS));
    const waiting = await cards();
    expect(waiting.join('\n')).not.toContain('disconnected');
    await workbench.screenshot('debug-other');
    await button('Continue').click();
    await expect.poll(() => page.locator('peerscope-node .standing').count(), PATIENCE).toBe(0);
    expect((await cards()).join('\n')).not.toContain('disconnected');
    // It stands again wherever it is paused.
    await button('Pause').click();
    await expect.poll(() => page.locator('peerscope-node .standing').count(), PATIENCE).toBe(2);
    await button('Stop').click();
    await button('Stop').waitFor({ state: 'hidden', timeout: 60_000 });
    await expect.poll(() => page.locator('peerscope-node .standing').count(), PATIENCE).toBe(0);
  });

  it('does not stop nodes that wait for debuggers of other types alone', async () => {
    workbench.setFolderSetting('peerscope.node.pauseWithDebugger', ['another']);
    await pair();
    await workbench.command('Debug: Start Debugging');
    await button('Continue').waitFor({ timeout: 60_000 });
    // It stands at its line, and the nodes are told of nothing.
    await workbench.page.locator('.statusbar-item', { hasText: 'Node clock paused' }).waitFor({ state: 'hidden' });
    expect(await page.locator('peerscope-node .standing').count()).toBe(0);
  });
});
