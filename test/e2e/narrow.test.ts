/** A person works with the inspector beside other editors, where it has little room. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe.each([700, 480])('the inspector, %s pixels wide', (width) => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'ptpchat_d.pcapng');
    await workbench.command('View: Close Primary Side Bar');
    await narrow();
  });
  afterAll(() => workbench?.dispose());

  const own = () => inspecting.frame.evaluate(() => innerWidth);
  /** What VS Code itself takes beside the inspector stays as wide as it is. */
  async function narrow(): Promise<void> {
    for (let tries = 0; tries < 5 && (await own()) !== width; tries++) {
      const window = workbench.page.viewportSize()!;
      await workbench.page.setViewportSize({ width: window.width + width - (await own()), height: 800 });
      await workbench.page.waitForTimeout(200);
    }
    expect(await own()).toBe(width);
  }

  /** Elements that a person needs and that stand out of the page, or hide behind its edge. */
  const outside = (selector: string) =>
    inspecting.frame.locator(selector).evaluateAll((all) =>
      all
        .map((element) => ({ element, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.left < -1 || box.right > innerWidth + 1))
        .map(
          ({ element, box }) => `${element.id || element.textContent?.trim()} ${Math.round(box.left)}..${Math.round(box.right)}`,
        ),
    );

  it('has its buttons, tabs and filter in view', async () => {
    expect(
      await outside('#toolbar vscode-button, #toolbar vscode-checkbox, .filter-bar vscode-button, #filter, [role=tab]'),
    ).toEqual([]);
    expect(await inspecting.frame.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const field = (await inspecting.frame.locator('#filter').boundingBox())!;
    expect(field.width).toBeGreaterThan(200);
    await workbench.screenshot(`narrow-${width}`);
  });

  it('has one column for both ends, whole, and Info in view', async () => {
    const cells = inspecting.row(2).locator('[role=gridcell]');
    expect((await inspecting.frame.locator('#packet-heads [role=columnheader]').allInnerTexts()).slice(0, 6)).toEqual([
      ...['Frame', 'Time', 'Ports', 'Protocol', 'Message', 'Info'],
    ]);
    expect(await cells.nth(2).innerText()).toMatch(/^\S+ → \S+$/);
    const { cut, right } = await cells.evaluateAll((all) => ({
      cut: all.slice(2, 5).filter((cell) => cell.scrollWidth > cell.clientWidth).length,
      right: all.at(-1)!.getBoundingClientRect().right,
    }));
    expect(cut).toBe(0);
    if (width === 700) expect(right).toBeLessThanOrEqual(width);
  });

  it('has fields and bytes wide enough to be read', async () => {
    await inspecting.select(3);
    for (const part of ['#field-tree', '#bytes']) {
      const box = (await inspecting.frame.locator(part).boundingBox())!;
      expect(box.width, part).toBeGreaterThan(300);
      expect(box.height, part).toBeGreaterThan(60);
    }
    const { scrolled, shown } = await inspecting.frame
      .locator('#bytes')
      .evaluate((bytes) => ({ scrolled: bytes.scrollWidth, shown: bytes.clientWidth }));
    expect(scrolled).toBeLessThanOrEqual(shown);
  });

  it('has bytes and values in the font of the editor, however large', async () => {
    await inspecting.select(3);
    const inRow = () => inspecting.frame.locator('#bytes .byte-row').first().locator('.byte').count();
    const heights = async (): Promise<number[]> =>
      Promise.all(
        ['#bytes .byte-row', '#field-tree .field'].map(
          async (row) => (await inspecting.frame.locator(row).first().boundingBox())!.height,
        ),
      );
    expect(await heights()).toEqual([20, 22]);
    workbench.setFolderSetting('editor.fontSize', 22);
    await expect.poll(heights).toEqual([30, 30]);
    await expect.poll(inRow).toBe(8);
    await inspecting.frame.locator('#bytes').focus();
    await inspecting.press('Home', 'ArrowDown');
    expect(await inspecting.frame.locator('#byte-8').getAttribute('class')).toContain('cursor');
    await workbench.screenshot(`narrow-${width}-large`);
    workbench.setFolderSetting('editor.fontSize', 14);
    await expect.poll(heights).toEqual([20, 22]);
  });

  it('reaches what columns hold beyond the edge', async () => {
    const list = inspecting.frame.locator('#packet-list');
    const info = inspecting.row(3).locator('[role=gridcell]').last();
    await info.scrollIntoViewIfNeeded();
    const box = (await info.boundingBox())!;
    const around = (await list.boundingBox())!;
    expect(box.width).toBeGreaterThan(60);
    expect(box.x + 60).toBeLessThan(around.x + around.width);
    await workbench.screenshot(`narrow-${width}-info`);
  });

  it.each(['ladder', 'steps', 'conversations', 'findings', 'keys', 'properties'])('shows its %s', async (view) => {
    await inspecting.frame.locator(`#view-${view}`).click();
    await workbench.page.waitForTimeout(500);
    expect(await outside(`#view-${view}, .graph-bar button, .step-bar button, .key-bar vscode-button`)).toEqual([]);
    expect(await inspecting.frame.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await workbench.screenshot(`narrow-${width}-${view}`);
  });
});
