/** A person who has just installed the extension gets started: opens the sample, gives its keys, steps through its handshake. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe.each([
  ['the walkthrough', false],
  ['the walkthrough in a browser alone', true],
] as const)('%s', (_, web) => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open({ web, size: { width: 1600, height: 900 } });
    // As in a folder where nothing is set up.
    workbench.setFolderSetting('peerscope.keyLogs', []);
    await workbench.command('Peerscope: Get Started');
  });
  afterAll(() => workbench?.dispose());

  const page = () => workbench.page.locator('.gettingStartedContainer');
  const step = (title: string) => page().locator('.getting-started-step', { hasText: title });
  const isDone = (title: string) => step(title).locator('.codicon-getting-started-step-checked.complete').count();
  const back = () =>
    workbench.page
      .locator('.tabs-container .tab', { hasText: /Welcome|Walkthrough/ })
      .first()
      .click();

  it('is opened by its command and has four steps, each with a picture', async () => {
    await step('Open a capture').waitFor();
    expect(await page().locator('.getting-started-step').count()).toBe(4);
    const picture = page().locator('.getting-started-media img').first();
    await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(100);
    await workbench.screenshot('walkthrough');
  });

  it('opens the sample, and takes the step for done', async () => {
    expect(await isDone('Open a capture')).toBe(0);
    await page().locator('.monaco-button', { hasText: 'Open a Sample' }).click();
    inspecting = await Inspecting.appeared(workbench, 'p2pke_a.pcapng');
    await inspecting.counts('encrypted', 32);
    await workbench.screenshot('walkthrough-open');
    await back();
    await expect.poll(() => isDone('Open a capture')).toBe(1);
  });

  it('gives its keys', async () => {
    await step('Add keys').click();
    await page().locator('.monaco-button', { hasText: 'Add the Sample Keys' }).click();
    inspecting = await Inspecting.appeared(workbench, 'p2pke_a.pcapng');
    await inspecting.counts('encrypted', 0);
    await workbench.screenshot('walkthrough-keys');
    await back();
    await expect.poll(() => isDone('Add keys')).toBe(1);
  });

  it('steps through its handshake', async () => {
    await step('Step through').click();
    await page().locator('.monaco-button', { hasText: 'Step Through the Sample' }).click();
    inspecting = await Inspecting.appeared(workbench, 'p2pke_a.pcapng');
    await expect.poll(() => inspecting.frame.locator('#step-count').innerText()).toBe('Step 1 of 33');
    await inspecting.press('F10');
    await expect.poll(() => inspecting.frame.locator('#step-count').innerText()).toBe('Step 2 of 33');
    await workbench.screenshot('walkthrough-steps');
    await back();
    await expect.poll(() => isDone('Step through')).toBe(1);
  });

  it('debugs its handshake', async () => {
    await step('Debug a handshake').click();
    await page().locator('.monaco-button', { hasText: 'Debug the Sample' }).click();
    const stopped = workbench.page.locator('.debug-top-stack-frame-line, .debug-top-stack-frame-decoration').first();
    await stopped.waitFor({ timeout: 60_000 });
    await workbench.page.locator('.view-line', { hasText: 'p2pke InitHello {' }).first().waitFor();
    await workbench.command('View: Show Run and Debug');
    await workbench.page.locator('.debug-toolbar .action-label[aria-label^="Step Over"]').click();
    await workbench.page.locator('.debug-call-stack .stack-frame', { hasText: 'RespHello' }).first().waitFor();
    await workbench.screenshot('walkthrough-debug');
    await workbench.page.locator('.debug-toolbar .action-label[aria-label^="Stop"]').click();
    await back();
    await expect.poll(() => isDone('Debug a handshake')).toBe(1);
  });
});
