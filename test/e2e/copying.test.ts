/** What Ctrl+C and the commands of the menu copy, of the part that has the focus; several rows at once; keys that stay in the page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

let workbench: Workbench;
let inspecting: Inspecting;
beforeAll(async () => {
  workbench = await Workbench.open();
  await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
});
afterAll(() => workbench?.dispose());

const clipboard = async (): Promise<string> => String(await workbench.page.evaluate('navigator.clipboard.readText()'));
const clear = () => workbench.page.evaluate("navigator.clipboard.writeText('nothing')");

describe('copying', () => {
  it('takes the row that is selected, its columns between tabs', async () => {
    await clear();
    await inspecting.row(1).click();
    await inspecting.press('Control+c');
    await expect.poll(clipboard).toMatch(/^2\t0\.\d{6}\t\S+:\d+\t\S+:\d+\tp2pke\tRespHello\t/);
  });

  it('takes several rows, chosen with Shift and Ctrl', async () => {
    await clear();
    await inspecting.row(0).click();
    await inspecting.press('Shift+ArrowDown', 'Shift+ArrowDown');
    await inspecting.row(5).click({ modifiers: ['Control'] });
    await expect.poll(() => inspecting.frame.locator('#packet-list .packet-row[aria-selected=true]').count()).toBe(4);
    await inspecting.press('Control+c');
    await expect
      .poll(async () => (await clipboard()).split('\n').map((line) => line.split('\t')[0]))
      .toEqual(['Frame', '1', '2', '3', '6', '']);
  });

  it('takes messages as JSON, with the values of their fields', async () => {
    await clear();
    await workbench.chooseFromMenu(inspecting.row(5), 'Copy as JSON');
    await expect.poll(clipboard).toMatch(/^\[/);
    const copied = JSON.parse(await clipboard());
    expect(copied.map(({ frames }: { frames: number[] }) => frames.at(-1))).toEqual([1, 2, 3, 6]);
    expect(copied[0]).toMatchObject({ protocol: 'p2pke', message: 'InitHello', state: 'decoded' });
    expect(copied[0].fields.counter).toEqual(expect.any(Number));
  });

  it('takes rows as a hex dump', async () => {
    await clear();
    await inspecting.row(0).click();
    await workbench.chooseFromMenu(inspecting.row(0), 'Copy as Hex Dump');
    await expect.poll(clipboard).toMatch(/^Frame 1\n00000000 {2}([0-9a-f]{2} ){15}[0-9a-f]{2} {2}\|.{16}\|\n00000010 /);
  });

  it('takes the field that has the focus, as it is read and as JSON', async () => {
    const line = inspecting.frame.locator('peerscope-fields [role=treeitem]', { hasText: /^\s*counter/ }).first();
    await line.click();
    await clear();
    await inspecting.press('Control+c');
    await expect.poll(clipboard).toMatch(/^counter: \S+/);
    await workbench.chooseFromMenu(line, 'Copy as JSON');
    await expect.poll(clipboard).toMatch(/^\d+$/);
  });

  it('takes the bytes that are picked', async () => {
    await clear();
    await inspecting.frame.locator('peerscope-bytes .viewport').focus();
    await inspecting.press('Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Control+c');
    await expect.poll(clipboard).toMatch(/^[0-9a-f]{6}$/);
  });
});

describe('a row', () => {
  it('leads to its conversation, and an endpoint keeps its port', async () => {
    await workbench.chooseFromMenu(inspecting.row(0), 'Filter Conversation');
    const bar = inspecting.frame.locator('#filter');
    await expect.poll(() => bar.inputValue()).toMatch(/^udp\.stream == \d+$/);
    await workbench.chooseFromMenu(inspecting.row(0).locator('[role=gridcell]').nth(2), 'Apply as Filter');
    await expect.poll(() => bar.inputValue()).toMatch(/^ip\.src == \S+ && udp\.srcport == \d+$/);
    await bar.fill('');
    await inspecting.press('Enter');
  });
});

describe('a conversation', () => {
  it('is followed from the menu of a packet, as C arrays of one direction', async () => {
    await workbench.chooseFromMenu(inspecting.row(0), 'Follow Conversation…');
    for (const label of ['C Arrays', 'From the first endpoint']) {
      const entry = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
      await entry.waitFor();
      await entry.click();
    }
    const lines = workbench.page.locator('.editor-instance .view-lines');
    await expect.poll(() => lines.innerText()).toMatch(/unsigned\schar\speer0_0\[\d+\]\s=\s\{/);
    expect(await lines.innerText()).not.toMatch(/peer1_/);
    await workbench.screenshot('followed');
    await workbench.command('View: Close Editor');
    inspecting = await Inspecting.reopened(workbench, 'p2pke_a.pcapng');
  });
});

describe('the keys of the page', () => {
  it('do nothing while a panel has the focus', async () => {
    await inspecting.row(0).click();
    await workbench.command('Focus on Problems View');
    await inspecting.press('Control+m', 'F10');
    expect(await inspecting.frame.locator('#packet-list .marked').count()).toBe(0);
    expect(await inspecting.frame.locator('#view-packets').getAttribute('aria-selected')).toBe('true');
    await workbench.command('View: Hide Panel');
    await inspecting.row(0).click();
    await inspecting.press('Control+m');
    await inspecting.frame.locator('#packet-0.marked').waitFor();
  });

  it('have a button each', async () => {
    await inspecting.frame.locator('#row-actions [data-command=toggleMark]').click();
    await inspecting.frame.locator('#packet-0.marked').waitFor({ state: 'detached' });
    await inspecting.frame.locator('#row-actions [data-command=stepForward]').click();
    await expect.poll(() => inspecting.frame.locator('#view-steps').getAttribute('aria-selected')).toBe('true');
    await workbench.screenshot('row-actions');
  });
});
