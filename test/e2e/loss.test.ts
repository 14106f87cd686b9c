/** A person's capture, thread or window goes away under them: what was promised is still there, and each time a sentence says what is not. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcap } from '../unit/capture/build.ts';
import { Inspecting } from './inspecting.ts';
import { nodeFrame, startNode } from './nodepage.ts';
import { ExtensionHost } from './processes.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 30_000 };
const FILTER = 'p2pke.counter >= 20';

/** A protocol of the user's own that ends its thread as soon as it sees a packet of the sample of p2pke. */
const FATAL = `export default ({ defineProtocol }) => defineProtocol({
  id: 'fatal', title: 'Fatal', document: 'none', names: ['fatal'], keys: [], rules: [],
  recognise: ({ ports }) => (ports.includes(7000) && ports.includes(7001) ? process.exit(7) : 0),
  observe: () => ({ conversation: () => ({}), end() {} }),
  dissect: () => undefined,
});
`;

describe.skipIf(process.platform !== 'linux')('what goes away', () => {
  let workbench: Workbench;
  let page: Frame;
  let port: number;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1600, height: 1000 } });
    writeFileSync(join(workbench.folder, 'fatal.mjs'), FATAL);
    const free = createSocket('udp4').bind(0, '127.0.0.1');
    await once(free, 'listening');
    port = free.address().port;
    await new Promise<void>((closed) => free.close(closed));
  });
  afterAll(() => workbench?.dispose());

  /** Without what VS Code does not find on the network. */
  const complaints = (): string[] => workbench.complaints.filter((text) => !/Failed to load|HTTP response code/.test(text));
  const tab = (name: string): Locator => workbench.page.locator('.tabs-container .tab', { hasText: name }).first();
  const card = (text: string): Locator => page.locator('peerscope-node', { hasText: text }).first();
  const whole = (inspecting: Inspecting): Locator => inspecting.frame.locator('.whole[role=alert]');
  const notices = (inspecting: Inspecting): Promise<string> => inspecting.frame.locator('#notices').innerText();
  const listen = async (): Promise<void> => {
    await workbench.command('Peerscope: Open Test Node');
    page = await nodeFrame(workbench);
    await startNode(page, { protocol: 'p2pke', direction: 'listen', address: `127.0.0.1:${port}`, mode: 'automatic' });
    await card(`listens on 127.0.0.1:${port}`).locator('[data-act=stop]').waitFor(PATIENCE);
  };

  it('a thread of one capture: others and a node live on, and Reload brings it back with its selection', async () => {
    await listen();
    await workbench.showTab('p2pke-listen');
    const other = await Inspecting.open(workbench, 'ptpchat_a.pcapng');
    await other.select(2);
    const doomed = await Inspecting.open(workbench, 'p2pke_a.pcapng');
    await doomed.select(4);
    workbench.setFolderSetting('peerscope.protocolModules', ['fatal.mjs']);
    await whole(doomed).waitFor(PATIENCE);
    expect(await whole(doomed).innerText()).toMatch(
      /p2pke_a\.pcapng cannot be shown\s+The dissection stopped with exit code 7\.\s+Reload/,
    );
    await workbench.screenshot('thread-gone');
    // It dies again as long as there is a reason.
    await doomed.frame.locator('#reload').click();
    await whole(doomed).getByText('exit code 7').waitFor(PATIENCE);
    workbench.setFolderSetting('peerscope.protocolModules', []);
    await expect
      .poll(async () => {
        if ((await whole(doomed).count()) > 0) await doomed.frame.locator('#reload').click();
        return doomed.frame.locator('#packet-list').count();
      }, PATIENCE)
      .toBe(1);
    await doomed.selected(4);
    await doomed.counts('messages', 33);
    await workbench.screenshot('thread-back');
    await tab('ptpchat_a.pcapng').click();
    const living = await Inspecting.appeared(workbench, 'ptpchat_a.pcapng');
    await living.selected(2);
    await living.select(5);
    await startNode(page, { protocol: 'p2pke', direction: 'connect', address: `127.0.0.1:${port}`, mode: 'automatic' });
    await card(`dials 127.0.0.1:${port}`).locator('.state.ready').waitFor(PATIENCE);
    expect(complaints()).toEqual([]);
  });

  it('bytes of a capture that is followed: what is left is shown, and what comes after', async () => {
    const frames = 20_000;
    const bytes = pcap(
      true,
      Array.from({ length: frames }, (_, seconds) => ({ seconds, data: new Uint8Array(60) })),
    );
    const path = join(workbench.folder, 'cut.pcap');
    writeFileSync(path, bytes);
    const inspecting = await Inspecting.open(workbench, 'cut.pcap');
    await inspecting.counts('frames', frames);
    await inspecting.frame.locator('#packet-list').focus();
    await inspecting.press('End');
    await inspecting.frame.locator(`#packet-list .selected[data-frame="${frames}"]`).waitFor(PATIENCE);
    const half = 24 + (frames / 2) * 76;
    truncateSync(path, half);
    await expect
      .poll(() => notices(inspecting), PATIENCE)
      .toBe('The file was cut short while it was open; this is what it still holds.');
    await inspecting.counts('frames', frames / 2);
    // What is selected is there no more: the last one that is takes its place, with its own fields.
    await expect
      .poll(() => inspecting.frame.locator('[role=treeitem]').first().innerText(), PATIENCE)
      .toContain(`Frame ${frames / 2},`);
    await workbench.screenshot('file-cut');
    appendFileSync(path, bytes.subarray(half));
    await inspecting.counts('frames', frames);
    await expect.poll(() => inspecting.frame.locator('#notices').count(), PATIENCE).toBe(0);
    truncateSync(path, 0);
    await whole(inspecting).waitFor(PATIENCE);
    expect(await whole(inspecting).innerText()).toContain(
      'The file was cut short while it was open. A capture file needs 24 bytes, 0 are left.',
    );
    await workbench.screenshot('file-emptied');
    writeFileSync(path, bytes.subarray(0, half));
    await inspecting.frame.locator('#packet-list').waitFor(PATIENCE);
    await inspecting.counts('frames', frames / 2);
    await inspecting.frame.locator('#packet-list').focus();
    await inspecting.press('Home');
    await inspecting.frame.locator('#packet-list .selected[data-frame="1"]').waitFor(PATIENCE);
    expect(complaints()).toEqual([]);
  });

  it('the window: the view comes back, recordings are kept and named, and threads and ports are free', async () => {
    await tab('p2pke_a.pcapng').click();
    const before = await Inspecting.appeared(workbench, 'p2pke_a.pcapng');
    await before.frame.locator('#filter').fill(FILTER);
    await before.press('Enter');
    await before.frame.locator('#packet-list [data-frame="25"]').click();
    const selected = before.frame.locator('#packet-list .packet-row.selected');
    await expect.poll(() => selected.getAttribute('data-frame'), PATIENCE).toBe('25');
    await before.frame.locator('#view-findings').click();
    // What the page last said has reached the host.
    await workbench.page.waitForTimeout(1000);
    const host = ExtensionHost.find();
    await workbench.command('Developer: Reload Window');
    await expect.poll(() => existsSync(`/proc/${host.pid}`), PATIENCE).toBe(false);
    const told = (): Promise<string[]> => workbench.notifications();
    await expect
      .poll(told, { timeout: 60_000 })
      .toContainEqual(expect.stringMatching(/2 test nodes ended with their window\. Their recordings are kept for a day in \//));
    await workbench.screenshot('window-reloaded');
    const folder = /kept for a day in (\/\S+)\./.exec((await told()).join('\n'))![1]!;
    const kept = readdirSync(folder).filter((name) => name.startsWith('p2pke-'));
    expect(kept).toHaveLength(2);
    expect(kept.map((name) => readFileSync(join(folder, name)).length > 500)).toContain(true);
    const after = await Inspecting.appeared(workbench, 'p2pke_a.pcapng');
    expect(await after.frame.locator('#view-findings').getAttribute('aria-selected')).toBe('true');
    await after.frame.locator('#view-packets').click();
    expect(await after.frame.locator('#filter').inputValue()).toBe(FILTER);
    await expect
      .poll(() => after.frame.locator('#packet-list .packet-row.selected').getAttribute('data-frame'), PATIENCE)
      .toBe('25');
    await listen();
    expect(ExtensionHost.find().pid).not.toBe(host.pid);
  });
});
