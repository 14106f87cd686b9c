/** Two captures that a person compares: chosen in the explorer, gone through by keys, and followed into the inspector. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recorded } from '../unit/diff/runs.ts';
import { Inspecting } from './inspecting.ts';
import { violations } from './rules.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };
const PAINTED_MS = 300;
const opened = '### one\nnode b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\nexpect b InitDone\n';
const talk = Array.from({ length: 60 }, (_, n) => {
  const data = `${(n + 10).toString(16).padStart(2, '0')} 02 03`;
  return `send a data { data: ${data} }\nexpect b data { data: ${data} }\n`;
});
/** Which message of the talk is lost. */
const LOST = 12;

describe('two captures', () => {
  const made = mkdtempSync(join(tmpdir(), 'peerscope-comparing-'));
  let workbench: Workbench;
  let frame: Frame;
  beforeAll(async () => {
    const files = [join(made, 'aa-good.pcapng'), join(made, 'ab-bad.pcapng')] as const;
    copyFileSync(await recorded(opened + talk.join('')), files[0]);
    // A byte that is another, and a message that is lost later.
    const bad = talk.map((packet) => packet.replaceAll('0e 02', '0e ff'));
    const lost = bad[LOST]!.split('\n')[0]!;
    bad[LOST] = `fault a drop data nth 1\n${lost}\n`;
    copyFileSync(await recorded(opened + bad.join('')), files[1]);
    workbench = await Workbench.open({ files: [...files] });
  });
  afterAll(async () => {
    await workbench?.dispose();
    rmSync(made, { recursive: true, force: true });
  });

  const row = (name: string): Locator =>
    workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();

  /** The command of the first menu starts the extension, which then says that a capture is selected: a menu that is open by then does not hear of it. */
  async function menuHas(on: Locator, name: string): Promise<void> {
    for (let round = 0; round < 10; round++) {
      await on.click({ button: 'right' });
      const isThere = await workbench.page
        .getByRole('menuitem', { name })
        .first()
        .waitFor({ timeout: 1_500 })
        .then(
          () => true,
          () => false,
        );
      await workbench.page.keyboard.press('Escape');
      if (isThere) return;
    }
    throw new Error(`no menu has ${name}`);
  }

  async function comparison(): Promise<Frame> {
    const end = Date.now() + 60_000;
    for (;;) {
      for (const each of workbench.page.frames()) {
        const isThere = await each
          .locator('peerscope-comparison #lines')
          .isVisible()
          .catch(() => false);
        if (isThere) return each;
      }
      if (Date.now() > end) {
        await workbench.screenshot('comparison-missing');
        throw new Error('the comparison was not in view within 60 s');
      }
      await workbench.page.waitForTimeout(100);
    }
  }

  /** Into the dialog that asks for a file. */
  async function typed(path: string): Promise<void> {
    const dialog = workbench.page.locator('.quick-input-widget');
    const input = dialog.locator('input[type=text]');
    await expect.poll(() => input.inputValue(), PATIENCE).toMatch(/\/$/);
    // The dialog fills in its folder once more when it has read it: what was typed too early is typed again.
    const isTaken = async (): Promise<boolean> => {
      if (!(await dialog.isVisible())) return true;
      await input.fill(path);
      await workbench.page.waitForTimeout(500);
      if ((await input.inputValue().catch(() => '')) === path) await input.press('Enter');
      await workbench.page.waitForTimeout(500);
      return !(await dialog.isVisible());
    };
    await expect.poll(isTaken, PATIENCE).toBe(true);
  }

  const selected = (): Promise<string> => frame.locator('#details .text').innerText();
  const place = (): Promise<string> => frame.locator('#place').innerText();

  it('are chosen in the explorer, one after the other', async () => {
    await row('aa-good.pcapng').click();
    await workbench.chooseFromMenu(row('aa-good.pcapng'), 'Select Capture for Compare');
    await row('ab-bad.pcapng').click();
    await menuHas(row('ab-bad.pcapng'), 'Compare with Selected Capture');
    await workbench.chooseFromMenu(row('ab-bad.pcapng'), 'Compare with Selected Capture');
    frame = await comparison();
    await workbench.page.locator('.tabs-container .tab', { hasText: 'aa-good.pcapng ↔ ab-bad.pcapng' }).first().waitFor(PATIENCE);
    expect(await frame.locator('#sentence').innerText()).toMatch(
      /^B's data has data 0eff03, not 0e0203, and 1 more difference\.$/,
    );
    expect(await frame.locator('#count-differences').innerText()).toBe('2 differences');
    const field = frame.locator('#lines .field');
    expect(await field.locator('.a .bytes').innerText()).toBe('0e 02 03');
    expect(await field.locator('.b mark').innerText()).toBe('ff');
    // Room between the halves, and a colour of their own: the style sheet is there.
    expect(await field.locator('.a').evaluate((half) => getComputedStyle(half).display)).toBe('grid');
    await workbench.screenshot('comparison');
  });

  it('are gone through difference by difference with F7 and Shift+F7, and with the buttons', async () => {
    await frame.locator('#lines').focus();
    expect(await place()).toMatch(/^1 of /);
    const first = await selected();
    expect(first).toMatch(/^B's data has data /);
    await workbench.page.keyboard.press('F7');
    await expect.poll(place, PATIENCE).toMatch(/^2 of /);
    await workbench.page.keyboard.press('Shift+F7');
    await expect.poll(place, PATIENCE).toMatch(/^1 of /);
    expect(await selected()).toBe(first);
    await frame.locator('#next').click();
    await expect.poll(place, PATIENCE).toMatch(/^2 of /);
    expect(await selected()).toBe('B has no data after data.');
    await workbench.screenshot('comparison-missing-message');
  });

  it('unfold equal messages', async () => {
    const fold = frame.locator('#lines .fold', { hasText: 'equal messages' }).first();
    const text = await fold.innerText();
    const before = await frame.locator('#lines .message').count();
    await fold.locator('.folded').click();
    const count = Number(/… (\d+) /.exec(text)![1]);
    await expect
      .poll(() => frame.locator('#lines .message').count(), PATIENCE)
      .toBeGreaterThanOrEqual(Math.min(before + count, 20));
  });

  it('lead to the frame of a message in its inspector, by Enter and by a click', async () => {
    await frame.locator('#lines').focus();
    await workbench.page.keyboard.press('Home');
    await workbench.page.keyboard.press('F7');
    await expect.poll(place, PATIENCE).toMatch(/^1 of /);
    const wantedOfA = (await frame.locator('#lines .message:has(+ .field) .a .frame').first().innerText()).trim();
    await workbench.page.keyboard.press('Enter');
    const good = await Inspecting.appeared(workbench, 'aa-good.pcapng');
    await good.frame.locator(`#packet-list [data-frame="${wantedOfA}"].selected`).waitFor(PATIENCE);
    // The comparison stays in view beside it, and keeps the keys.
    frame = await comparison();
    await workbench.page.keyboard.press('F7');
    await expect.poll(place, PATIENCE).toMatch(/^2 of /);
    const last = frame.locator('#lines .message .half.b:not(.gap)').first();
    const wanted = (await last.locator('.frame').innerText()).trim();
    await last.click();
    const bad = await Inspecting.appeared(workbench, 'ab-bad.pcapng');
    await bad.frame.locator(`#packet-list [data-frame="${wanted}"].selected`).waitFor(PATIENCE);
    await workbench.screenshot('comparison-beside');
  });

  it('come back as they were left: what is unfolded, selected and scrolled to', async () => {
    frame = await comparison();
    const viewport = (): Locator => frame.locator('#lines');
    const lines = viewport();
    for (let folds = await lines.locator('.fold').count(); folds > 0; folds--) {
      await lines.locator('.fold .folded').first().click();
      await expect.poll(() => lines.locator('.fold').count(), PATIENCE).toBe(folds - 1);
    }
    await lines.focus();
    await workbench.page.keyboard.press('End');
    await workbench.page.keyboard.press('Shift+F7');
    const seen = async () => ({
      place: await place(),
      text: await selected(),
      top: await viewport().evaluate((viewport) => viewport.scrollTop),
      height: await viewport().evaluate((viewport) => viewport.scrollHeight),
    });
    await lines.evaluate((viewport) => void viewport.scrollBy(0, -30));
    await workbench.page.waitForTimeout(PAINTED_MS);
    const before = await seen();
    expect(before.top).toBeGreaterThan(0);
    // In front of it, in the same group of tabs.
    await workbench.command('File: New Untitled Text File');
    await expect.poll(() => frame.isDetached(), PATIENCE).toBe(true);
    await workbench.command('View: Close Editor');
    // VS Code loads a page into one frame and shows it in another.
    const again = async () => {
      frame = await comparison();
      return seen().catch(() => undefined);
    };
    await expect.poll(again, PATIENCE).toEqual(before);
  });

  it.each(['light', 'dark', 'high-contrast', 'high-contrast-light'] as const)('break no rule of axe in %s', async (theme) => {
    await workbench.setTheme(theme);
    frame = await comparison();
    // Each of the two differences selected, and once in its own colours.
    for (const at of [1, 2]) {
      await frame.locator('#next').click();
      await frame.locator('#place', { hasText: /^\d of 2$/ }).waitFor(PATIENCE);
      await workbench.page.waitForTimeout(PAINTED_MS);
      await workbench.screenshot(`comparison-${theme}-${at}`);
      expect(await violations(frame)).toEqual([]);
      // The pointer is over the button: what the theme has no colour for is none of the button's own.
      const colour = await frame.locator('#next').evaluate((button) => getComputedStyle(button).backgroundColor);
      expect(colour).not.toBe('rgb(60, 60, 60)');
    }
  });

  it('are chosen together in the explorer, too', async () => {
    await workbench.command('View: Close All Editors');
    await row('aa-good.pcapng').click();
    await row('ab-bad.pcapng').click({ modifiers: ['ControlOrMeta'] });
    await workbench.chooseFromMenu(row('ab-bad.pcapng'), 'Compare Selected Captures');
    frame = await comparison();
    expect(await frame.locator('#sentence').innerText()).toMatch(/^B's data has data /);
  });

  it('of which one is saved as a baseline, and the other compared with it', async () => {
    await workbench.command('View: Close All Editors');
    const good = await Inspecting.open(workbench, 'aa-good.pcapng');
    await good.select(0);
    await workbench.chooseFromMenu(good.frame.locator('#packet-list [data-frame]').first(), 'Save Conversation as Baseline…');
    const baseline = join(workbench.folder, 'aa-good.baseline.jsonl');
    const dialog = workbench.page.locator('.quick-input-widget');
    await expect.poll(() => dialog.locator('input[type=text]').inputValue(), PATIENCE).toMatch(/aa-good\.baseline\.jsonl$/);
    await dialog.locator('input[type=text]').fill(baseline);
    await dialog.locator('a.monaco-button', { hasText: 'OK' }).click();
    await expect.poll(() => existsSync(baseline), PATIENCE).toBe(true);
    expect(readFileSync(baseline, 'utf8')).toMatch(
      /^\{ "peerscope": "baseline", "version": 1, "part": true \}\n\{ "conversation": "p2pke"/,
    );
    await workbench.command('View: Close All Editors');
    await row('ab-bad.pcapng').click();
    await workbench.chooseFromMenu(row('ab-bad.pcapng'), 'Compare with Baseline…');
    await typed(baseline);
    frame = await comparison();
    expect(await frame.locator('#sentence').innerText()).toMatch(
      /^B's data has data 0eff03, not 0e0203, and 1 more difference\.$/,
    );
    expect(await frame.locator('#lines .field .a .bytes').innerText()).toBe('0e 02 03');
    await workbench.screenshot('comparison-baseline');
    // A message of the baseline has a line in place of a frame.
    const message = frame.locator('#lines .message:has(+ .field) .half.a').first();
    const line = (await message.locator('.frame').innerText()).trim();
    await message.click();
    await workbench.page.locator('.line-numbers.active-line-number', { hasText: new RegExp(`^${line}$`) }).waitFor(PATIENCE);
    await workbench.screenshot('comparison-baseline-line');
  });

  it('are chosen from the title of an open capture; one that is none is named', async () => {
    await Inspecting.open(workbench, 'aa-good.pcapng');
    await workbench.page.getByRole('button', { name: 'Compare with…' }).first().click();
    await typed(join(workbench.folder, 'p2pke.packet'));
    const problem = async (): Promise<string> => {
      const texts = workbench.page.frames().map((each) =>
        each
          .locator('#sentence.problem')
          .allInnerTexts()
          .catch(() => []),
      );
      return (await Promise.all(texts)).flat().join();
    };
    await expect.poll(problem, PATIENCE).toMatch(/^p2pke\.packet: /);
    await workbench.screenshot('comparison-problem');
    expect(workbench.complaints.filter((text) => /Content Security Policy/.test(text))).toEqual([]);
  });
});
