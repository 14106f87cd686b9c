/** A person gives columns of the conversations the widths that their contents need: with the mouse and with the keys. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('the columns of the conversations', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'ptpchat_a.pcapng');
    await inspecting.frame.locator('#view-conversations').click();
    await inspecting.frame.locator('#conversation-0 [role=gridcell]').first().waitFor();
  });
  afterAll(() => workbench?.dispose());

  const head = (name: string) => inspecting.frame.locator('#conversation-heads [role=columnheader]', { hasText: name });
  const width = async (name: string) => Math.round((await head(name).boundingBox())!.width);

  it('hold an address with its port whole', async () => {
    const cut = await inspecting.frame
      .locator('#packet-list .packet-row [role=gridcell] .address')
      .evaluateAll((all) => all.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent));
    expect(cut).toEqual([]);
  });

  it('are as wide as their edge is dragged', async () => {
    const before = await width('From');
    const grip = (await head('From').locator('.grip').boundingBox())!;
    const { mouse } = workbench.page;
    await mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
    await mouse.down();
    await mouse.move(grip.x + 40, grip.y + 5, { steps: 4 });
    await mouse.move(grip.x + 60, grip.y + 5);
    await mouse.up();
    await expect.poll(() => width('From')).toBeGreaterThan(before + 50);
    expect(await head('From').getAttribute('aria-sort')).toBe('none');
    const cell = inspecting.frame.locator('#conversation-0 [role=gridcell]').nth(1);
    expect(Math.round((await cell.boundingBox())!.width)).toBe(await width('From'));
    await workbench.screenshot('conversations-resized');
  });

  it('go wider and narrower with Shift and the arrow keys', async () => {
    const before = await width('Protocol');
    await head('Protocol').focus();
    await inspecting.press('Shift+ArrowRight', 'Shift+ArrowRight');
    await expect.poll(() => width('Protocol')).toBe(before + 20);
    await inspecting.press('Shift+ArrowLeft');
    await expect.poll(() => width('Protocol')).toBe(before + 10);
  });

  it('keep their widths while another view is shown', async () => {
    const before = await width('From');
    await inspecting.frame.locator('#view-packets').click();
    await inspecting.frame.locator('#view-conversations').click();
    await inspecting.frame.locator('#conversation-0').waitFor();
    expect(await width('From')).toBe(before);
  });
});
