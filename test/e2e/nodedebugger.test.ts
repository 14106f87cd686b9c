/** A person debugs a program of their own with VS Code's debugger of Node while it talks with a test node: longer than every time-out. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { project } from '../../extension/workbench/paths.ts';
import { Inspecting } from './inspecting.ts';
import { nodeFrame, startNode } from './nodepage.ts';
import { Workbench } from './workbench.ts';

const limits = { handshakeSeconds: 2, idleSeconds: 3 };
/** Longer than each of them. */
const LONG_MS = 4_000;
const PATIENCE = { timeout: 30_000 };
const source = join(project, 'test', 'e2e', 'debugged');

describe('a program under the debugger of Node', () => {
  let workbench: Workbench;
  let page: Frame;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1440, height: 900 }, settings: { 'peerscope.node.limits': limits } });
    const program = readFileSync(join(source, 'program.ts'), 'utf8').replace('./peer.ts', './peer.mjs');
    writeFileSync(join(workbench.folder, 'program.ts'), program);
    const common = { platform: 'node', format: 'esm', bundle: true, logLevel: 'warning' } as const;
    await build({ ...common, entryPoints: [join(source, 'peer.ts')], outfile: join(workbench.folder, 'peer.mjs') });
    await build({
      ...{ ...common, bundle: false, sourcemap: true, entryPoints: [join(workbench.folder, 'program.ts')] },
      outfile: join(workbench.folder, 'program.mjs'),
    });
  }, 300_000);
  afterAll(() => workbench?.dispose());

  const button = (name: string) => workbench.page.locator(`.debug-toolbar .action-label[aria-label^="${name}"]`);
  const line = (text: string) => workbench.page.locator('.view-line', { hasText: text }).first();
  /** Of the newest node, which stands first. */
  const card = () => page.locator('peerscope-node').first();
  const stopped = () =>
    expect.poll(() => card().innerText(), PATIENCE).toMatch(/Clock paused: the debugger stopped in ".*Program"/);
  const goOn = async (): Promise<void> => {
    await button('Continue').click();
    await expect.poll(() => card().locator('.standing').count(), PATIENCE).toBe(0);
  };
  const long = () => new Promise((later) => setTimeout(later, LONG_MS));
  /** F5 on the program, with a node that is new to it. */
  const start = async (): Promise<void> => {
    await startNode(page, { protocol: 'p2pke', direction: 'listen', address: '127.0.0.1:0' });
    const [, port] = /listens on 127\.0\.0\.1:(\d+)/.exec(await page.locator('peerscope-node').first().innerText())!;
    const program = { type: 'node', request: 'launch', name: 'Program', args: [port], console: 'internalConsole' };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code puts the folder in its place
    const configuration = { ...program, program: '${workspaceFolder}/program.mjs', runtimeExecutable: process.execPath };
    mkdirSync(join(workbench.folder, '.vscode'), { recursive: true });
    writeFileSync(join(workbench.folder, '.vscode', 'launch.json'), JSON.stringify({ configurations: [configuration] }));
    await workbench.page.waitForTimeout(1_000);
    await workbench.showTab('program.ts');
    await workbench.command('Debug: Start Debugging');
    await button('Continue').waitFor({ timeout: 60_000 });
  };

  it('stands at breakpoints longer than every time-out, and goes on without a finding', async () => {
    await workbench.openFile('program.ts');
    for (const text of ['bytes came', "'after the breakpoint'"]) {
      await line(text).click();
      await workbench.page.keyboard.press('F9');
    }
    await workbench.command('Peerscope: Open Test Node');
    page = await nodeFrame(workbench);
    await start();
    // In the middle of the handshake.
    await stopped();
    await workbench.screenshot('debug-node');
    await long();
    await button('Continue').click();
    // With its session.
    await expect.poll(() => card().innerText(), PATIENCE).toContain('init_done');
    await stopped();
    await long();
    await goOn();
    await button('Continue').waitFor({ state: 'hidden', timeout: 60_000 });
    await workbench.showTab('p2pke-listen');
    const traffic = await Inspecting.appeared(workbench, 'p2pke-listen');
    await traffic.frame.locator('#filter').fill('p2pke.message == "data"');
    await traffic.press('Enter');
    await expect.poll(() => traffic.frame.locator('#filter-count').innerText(), PATIENCE).toMatch(/^1 row of/);
    expect(await traffic.count('findings')).toBe(0);
    expect(await card().innerText()).not.toContain('handshake');
    await workbench.screenshot('debug-node-traffic');
  });

  it('is too late where the node does not wait', async () => {
    workbench.setFolderSetting('peerscope.node.pauseWithDebugger', 'never');
    await start();
    await expect.poll(() => card().innerText(), PATIENCE).toContain('disconnected');
    expect(await card().locator('.standing').count()).toBe(0);
    await button('Stop').click();
    await button('Stop').waitFor({ state: 'hidden', timeout: 60_000 });
  });
});
