/** A person sends one packet by its lens to a program that answers late, reads the answer, and sends it once more. */
import { createSocket, type Socket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 30_000 };

describe('a packet that is sent by its lens', () => {
  let workbench: Workbench;
  const peer: Socket = createSocket('udp4');
  const from: number[] = [];
  beforeAll(async () => {
    await new Promise<void>((resolve) => peer.bind(0, '127.0.0.1', resolve));
    peer.on('message', (_, { port }) => from.push(port));
    workbench = await Workbench.open({ size: { width: 1600, height: 900 } });
    const text = `### one\nnode me = p2pke dial 127.0.0.1:${peer.address().port} manual\nsend me InitHello\nwait 4s\nsend me InitHello\n`;
    writeFileSync(join(workbench.folder, 'late.packet'), text);
  });
  afterAll(async () => {
    peer.close();
    await workbench?.dispose();
  });

  const lens = (title: string) => workbench.page.locator('.codelens-decoration a', { hasText: title }).first();
  const status = (): Promise<string> => workbench.page.locator('.statusbar').innerText();
  const answer = (): void => peer.send(Buffer.alloc(40, 7), from.at(-1)!, '127.0.0.1');
  const frames = async (): Promise<string[]> => {
    for (const frame of await workbench.inspectorFrames()) {
      const titles = await frame.locator('#toolbar .name').allInnerTexts();
      if (titles.some((title) => title.includes('late-1'))) return rows(frame);
    }
    return [];
  };
  /** The times of its packets. */
  const rows = (frame: Frame): Promise<string[]> =>
    frame.locator('#packet-list .packet-row[data-frame] [role=gridcell]:nth-child(2)').allInnerTexts();

  it('is on the screen at once, and its answer when it comes', async () => {
    await workbench.openFile('late.packet');
    await lens('Send').click(PATIENCE);
    // Right after it nothing is expected.
    await expect.poll(status, PATIENCE).toMatch(/Packet script: sent(?!,)/);
    await expect.poll(() => from.length, PATIENCE).toBe(1);
    await expect.poll(async () => (await frames()).length, PATIENCE).toBe(1);
    expect(await status()).toContain('Node me is open');
    await workbench.page.waitForTimeout(3_000);
    answer();
    await expect.poll(async () => (await frames()).length, PATIENCE).toBe(2);
    await workbench.screenshot('sending-answered');
  });

  it('is closed from the status bar', async () => {
    await workbench.page.locator('.statusbar-item', { hasText: 'Node me is open' }).click();
    await expect.poll(status, PATIENCE).not.toContain('Node me is open');
    answer();
    await workbench.page.waitForTimeout(1_000);
    expect(await frames()).toHaveLength(2);
  });

  it('begins anew in the same tab with the next run, from its first moment on and at time zero', async () => {
    const before = from.length;
    await lens('Run').click(PATIENCE);
    await expect.poll(() => from.length, PATIENCE).toBe(before + 1);
    // The run waits for four seconds more.
    await expect.poll(async () => (await frames()).length, { timeout: 3_500 }).toBe(1);
    expect(Number((await frames())[0])).toBe(0);
    await workbench.screenshot('sending-again');
    await expect.poll(async () => (await frames()).length, PATIENCE).toBe(2);
    const [first, second] = await frames();
    expect(Number(first)).toBe(0);
    expect(Number(second)).toBeGreaterThan(3.5);
    expect(await workbench.page.locator('.tabs-container .tab', { hasText: 'late-1' }).count()).toBe(1);
  });

  it('is sent by four keys to a program that no node is connected to, and its late answer stands below it', async () => {
    const before = from.length;
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    // The script in front says whom it dials.
    await workbench.openFile('late.packet');
    await workbench.page.locator('.monaco-editor .view-line').first().click();
    await workbench.page.keyboard.press('Control+Alt+P');
    await rows
      .filter({ hasText: `Dial 127.0.0.1:${peer.address().port}` })
      .first()
      .waitFor(PATIENCE);
    await workbench.page.keyboard.press('Enter');
    await rows.filter({ hasText: 'InitHello' }).first().waitFor(PATIENCE);
    await workbench.page.keyboard.press('Enter');
    await rows.filter({ hasText: 'Send InitHello' }).first().waitFor(PATIENCE);
    // The node itself says nothing.
    expect(from.length).toBe(before);
    await workbench.page.keyboard.press('Enter');
    await expect.poll(() => from.length, PATIENCE).toBe(before + 1);
    await rows.filter({ hasText: 'Send InitHello Again' }).first().waitFor(PATIENCE);
    await workbench.page.waitForTimeout(2_000);
    answer();
    await rows
      .filter({ hasText: /frame \d+/ })
      .first()
      .waitFor(PATIENCE);
    await workbench.screenshot('sending-four-keys');
    // It stands in the inspector, too, for whoever leaves the line.
    await workbench.page.locator('.tabs-container .tab.active', { hasText: 'p2pke-connect' }).waitFor(PATIENCE);
    await workbench.page.keyboard.press('Escape');
  });
});
