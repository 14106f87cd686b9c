/** A test node waits while somebody stands at a breakpoint, and says so; it goes on with the debugger, or when it is told to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { nodeFrame, startNode } from './nodepage.ts';
import { Workbench } from './workbench.ts';

describe('a test node beside a debugger', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open({
      size: { width: 1440, height: 900 },
      // Any type of debugger will do: that of captures is the one which is there for sure.
      settings: { 'peerscope.node.pauseWithDebugger': ['peerscope'] },
    });
    await Inspecting.open(workbench, 'p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  const button = (name: string) => workbench.page.locator(`.debug-toolbar .action-label[aria-label^="${name}"]`);
  const sign = () => workbench.page.locator('.statusbar-item', { hasText: 'Node clock paused' });

  it('stands still while a session is stopped, says so, and goes on', async () => {
    await workbench.command('Peerscope: Open Test Node');
    const page = await nodeFrame(workbench);
    await startNode(page, { protocol: 'p2pke', direction: 'listen', address: '127.0.0.1:0' });
    const card = page.locator('peerscope-node');
    expect(await card.innerText()).not.toContain('Clock paused');
    await workbench.page.locator('.tabs-container .tab', { hasText: 'p2pke_a.pcapng' }).first().click();
    await workbench.command('Peerscope: Debug Capture');
    await button('Step Over').waitFor({ timeout: 60_000 });
    await expect
      .poll(() => card.innerText(), { timeout: 20_000 })
      .toContain('Clock paused: the debugger stopped in "Debug p2pke_a.pcapng"');
    await sign().waitFor();
    await workbench.screenshot('debug-pause');
    await card.locator('[data-act="continue"]').click();
    await expect.poll(() => card.locator('.standing').count(), { timeout: 20_000 }).toBe(0);
    await sign().waitFor({ state: 'detached' });
    // The next stop counts again.
    await button('Step Over').click();
    await expect.poll(() => card.locator('.standing').count(), { timeout: 20_000 }).toBe(1);
    await button('Stop').click();
    await expect.poll(() => card.locator('.standing').count(), { timeout: 20_000 }).toBe(0);
    expect(await card.innerText()).toContain('The clock goes on.');
  });
});
