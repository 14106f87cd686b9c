/** A person captures on loopback: chooses the interface, mistypes the filter, sees rows while it runs, stops it, saves it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Listener, loopback, whyNot } from '../unit/live/help.ts';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

const why = whyNot('tcpdump') === '' ? '' : whyNot('dumpcap');
const PATIENCE = { timeout: 20_000 };

describe.skipIf(why !== '')(`a live capture${why}`, () => {
  let workbench: Workbench;
  let listener: Listener;
  let inspecting: Inspecting;
  beforeAll(async () => {
    listener = await Listener.open();
    workbench = await Workbench.open();
  });
  afterAll(async () => {
    listener?.close();
    await workbench?.dispose();
  });
  const entry = (text: string) => workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  const sign = () => workbench.page.locator('.statusbar-item', { hasText: `${loopback}:` });

  async function startRing(): Promise<void> {
    await workbench.command('Start Live Capture');
    await entry('127.0.0.1').click();
    await workbench.page.getByText('A capture filter as tcpdump takes it').waitFor();
    await workbench.answer(`udp port ${listener.port}`);
    await entry('Ring of…').click();
    await workbench.page.getByText('How many files are kept').waitFor();
    await workbench.answer('2 x 1 MB');
    await sign().waitFor(PATIENCE);
    await Inspecting.appeared(workbench, '_00001.pcap');
  }

  /** More than a file of the ring takes. */
  async function sendMegabyte(): Promise<void> {
    const large = new Uint8Array(60_000);
    // The system keeps sixteen of them for a program that is behind.
    for (const count of [8, 16, 24]) {
      for (let n = 0; n < 8; n++) await listener.send(large);
      await expect.poll(() => sign().innerText(), PATIENCE).toContain(`${count} packets`);
    }
  }

  it('is of an interface, which is named with its addresses', async () => {
    await workbench.command('Start Live Capture');
    await entry('127.0.0.1').waitFor();
    await entry('On Another Host').waitFor();
    await workbench.screenshot('live-interfaces');
    await entry('127.0.0.1').click();
  });

  it('asks again for a filter that is none, and keeps what was typed', async () => {
    await workbench.page.getByText('A capture filter as tcpdump takes it').waitFor();
    await workbench.answer('udp prt 7000');
    await workbench.page.getByText('The capture filter cannot be used: syntax error.').waitFor();
    const input = workbench.page.locator('.quick-input-widget input[type=text]');
    expect(await input.inputValue()).toBe('udp prt 7000');
    await workbench.screenshot('live-filter');
    await workbench.answer(`udp port ${listener.port}`);
  });

  it('goes into one file, or a ring', async () => {
    await entry('Ring of 10 files of 10 MB').waitFor();
    await workbench.screenshot('live-files');
    await entry('One File').click();
  });

  it('shows rows while it runs', async () => {
    await sign().waitFor(PATIENCE);
    inspecting = await Inspecting.appeared(workbench, `${loopback}-`);
    await listener.send('one', 'two');
    await inspecting.counts('frames', 2);
    await inspecting.row(1).waitFor(PATIENCE);
    await listener.send('three');
    await inspecting.counts('frames', 3);
    await inspecting.frame.locator('#packet-2[data-frame]').waitFor(PATIENCE);
    await expect.poll(() => sign().innerText(), PATIENCE).toContain('3 packets');
    await inspecting.select(2);
    await workbench.screenshot('live-capture');
  });

  it('is stopped by its sign, and saved', async () => {
    await sign().click();
    await sign().waitFor({ ...PATIENCE, state: 'detached' });
    await expect.poll(() => workbench.notifications(), PATIENCE).toEqual([`Peerscope: 3 packets captured on ${loopback}.`]);
    await listener.send('after');
    await workbench.page.locator('.notifications-toasts').getByRole('button', { name: 'Save…' }).hover();
    await workbench.screenshot('live-stopped');
    await workbench.page.locator('.notifications-toasts').getByRole('button', { name: 'Save…' }).click();
    const path = join(workbench.folder, 'kept.pcap');
    const input = workbench.page.locator('.quick-input-widget input[type=text]');
    await expect.poll(() => input.inputValue()).toMatch(/\.pcap$/);
    await input.fill(path);
    await workbench.page.locator('.quick-input-widget a.monaco-button', { hasText: 'OK' }).click();
    await expect.poll(() => existsSync(path), PATIENCE).toBe(true);
    const bytes = readFileSync(path).toString('latin1');
    expect(['one', 'two', 'three'].every((text) => bytes.includes(text))).toBe(true);
    expect(bytes).not.toContain('after');
    expect(await inspecting.count('frames')).toBe(3);
  });

  it('of a ring shows its newest file, and opens as one capture', async () => {
    await startRing();
    await sendMegabyte();
    inspecting = await Inspecting.appeared(workbench, '_00002.pcap');
    await workbench.page.locator('.tab', { hasText: '_00001.pcap' }).waitFor({ ...PATIENCE, state: 'detached' });
    await inspecting.row(1).waitFor(PATIENCE);
    await workbench.screenshot('live-ring');
    await sign().click();
    await workbench.page.locator('.notifications-toasts').getByRole('button', { name: 'Open Ring' }).click();
    const whole = await Inspecting.appeared(workbench, '_00001.pcap + ');
    await whole.counts('frames', 24);
    await workbench.screenshot('live-ring-whole');
  });

  it('of a ring that went on behind another tab shows its newest file once its tab is in front', async () => {
    await workbench.command('View: Close All Editors');
    await startRing();
    await Inspecting.open(workbench, 'kept.pcap');
    await sendMegabyte();
    const tab = (name: string) => workbench.page.locator('.tabs-container .tab', { hasText: name });
    await tab('_00001.pcap').click();
    inspecting = await Inspecting.appeared(workbench, '_00002.pcap');
    await inspecting.row(1).waitFor(PATIENCE);
    await sign().click();
    await sign().waitFor({ ...PATIENCE, state: 'detached' });
  });
});
