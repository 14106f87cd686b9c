/** A person says what a conversation is, and which candidate of an open choice counts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('deciding by the menu', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'p2p_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  const pick = async (label: string): Promise<void> => {
    const entry = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
    await entry.waitFor();
    await entry.click();
  };
  const choose = (name: string): Promise<void> =>
    inspecting.chooseFromMenu(inspecting.row(0).locator('[role=gridcell]').nth(4), name);
  const settings = () => JSON.parse(readFileSync(join(workbench.folder, '.vscode', 'settings.json'), 'utf8'));

  it('a conversation is what the user says, until they say otherwise', async () => {
    const before = await inspecting.count('messages');
    await choose('Decode As');
    await pick('tcp.port == 5002');
    await pick('none');
    await inspecting.counts('messages', 0);
    expect(settings()['peerscope.decodeAs']).toEqual(['tcp.port == 5002 -> none']);
    await choose('Decode As');
    await pick('tcp.port == 5002');
    await pick('As recognised');
    await inspecting.counts('messages', before);
    expect(settings()['peerscope.decodeAs']).toBeUndefined();
  });

  it('a candidate is pinned', async () => {
    const before = await inspecting.count('messages');
    await inspecting.frame.locator('#messages-only').click();
    await choose('Choose a Candidate');
    await pick('p2p.cipher');
    await pick('aes-256-ctr');
    await expect.poll(() => inspecting.count('messages')).toBeLessThan(before);
    expect(settings()['peerscope.p2p.cipher']).toBe('aes-256-ctr');
    // Where its effect is seen, the pin is named, and taken away.
    await inspecting.frame.locator('#packet-list .packet-row.state-encrypted').first().click();
    const pinned = inspecting.frame.locator('.pinned[data-choice="p2p.cipher"]');
    await expect.poll(() => pinned.innerText()).toContain('p2p.cipher is pinned to aes-256-ctr: no other candidate was tried.');
    // The key is there: no key is asked for.
    expect(await inspecting.frame.locator('#missing:not(.pinned)').count()).toBe(0);
    await workbench.screenshot('pinned');
    await pinned.getByText('Unpin').click();
    await inspecting.counts('messages', before);
    expect(settings()['peerscope.p2p.cipher']).toBeUndefined();
  });
});
