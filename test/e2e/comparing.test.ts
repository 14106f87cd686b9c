/** Two captures that a person compares: chosen in the explorer, gone through by keys, and followed into the inspector. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as rewrite from '../fuzz/rewrite.ts';
import { goldenPath } from '../golden/open.ts';
import { Inspecting } from './inspecting.ts';
import { violations } from './rules.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };

describe('two captures', () => {
  const made = mkdtempSync(join(tmpdir(), 'peerscope-comparing-'));
  const packets = rewrite.packetsOf(readFileSync(goldenPath('p2pke_a.pcapng')));
  let workbench: Workbench;
  let frame: Frame;
  beforeAll(async () => {
    const files = [join(made, 'aa-good.pcapng'), join(made, 'ab-bad.pcapng')] as const;
    writeFileSync(files[0], rewrite.written(packets));
    // The first message that is missing, a byte of a later one that is another, and an end that comes early.
    const bad = packets.filter((_, n) => n !== MISSING).slice(0, -4);
    const spoiled = bad[SPOILED]!;
    const bytes = Uint8Array.from(spoiled.payload);
    bytes[bytes.length - 1]! ^= 0xff;
    bad[SPOILED] = { ...spoiled, payload: bytes };
    writeFileSync(files[1], rewrite.written(bad));
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

  const selected = (): Promise<string | null> => frame.locator('#lines .selected').first().getAttribute('aria-label');
  const place = (): Promise<string> => frame.locator('#place').innerText();

  it('are chosen in the explorer, one after the other', async () => {
    await row('aa-good.pcapng').click();
    await workbench.chooseFromMenu(row('aa-good.pcapng'), 'Select Capture for Compare');
    await row('ab-bad.pcapng').click();
    await menuHas(row('ab-bad.pcapng'), 'Compare with Selected Capture');
    await workbench.chooseFromMenu(row('ab-bad.pcapng'), 'Compare with Selected Capture');
    frame = await comparison();
    await workbench.page.locator('.tabs-container .tab', { hasText: 'aa-good.pcapng ↔ ab-bad.pcapng' }).first().waitFor(PATIENCE);
    expect(await frame.locator('#sentence').innerText()).toMatch(/^B has no /);
    expect(await frame.locator('#count-messages').innerText()).toBe(`${packets.length} / ${packets.length - 5} messages`);
    await workbench.screenshot('comparison-dark');
  });

  it('are gone through difference by difference with F7 and Shift+F7, and with the buttons', async () => {
    await frame.locator('#lines').focus();
    expect(await place()).toMatch(/^1 of /);
    const first = await selected();
    expect(first).toContain('not in B');
    await workbench.page.keyboard.press('F7');
    await expect.poll(place, PATIENCE).toMatch(/^2 of /);
    await workbench.page.keyboard.press('Shift+F7');
    await expect.poll(place, PATIENCE).toMatch(/^1 of /);
    expect(await selected()).toBe(first);
    await frame.locator('#next').click();
    await expect.poll(place, PATIENCE).toMatch(/^2 of /);
    expect(await frame.locator('#details .text').innerText()).not.toBe('');
    await workbench.screenshot('comparison-field-dark');
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
    await workbench.page.keyboard.press('Enter');
    const good = await Inspecting.appeared(workbench, 'aa-good.pcapng');
    await good.frame.locator(`#packet-list [data-frame="${MISSING + 1}"].selected`).waitFor(PATIENCE);
    // The comparison stays in view beside it.
    frame = await comparison();
    const last = frame.locator('#lines .message .half.b:not(.gap)').first();
    const wanted = (await last.locator('.frame').innerText()).trim();
    await last.click();
    const bad = await Inspecting.appeared(workbench, 'ab-bad.pcapng');
    await bad.frame.locator(`#packet-list [data-frame="${wanted}"].selected`).waitFor(PATIENCE);
    await workbench.screenshot('comparison-beside');
  });

  it.each(['light', 'dark', 'high-contrast', 'high-contrast-light'] as const)('break no rule of axe in %s', async (theme) => {
    await workbench.setTheme(theme);
    frame = await comparison();
    await frame.locator('#lines').focus();
    await workbench.page.keyboard.press('F7');
    await workbench.page.waitForTimeout(300);
    await workbench.screenshot(`comparison-${theme}-lines`);
    expect(await violations(frame)).toEqual([]);
  });

  it('are chosen together in the explorer, too', async () => {
    await workbench.command('View: Close All Editors');
    await row('aa-good.pcapng').click();
    await row('ab-bad.pcapng').click({ modifiers: ['ControlOrMeta'] });
    await workbench.chooseFromMenu(row('ab-bad.pcapng'), 'Compare Selected Captures');
    frame = await comparison();
    expect(await frame.locator('#sentence').innerText()).toMatch(/^B has no /);
    expect(workbench.complaints.filter((text) => /Content Security Policy/.test(text))).toEqual([]);
  });
});

/** Packets by their place from 0. */
const MISSING = 12;
const SPOILED = 16;
