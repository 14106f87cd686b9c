/** A person opens a capture without its keys, reads which are missing, and gives them: rows change where they stand. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decryptionSecrets, keyLogSecretsType } from '../../dissector/capture/index.ts';
import { samples } from '../../extension/workbench/paths.ts';
import { analyseGolden, goldenKeys } from '../golden/open.ts';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

const NAME = 'p2pke_b';
const CAPTURE = `${NAME}.pcapng`;
/** A datagram of the session whose keys are given. */
const DATA_ROW = 9;
const keyLog = goldenKeys(NAME);
/** As long and well-formed as the right one; every value is another. */
const wrongKeyLog = keyLog.replace(/[0-9a-f]{64}/g, (hex) => [...hex].reverse().join(''));
const sealed = analyseGolden(NAME).counts.encrypted;
const left = analyseGolden(NAME, keyLog).counts.encrypted;

describe('a capture whose keys are missing', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
  });
  beforeEach(async () => {
    workbench.setFolderSetting('peerscope.keyLogs', []);
    inspecting = await Inspecting.open(workbench, CAPTURE);
    await inspecting.counts('encrypted', sealed);
    await inspecting.select(DATA_ROW);
  });
  afterEach(async () => {
    await workbench.command('View: Close All Editors');
    await workbench.command('Peerscope: Forget All Keys');
    await workbench.command('Notifications: Clear All Notifications');
  });
  afterAll(() => workbench?.dispose());

  const write = (name: string, text: string): string => {
    const path = join(workbench.folder, name);
    writeFileSync(path, text);
    return path;
  };
  /**
   * Answers the file dialog. It fills in its folder when it is ready, looks for what is typed before it takes it, and fills in
   * its folder once more when it has read it: what was typed too early is typed again, as a person would.
   */
  const choose = async (path: string): Promise<void> => {
    const { page } = workbench;
    const dialog = page.locator('.quick-input-widget');
    const input = dialog.locator('input[type=text]');
    await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toMatch(/\/$/);
    const type = async (): Promise<boolean> => {
      if (!(await dialog.isVisible())) return true;
      await input.fill(path);
      await page.waitForTimeout(500);
      if ((await input.inputValue().catch(() => '')) === path) await input.press('Enter');
      await page.waitForTimeout(500);
      return !(await dialog.isVisible());
    };
    await expect.poll(type, { timeout: 20_000 }).toBe(true);
  };
  const expectSealed = async (): Promise<void> => {
    await inspecting.counts('encrypted', sealed);
    await expect.poll(() => inspecting.row(DATA_ROW).getAttribute('class')).toContain('state-encrypted');
    expect(await inspecting.row(DATA_ROW).locator('.badge.encrypted').innerText()).toBe('enc');
    await expect.poll(() => inspecting.missing()).toContain('P2PKE_EPHEMERAL_PRIVATE');
    await expect.poll(() => inspecting.tab('Decrypted').count()).toBe(0);
  };
  const expectOpened = async (): Promise<void> => {
    expect(left).toBeLessThan(sealed);
    await inspecting.counts('encrypted', left);
    await expect.poll(() => inspecting.row(DATA_ROW).getAttribute('class')).toContain('state-decoded');
    expect(await inspecting.row(DATA_ROW).locator('.badge').count()).toBe(0);
    expect((await inspecting.cells(DATA_ROW)).at(-1)).toMatch(/counter \d+, \d+ bytes/);
    // The selected row is the same one, and its fields are those of the opened message.
    await inspecting.selected(DATA_ROW);
    await inspecting.tab('Decrypted').waitFor();
    await expect.poll(() => inspecting.missing()).toBe('');
  };

  it('says which are missing, and opens with a key log that the setting names', async () => {
    await expectSealed();
    await workbench.screenshot('keys-missing');
    write('right.keys', keyLog);
    workbench.setFolderSetting('peerscope.keyLogs', ['right.keys']);
    await expectOpened();
    await workbench.screenshot('keys-given');
    await workbench.command('Peerscope: Forget All Keys');
    await expect
      .poll(() => workbench.notifications())
      .toEqual(['Peerscope: no key was given by hand. Those of the setting peerscope.keyLogs and of captures stay: right.keys']);
    await expectOpened();
  });

  it('stays sealed with a wrong key log, and opens when that file is mended', async () => {
    write('mine.keys', wrongKeyLog);
    workbench.setFolderSetting('peerscope.keyLogs', ['mine.keys']);
    await inspecting.counts('keys', 2);
    await expectSealed();
    write('mine.keys', keyLog);
    await expectOpened();
  });

  it('tells what is wrong with a line of a key log among the problems, until it is mended', async () => {
    const secret = '00112233445566778899aabbccddee';
    write('mine.keys', `${keyLog}NO_SUCH_LABEL ${secret}\n`);
    workbench.setFolderSetting('peerscope.keyLogs', ['mine.keys']);
    await workbench.command('Focus on Problems View');
    const panel = workbench.page.locator('.markers-panel');
    // A list draws what is in view: the findings of the capture stand before.
    await workbench.page.locator('.viewpane-filter input').first().fill('known label');
    const line = panel.locator('.monaco-list-row', { hasText: 'the line does not start with a known label' });
    await expect.poll(() => line.count()).toBe(1);
    expect(await panel.innerText()).toContain(`Ln ${keyLog.trimEnd().split('\n').length + 1}`);
    expect(await panel.innerText()).not.toContain(secret);
    await workbench.screenshot('keys-problem');
    write('mine.keys', keyLog);
    await expect.poll(() => line.count()).toBe(0);
    await workbench.command('View: Hide Panel');
  });

  it('opens with a key log that is added by command', async () => {
    const path = write('added.keys', keyLog);
    await workbench.command('Peerscope: Add Key Log…');
    await choose(path);
    await expectOpened();
  });

  it('opens with keys from the clipboard, and shows what each opens', async () => {
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await inspecting.frame.locator('#view-keys').click();
    const table = inspecting.frame.locator('#key-table');
    await table.getByText('No key was given.').waitFor();
    await expect.poll(() => table.locator('.locked .key').count()).toBeGreaterThan(0);
    await workbench.page.evaluate((text) => navigator.clipboard.writeText(text), 'not a key log');
    await inspecting.frame.locator('#keys-from-clipboard').click();
    await expect.poll(() => workbench.notifications()).toEqual([expect.stringContaining('holds no line of a key log')]);
    await workbench.page.evaluate((text) => navigator.clipboard.writeText(text), keyLog);
    await inspecting.frame.locator('#keys-from-clipboard').click();
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Until the window is closed' }).click();
    await table.locator('.key', { hasText: 'decrypts p2pke' }).first().waitFor();
    expect(await table.innerText()).not.toMatch(new RegExp(keyLog.match(/[0-9a-f]{64}$/m)![0]));
    await workbench.screenshot('keys-view');
    await inspecting.frame.locator('#view-packets').click();
    await expectOpened();
    await workbench.command('Peerscope: Forget All Keys');
    await expectSealed();
    await expect
      .poll(() => workbench.notifications())
      .toContainEqual('Peerscope: all keys that were given by hand are forgotten.');
  });

  it('opens with a key log that is added by the button beside the sentence', async () => {
    const path = write('added.keys', keyLog);
    await inspecting.frame.locator('#add-keys-here').click();
    await choose(path);
    await expectOpened();
  });
});

describe('a capture that carries its keys', () => {
  const file = join(process.env.TMPDIR ?? '/tmp', `peerscope-${process.pid}-carried.pcapng`);
  let workbench: Workbench;
  beforeAll(async () => {
    const secrets = decryptionSecrets(keyLogSecretsType, new TextEncoder().encode(keyLog));
    writeFileSync(file, Buffer.concat([readFileSync(join(samples, CAPTURE)), secrets]));
    workbench = await Workbench.open({ files: [file] });
    workbench.setFolderSetting('peerscope.keyLogs', []);
  });
  afterAll(async () => {
    await workbench?.dispose();
    rmSync(file, { force: true });
  });

  it('is opened by them', async () => {
    const inspecting = await Inspecting.open(workbench, 'carried.pcapng');
    await inspecting.counts('encrypted', left);
    expect(await inspecting.row(DATA_ROW).getAttribute('class')).toContain('state-decoded');
  });
});
