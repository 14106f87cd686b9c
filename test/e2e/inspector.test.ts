/** A person opens a capture from the explorer and looks at it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

describe('a capture opened from the explorer', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open();
    await workbench.openFile('p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  it('has the inspector in its tab', async () => {
    const frame = await workbench.inspectorFrame();
    expect(await frame.locator('peerscope-inspector').count()).toBe(1);
  });

  it('is refused nothing by its own policy', () => {
    expect(workbench.complaints.filter((text) => /Content Security Policy/.test(text))).toEqual([]);
  });

  for (const theme of ['light', 'dark', 'high-contrast'] as const)
    it(`has its picture taken, ${theme}`, async () => {
      await workbench.setTheme(theme);
      await workbench.inspectorFrame();
      await workbench.page.waitForTimeout(500);
      await workbench.screenshot(`inspector-${theme}`);
    });
});
