/** A person arranges the packet list: columns, times and marks; searches it, walks a conversation, copies what they see. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('the packet list', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    const colours = [{ filter: 'p2pke.RespHello', colour: 'purple' }];
    workbench = await Workbench.open({ settings: { 'peerscope.colours': colours } });
    inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  const heads = () => inspecting.frame.locator('#packet-heads [role=columnheader]');
  const times = (): Promise<string[]> => inspecting.frame.locator('peerscope-packets [role=row] > :nth-child(2)').allInnerTexts();
  const says = () => inspecting.frame.locator('#find-says');

  const choose = (on: ReturnType<typeof heads>, name: string): Promise<void> => inspecting.chooseFromMenu(on, name);

  /** What the clipboard holds, by pasting it into the filter bar. */
  async function pasted(): Promise<string> {
    const input = inspecting.frame.locator('#filter');
    await input.click();
    await inspecting.press('Control+a', 'Control+v');
    await workbench.page.waitForTimeout(300);
    const text = await input.inputValue();
    await inspecting.frame.locator('#clear-filter').click();
    return text;
  }

  it('takes a field as a column, with its values', async () => {
    await inspecting.select(2);
    await choose(inspecting.field('counter'), 'Apply as Column');
    await expect
      .poll(() => heads().allInnerTexts())
      .toEqual([...['Frame', 'Time', 'Source', 'Destination', 'Protocol', 'Message', 'counter', 'Info']]);
    await expect.poll(async () => (await inspecting.cells(4))[6]).toBe('16');
    await inspecting.frame.locator('#packet-list .packet-row.selected').waitFor();
  });

  it('shows times in four ways', async () => {
    const since = (await times())[2]!;
    expect(since).toMatch(/^0\.\d{6}$/);
    await choose(heads().nth(1), 'Absolute Times (UTC)');
    await expect.poll(async () => (await times())[1]).toMatch(/^\d{4}-\d\d-\d\dT.*\.\d{9}Z$/);
    await choose(heads().nth(1), 'Times Since the Previous Row');
    await expect.poll(async () => (await times()).slice(1, 3)).toEqual(['', expect.stringMatching(/^\d\.\d{6}$/)]);
    await choose(inspecting.row(3).locator('[role=gridcell]').first(), 'Set Time Reference');
    await expect.poll(async () => (await times()).slice(3, 5)).toEqual([expect.stringMatching(/^-\d/), '*REF*']);
    await workbench.screenshot('list-columns');
    await choose(heads().nth(1), 'Times Since the First Frame');
    await expect.poll(async () => (await times())[2]).toBe(since);
  });

  it('marks frames, and goes from one to the next', async () => {
    await inspecting.select(2);
    await inspecting.press('Control+m');
    await inspecting.row(2).locator('.mark.own').waitFor();
    await inspecting.select(6);
    await inspecting.press('Control+m');
    await workbench.command('Peerscope: Next Mark');
    await inspecting.selected(2);
    await inspecting.press('Control+m');
    await inspecting.row(2).locator('.mark.own').waitFor({ state: 'detached' });
  });

  it('colours the rows of the rules in the settings', async () => {
    expect(await inspecting.row(1).getAttribute('class')).toContain('colour-purple');
    expect(await inspecting.row(0).getAttribute('class')).not.toContain('colour-');
  });

  it('finds text in the list and in the fields, forwards, backwards and around', async () => {
    await inspecting.select(0);
    await inspecting.press('Control+f');
    await expect
      .poll(() => inspecting.frame.locator('#find-text').evaluate((element) => element === document.activeElement))
      .toBe(true);
    await workbench.page.keyboard.type('resphello');
    await inspecting.press('Enter');
    await inspecting.selected(1);
    await inspecting.press('Enter');
    await expect.poll(() => says().innerText()).toBe('From the start again');
    await inspecting.frame.locator('#find-kind').selectOption('bytes');
    await inspecting.frame.locator('#find-text').fill('xyz');
    await inspecting.press('Enter');
    await expect.poll(() => says().innerText()).toBe('Not found');
    await inspecting.frame.locator('#find-kind').selectOption('filter');
    await inspecting.frame.locator('#find-text').fill('p2pke.counter >= 16');
    await inspecting.press('Enter');
    await inspecting.selected(3);
    await inspecting.press('F3');
    await inspecting.selected(4);
    await workbench.screenshot('list-find');
    await inspecting.frame.locator('#find-text').press('Escape');
    await inspecting.frame.locator('.find-bar').waitFor({ state: 'detached' });
    await inspecting.press('Shift+F3');
  });

  it('searches the fields, or the bytes, where the focus is', async () => {
    await inspecting.select(0);
    await inspecting.field('counter').click();
    await inspecting.press('Control+f');
    const fields = inspecting.frame.locator('peerscope-fields');
    await fields.locator('input').waitFor();
    await workbench.page.keyboard.type('port');
    // Fields of other layers, with those around them, and nothing else.
    await expect.poll(() => fields.locator('.field').allInnerTexts()).toHaveLength(3);
    await inspecting.press('Enter');
    await expect.poll(() => fields.locator('.find-within-says').innerText()).toBe('1 of 3');
    await inspecting.press('Shift+Enter');
    await expect.poll(() => fields.locator('.field.selected').innerText()).toContain('dst');
    await workbench.screenshot('find-field');
    await inspecting.press('Escape');
    await fields.locator('input').waitFor({ state: 'detached' });
    // The field stays selected and in view; its layer is closed again.
    await expect.poll(() => fields.locator('.field.selected').innerText()).toContain('dst_port');
    await inspecting.press('ArrowLeft');
    await inspecting.press('ArrowLeft');

    const bytes = inspecting.frame.locator('peerscope-bytes');
    await bytes.locator('.byte').first().click();
    await inspecting.press('Control+f');
    await bytes.locator('input').waitFor();
    await workbench.page.keyboard.type('7f 00 00 01');
    await expect.poll(() => bytes.locator('.find-within-says').innerText()).toBe('1 of 2');
    await expect.poll(() => bytes.locator('.byte.picked').allInnerTexts()).toEqual(['7f', '00', '00', '01']);
    const first = await bytes.locator('.byte.picked').first().getAttribute('data-at');
    await inspecting.press('F3');
    await expect.poll(() => bytes.locator('.byte.picked').first().getAttribute('data-at')).not.toBe(first);
    await workbench.screenshot('find-bytes');
    await inspecting.press('Escape');
    await bytes.locator('input').waitFor({ state: 'detached' });
    await fields.locator('.field.selected').click();
    await inspecting.press('ArrowLeft');
    await inspecting.press('ArrowLeft');
    await inspecting.press('Home');
  });

  it('goes along a conversation', async () => {
    await inspecting.select(4);
    await inspecting.press('Alt+.');
    await inspecting.selected(5);
    await inspecting.press('Alt+,');
    await inspecting.selected(4);
  });

  it('copies a field, and tells what bytes may mean', async () => {
    await inspecting.select(0);
    await inspecting.field('counter').click();
    const lit = await inspecting.lit();
    await inspecting.frame.locator('#readings summary').click();
    const reading = inspecting.frame.locator('#readings dl > div', { hasText: /^u32 be/ }).locator('dd');
    await expect.poll(() => reading.innerText()).toBe(String(Number.parseInt(lit, 16)));
    await workbench.screenshot('readings');
    await choose(inspecting.field('counter'), 'Copy Bytes as Hexadecimal');
    expect(await pasted()).toBe(lit);
  });

  it('is sorted by a click on a head, and the selected packet stays so', async () => {
    const frames = (): Promise<number[]> =>
      inspecting.frame
        .locator('#packet-list .packet-row[data-frame]')
        .evaluateAll((rows) =>
          rows
            .sort((a, b) => Number((a as HTMLElement).dataset.row) - Number((b as HTMLElement).dataset.row))
            .map((row) => Number((row as HTMLElement).dataset.frame)),
        );
    const selected = (): Promise<string | null> =>
      inspecting.frame.locator('#packet-list .packet-row.selected').first().getAttribute('data-frame');
    const before = await frames();
    await inspecting.select(1);
    const chosen = await selected();
    const time = heads().nth(1);
    await time.click();
    await expect.poll(() => time.getAttribute('aria-sort')).toBe('ascending');
    await time.click();
    await expect.poll(() => time.getAttribute('aria-sort')).toBe('descending');
    await expect.poll(async () => (await frames())[0]).toBeGreaterThan(before[0]!);
    const [first, second] = await frames();
    expect(first).toBeGreaterThan(second!);
    await expect.poll(selected).toBe(chosen);
    await workbench.screenshot('list-sorted');
    await time.click();
    await expect.poll(() => time.getAttribute('aria-sort')).toBe('none');
    await expect.poll(async () => (await frames())[0]).toBe(before[0]);
    await expect.poll(selected).toBe(chosen);
  });

  it('has its columns in another order by a drag and by keys', async () => {
    const titles = () => heads().allInnerTexts();
    await heads().nth(4).locator('.title').dragTo(heads().nth(0));
    await expect.poll(titles).toEqual(['Protocol', 'Frame', 'Time', 'Source', 'Destination', 'Message', 'counter', 'Info']);
    expect((await inspecting.cells(1))[0]).toContain('p2pke');
    await heads().nth(0).focus();
    for (let at = 1; at <= 4; at++) {
      await inspecting.press('Alt+ArrowRight');
      // The focus goes with the column.
      await inspecting.frame
        .locator(`#packet-heads [role=columnheader][data-column=protocol]:nth-child(${at + 1}):focus`)
        .waitFor();
    }
    await expect.poll(titles).toEqual(['Frame', 'Time', 'Source', 'Destination', 'Protocol', 'Message', 'counter', 'Info']);
    await inspecting.press('ArrowLeft', 'ArrowRight');
    await inspecting.press('Enter');
    await expect.poll(() => heads().nth(4).getAttribute('aria-sort')).toBe('ascending');
    await inspecting.press('Enter', 'Enter');
    await expect.poll(() => heads().nth(4).getAttribute('aria-sort')).toBe('none');
  });

  it('is as it was after the window was reloaded', async () => {
    await inspecting.select(5);
    const head = heads().nth(2);
    const box = (await head.boundingBox())!;
    await workbench.page.mouse.move(box.x + box.width - 2, box.y + 8);
    await workbench.page.mouse.down();
    await workbench.page.mouse.move(box.x + box.width + 60, box.y + 8, { steps: 4 });
    await workbench.page.mouse.up();
    await expect.poll(async () => Math.round((await head.boundingBox())!.width)).toBeGreaterThan(box.width + 40);
    await workbench.page.waitForTimeout(1500);
    await workbench.page.reload();
    inspecting = await Inspecting.reopened(workbench, 'p2pke_a.pcapng');
    await inspecting.selected(5);
    expect(await heads().allInnerTexts()).toContain('counter');
    await inspecting.row(6).locator('.mark.own').waitFor();
    expect((await heads().nth(2).boundingBox())!.width).toBeGreaterThan(box.width + 40);
  });
});
