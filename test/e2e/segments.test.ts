/** A person finds out what the segments of a stream are, and goes from one to the message that it is a part of. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('a segment of a stream', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1600, height: 900 } });
    inspecting = await Inspecting.open(workbench, 'p2p_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  const frames = (): Promise<(string | null)[]> =>
    inspecting.frame
      .locator('#packet-list .packet-row[data-frame]')
      .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.frame ?? null));
  const bare = () => inspecting.frame.locator('#bare-segments');

  it('is left out where it says nothing of its own: the capture opens on its first message', async () => {
    expect((await inspecting.cells(0)).slice(-3, -1)).toEqual(['p2p', 'HELLO']);
    expect(await inspecting.row(0).getAttribute('data-frame')).toBe('12');
    expect(await bare().getAttribute('label')).toMatch(/^Bare segments \(\d+\)$/);
    await workbench.screenshot('without-bare-segments');
    await inspecting.frame.locator('#filter').fill('frame.number == 4');
    await inspecting.press('Enter');
    await inspecting.frame.getByText(/^No packet matches the filter \(\d+ bare segments not listed\)$/).waitFor();
    await inspecting.frame.locator('#clear-filter').click();
  });

  it('is listed when a person goes to it, and when asked', async () => {
    await workbench.command('Peerscope: Go to Frame…');
    await workbench.answer('4');
    await inspecting.selected(3);
    expect(await inspecting.row(3).getAttribute('data-frame')).toBe('4');
    await bare().click();
    await expect.poll(frames).not.toContain('4');
    // The next packet that is listed is selected instead.
    await inspecting.selected(0);
    await bare().click();
    await expect.poll(frames).toContain('4');
  });

  it('says in the list and in the tree which message it is a part of', async () => {
    await inspecting.select(3);
    expect((await inspecting.cells(3)).at(-1)).toMatch(/^part of p2p HELLO, frame 12; 48850 → 5002 /);
    await inspecting.frame.locator('#field-tree .field-text', { hasText: 'Part of p2p HELLO, frame 12, 1 byte' }).waitFor();
    await workbench.screenshot('segment');
    const message = inspecting.frame.locator('#packet-list [data-frame="12"]');
    expect(await message.innerText()).toContain('HELLO');
  });
});
