/** A person steps through a handshake: forwards, backwards, with the values of each computation. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECODE_AS } from '../bench/capture.ts';
import { writeSealed } from '../bench/sealed.ts';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

/** Messages of a session that no page of lines holds. */
const MANY = 600;

describe('stepping through a session', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1440, height: 900 } });
    inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  const counted = () => inspecting.frame.locator('#step-count');
  const details = () => inspecting.frame.locator('#step-details');
  const shown = (frame: number) => inspecting.frame.locator('#field-tree .field-text', { hasText: `Frame ${frame},` }).waitFor();

  it('begins with the session of the selected packet', async () => {
    await inspecting.select(0);
    await inspecting.frame.locator('#view-steps').click();
    await expect.poll(() => counted().innerText()).toBe('Step 1 of 33');
    await expect.poll(() => details().locator('.sides .sent').innerText()).toContain('InitHello ⟶');
  });

  it('has the whole height, and fields and bytes below it when they are asked for', async () => {
    const { frame } = inspecting;
    const height = async (selector: string): Promise<number> => (await frame.locator(selector).boundingBox())?.height ?? 0;
    await expect.poll(() => frame.locator('#drawer').innerText()).toBe('▴ Fields and bytes of frame 1');
    expect(await height('peerscope-steps')).toBeGreaterThan(500);
    expect(await height('#details')).toBeLessThan(2);
    await workbench.screenshot('steps-whole');
    // What cannot be seen takes no focus.
    expect(await frame.locator('#details').evaluate((element) => (element as HTMLElement).inert)).toBe(true);
    await frame.locator('#step-list').focus();
    await inspecting.press('Enter');
    await shown(1);
    expect(await height('#details')).toBeGreaterThan(200);
    await frame.locator('[data-command=toggleDetails]').click();
    await frame.locator('#drawer').waitFor();
    // The lower edge of the view is dragged up.
    const panes = (await frame.locator('#panes').boundingBox())!;
    const { mouse } = workbench.page;
    await mouse.move(panes.x + 300, panes.y + panes.height - 2);
    await mouse.down();
    await mouse.move(panes.x + 300, panes.y + panes.height * 0.6, { steps: 4 });
    await mouse.up();
    await shown(1);
    await frame.locator('#view-packets').click();
    expect(await height('#details')).toBeGreaterThan(200);
    await frame.locator('#view-steps').click();
    await shown(1);
  });

  it('goes on by button and by key; tree and bytes follow', async () => {
    await inspecting.frame.locator('#step-forward').click();
    await expect.poll(() => counted().innerText()).toBe('Step 2 of 33');
    await shown(2);
    expect(await details().locator('.sides .sent').innerText()).toContain('⟵ RespHello');
    await inspecting.press('F10');
    await expect.poll(() => counted().innerText()).toBe('Step 3 of 33');
    await shown(3);
    await inspecting.press('F9');
    await expect.poll(() => counted().innerText()).toBe('Step 2 of 33');
    await shown(2);
  });

  it('shows what was computed, secrets only when they are asked for', async () => {
    const computed = details().locator('.computations');
    await computed.locator('.masked').first().waitFor();
    expect(await computed.locator('.secret code').count()).toBe(0);
    expect(await computed.locator('.check.valid').count()).toBeGreaterThan(0);
    await workbench.screenshot('steps');
    await workbench.picture('inspector');
    await inspecting.frame.locator('#reveal-secrets').click();
    await computed.locator('.secret code').first().waitFor();
    expect(await computed.locator('.secret code').first().innerText()).toMatch(/^[0-9a-f]{64}$/);
    await workbench.screenshot('steps-secrets');
    await inspecting.frame.locator('#reveal-secrets').click();
    await computed.locator('.secret code').first().waitFor({ state: 'detached' });
  });

  it('goes to the end and back with the keys of a list, and the list of packets went along', async () => {
    await inspecting.frame.locator('#step-list').focus();
    await inspecting.press('End');
    await expect.poll(() => counted().innerText()).toBe('Step 33 of 33');
    await inspecting.press('ArrowLeft');
    await expect.poll(() => counted().innerText()).toBe('Step 32 of 33');
    await inspecting.frame.locator('#view-packets').click();
    await inspecting.selected(31);
  });

  it('chooses among sessions', async () => {
    const other = await Inspecting.open(workbench, 'p2pke_b.pcapng');
    await other.frame.locator('#view-steps').click();
    const choice = other.frame.locator('#choose-session');
    await expect.poll(() => choice.locator('option:not([value=""])').count()).toBeGreaterThan(0);
    const values = await choice
      .locator('option:not([value=""])')
      .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
    await choice.selectOption(values.at(-1)!);
    await expect.poll(() => other.frame.locator('#step-count').innerText()).toMatch(/^Step 1 of \d+$/);
    await expect.poll(() => choice.inputValue()).toBe(values.at(-1));
  });

  it('goes to a step of a long session whose line was never in view', async () => {
    workbench.setFolderSetting('peerscope.decodeAs', DECODE_AS);
    writeSealed(join(workbench.folder, 'long.pcap'), MANY);
    await workbench.command('Refresh Explorer');
    const long = await Inspecting.open(workbench, 'long.pcap');
    await long.frame.locator('#view-steps').click();
    const count = long.frame.locator('#step-count');
    await expect.poll(() => count.innerText()).toBe(`Step 1 of ${MANY + 2}`);
    // Another capture has the panes of the one before.
    expect(await long.frame.locator('#drawer').count()).toBe(0);
    await long.frame.locator('#step-list').focus();
    await long.press('End');
    await expect.poll(() => count.innerText()).toBe(`Step ${MANY + 2} of ${MANY + 2}`);
    await long.frame.locator('#step-back').click();
    await expect.poll(() => count.innerText()).toBe(`Step ${MANY + 1} of ${MANY + 2}`);
    await long.frame.locator('#field-tree .field-text', { hasText: `Frame ${MANY + 1},` }).waitFor();
    await workbench.screenshot('steps-long');
  });
});
