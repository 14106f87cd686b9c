/** A person types a filter: completion, errors at their place, the rows that are left, and the menu of the right button. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('the filter bar', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'p2p_a.pcapng');
    // Filters are asked of every segment.
    await inspecting.frame.locator('#bare-segments').click();
  });
  afterAll(() => workbench?.dispose());

  const input = () => inspecting.frame.locator('#filter');
  const options = () => inspecting.frame.locator('#filter-options [role=option] .insert');
  const type = (text: string): Promise<void> => workbench.page.keyboard.type(text, { delay: 15 });
  const counted = () => inspecting.frame.locator('#filter-count');

  it('is a key away, and completes what is typed', async () => {
    await inspecting.press('Control+/');
    await expect.poll(() => input().evaluate((element) => element === document.activeElement)).toBe(true);
    await type('p2p.tun');
    await expect.poll(() => options().allInnerTexts()).toContain('p2p.tunnel_id');
    await workbench.screenshot('filter-completion');
    const at = (await options().allInnerTexts()).indexOf('p2p.tunnel_id');
    await inspecting.press(...Array<string>(at).fill('ArrowDown'), 'Tab');
    expect(await input().inputValue()).toBe('p2p.tunnel_id');
  });

  it('takes a completion with Enter once an arrow key has chosen it', async () => {
    await input().fill('');
    await type('p2p.par');
    await expect.poll(() => options().allInnerTexts()).toContain('p2p.param_g');
    await inspecting.press('ArrowDown', 'ArrowUp', 'Enter');
    expect(await input().inputValue()).toMatch(/^p2p\.param_[gp](_size)?$/);
    expect(await counted().innerText()).toBe('');
    await input().fill('p2p.tunnel_id');
  });

  it('underlines what it does not know, and applies nothing', async () => {
    await type(' == 12 && p2p.resaon');
    const problem = inspecting.frame.locator('#filter-problem');
    await expect.poll(() => problem.innerText()).toContain('did you mean p2p.reason?');
    // What was typed first may be told of first.
    await expect.poll(() => inspecting.frame.locator('.filter-mirror .wrong').innerText()).toBe('p2p.resaon');
    await inspecting.press('Escape', 'Enter');
    await workbench.screenshot('filter-problem');
    expect(await counted().innerText()).toBe('');
  });

  it('leaves the rows that match', async () => {
    await input().fill('p2p.message == "TUNNEL_DATA" && p2p.tunnel_id == -5');
    await inspecting.press('Enter');
    await expect.poll(() => counted().innerText()).toMatch(/^1 row of 1\d\d$/);
    expect((await inspecting.cells(0)).slice(-2)).toEqual(['TUNNEL_DATA', 'tunnel -5, 300 bytes']);
    await inspecting.select(0);
    expect(await inspecting.field('tunnel_id').innerText()).toContain('-5');
    await workbench.screenshot('filter-applied');
  });

  it('says so where nothing matches, and goes back', async () => {
    await input().fill('p2p.tunnel_id == 6');
    await inspecting.press('Enter');
    await inspecting.frame.getByText('No packet matches the filter').waitFor();
    await inspecting.frame.locator('#clear-filter').click();
    await expect
      .poll(async () => Number(await inspecting.frame.locator('#packet-list').getAttribute('aria-rowcount')))
      .toBeGreaterThan(100);
    await input().focus();
    await inspecting.press('ArrowUp');
    expect(await input().inputValue()).toBe('p2p.tunnel_id == 6');
    await inspecting.press('Escape');
  });

  it('takes a field from the menu of the right button', async () => {
    await inspecting.select(0);
    await inspecting
      .field('Ethernet')
      .waitFor({ state: 'attached', timeout: 1000 })
      .catch(() => {});
    const layer = inspecting.frame.locator('#field-tree [role=treeitem]', { hasText: 'TCP, port' });
    await layer.click();
    await inspecting.frame.locator('#field-tree').focus();
    await inspecting.press('ArrowRight');
    await inspecting.chooseFromMenu(inspecting.field('src_port'), 'Apply as Filter');
    await expect.poll(() => input().inputValue()).toMatch(/^tcp\.srcport == \d+$/);
    await expect.poll(() => counted().innerText()).toMatch(/^\d+ rows of 1\d\d$/);
    await workbench.screenshot('filter-menu');
  });

  it('takes bytes that are picked by dragging and with Shift', async () => {
    await inspecting.frame.locator('#clear-filter').click();
    await inspecting.select(0);
    const byte = (at: number) => inspecting.frame.locator(`#byte-${at}`);
    const { page } = workbench;
    const middle = async (at: number): Promise<[number, number]> => {
      const { x, y, width, height } = (await byte(at).boundingBox())!;
      return [x + width / 2, y + height / 2];
    };
    await page.mouse.move(...(await middle(12)));
    await page.mouse.down();
    await page.mouse.move(...(await middle(13)), { steps: 3 });
    await page.mouse.up();
    expect(await inspecting.frame.locator('#picked').innerText()).toBe('2 bytes at 12 (0xc) picked');
    // Two more with the keyboard.
    await inspecting.press('Shift+ArrowRight', 'Shift+ArrowRight');
    await expect.poll(() => inspecting.frame.locator('#picked').innerText()).toBe('4 bytes at 12 (0xc) picked');
    await workbench.screenshot('bytes-picked');
    await inspecting.chooseFromMenu(byte(14), 'Apply as Filter');
    await expect.poll(() => input().inputValue()).toBe('frame[12:4] == 08:00:45:00');
    await expect.poll(() => counted().innerText()).toMatch(/^\d+ rows of 1\d\d$/);
  });
});
