/** A packet script in the editor: a language of its own, with colours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

describe('a packet script', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open();
  });
  afterAll(() => workbench?.dispose());

  it('opens as what it is, in colours', async () => {
    const { page } = workbench;
    await workbench.openFile('p2pke.packet');
    await page.locator('.statusbar-item', { hasText: 'Packet Script' }).waitFor();
    const line = page.locator('.view-line', { hasText: 'InitHello' }).first();
    await line.waitFor();
    // A colour a kind of word: keyword, node, message, field, number.
    await expect
      .poll(
        async () =>
          new Set(await line.locator('span span').evaluateAll((all) => all.map((each) => each.className.match(/mtk\d+/)?.[0])))
            .size,
      )
      .toBeGreaterThan(2);
    await workbench.screenshot('script');
  });
});
