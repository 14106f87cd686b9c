/** A person debugs a captured handshake: forward, into what is computed, and back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('a capture under the debugger', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open({
      size: { width: 1240, height: 1000 },
      settings: { 'peerscope.keyLogs': ['p2pke_a.keys'] },
    });
    inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  /** The line of the call stack that has the focus. */
  const top = () => workbench.page.locator('.debug-call-stack .monaco-list-row.selected, .debug-call-stack .stack-frame').first();
  const button = (name: string) => workbench.page.locator(`.debug-toolbar .action-label[aria-label^="${name}"]`);

  it('begins at the first message of the conversation, with its transcript beside', async () => {
    await inspecting.select(0);
    await workbench.command('Peerscope: Debug This Conversation');
    await button('Step Over').waitFor({ timeout: 60_000 });
    await workbench.command('View: Show Run and Debug');
    await expect.poll(() => top().innerText(), { timeout: 60_000 }).toContain('InitHello');
    await workbench.screenshot('debug-entry');
    const transcript = workbench.page.locator('.editor-instance .view-line', { hasText: 'p2pke InitHello {' });
    await transcript.first().waitFor();
  });

  it('goes over, in and back by its buttons', async () => {
    await button('Step Over').click();
    await expect.poll(() => top().innerText()).toContain('RespHello');
    await button('Step Into').click();
    await expect.poll(() => top().innerText()).toContain('1 of 9');
    const variables = workbench.page.locator('.debug-variables');
    await variables.locator('.monaco-list-row', { hasText: 'Computation' }).first().waitFor();
    await variables.locator('.monaco-list-row', { hasText: 'secret, 32 bytes' }).first().waitFor();
    await workbench.screenshot('debug-computation');
    await workbench.picture('debug', ['.part.sidebar', '.part.editor']);
    await button('Step Out').click();
    await expect.poll(() => top().innerText()).toContain('InitDone');
    await button('Step Back').click();
    await expect.poll(() => top().innerText()).toContain('RespHello');
    await button('Reverse').click();
    await expect.poll(() => top().innerText()).toContain('InitHello');
    await workbench.screenshot('debug-back');
  });

  it('ends', async () => {
    await button('Stop').click();
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });
});
