/** A person looks at packets and bytes over time, and takes a range of it for the list: with the mouse and with the keys. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('the graph over time', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'ptpchat_a.pcapng');
    await inspecting.frame.locator('#view-conversations').click();
    await graph().waitFor();
  });
  afterAll(() => workbench?.dispose());

  const graph = () => inspecting.frame.locator('#graph-brush');
  const filter = () => inspecting.frame.locator('#filter').inputValue();
  const value = () => inspecting.frame.locator('#graph-value').innerText();
  /** Both ends of a range in the filter, in seconds. */
  const range = (text: string) =>
    /frame\.time_relative >= (\S+) && frame\.time_relative < (\S+)$/.exec(text)?.slice(1).map(Number) ?? [];

  /** What the list shows are the frames of a range, all of them; their number is what the graph told of it. */
  async function listHolds([from, to]: readonly number[], packets: number): Promise<void> {
    await inspecting.frame.locator('#view-packets').click();
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^\d+ rows? of /);
    const rows = await inspecting.frame.locator('#packet-list .packet-row[data-frame]').all();
    const frames = new Set<string>();
    for (const row of rows) {
      const [frame, time] = await row.locator('[role=gridcell]').allInnerTexts();
      frames.add(frame!.replace(/\D/g, ''));
      expect(Number(time)).toBeGreaterThanOrEqual(from!);
      expect(Number(time)).toBeLessThan(to!);
    }
    const total = Number.parseInt(await inspecting.frame.locator('#filter-count').innerText(), 10);
    if (rows.length === total) expect(frames.size).toBe(packets);
    await inspecting.frame.locator('#view-conversations').click();
    await graph().waitFor();
  }
  const told = (text: string): number => Number(/: ([\d,]+) packets?,/.exec(text)![1]!.replaceAll(',', ''));

  it('says in words what it shows', async () => {
    await expect
      .poll(() => graph().getAttribute('aria-label'))
      .toMatch(/^Packets and bytes over time: \d+ packets, [\d,]+ bytes/);
    const frames = await inspecting.count('frames');
    expect(await graph().getAttribute('aria-label')).toContain(`${frames} packets`);
    await workbench.screenshot('graph-light');
  });

  it('shows what is under the mouse, and takes the range that is dragged', async () => {
    const box = (await graph().boundingBox())!;
    const { mouse } = workbench.page;
    const at = (part: number) => [box.x + box.width * part, box.y + box.height / 2] as const;
    await mouse.move(...at(0.05));
    const single = await value();
    await mouse.down();
    for (const part of [0.1, 0.2, 0.3]) await mouse.move(...at(part));
    const chosen = await value();
    expect(chosen).not.toBe(single);
    await workbench.screenshot('graph-dragging');
    await mouse.up();
    await expect.poll(async () => range(await filter()).length).toBe(2);
    const [from, to] = range(await filter());
    expect(chosen.startsWith(`${from} s to ${to} s`)).toBe(true);
    expect(await inspecting.frame.locator('#graph-range').innerText()).toBe(`${from} s to ${to} s`);
    await listHolds([from!, to!], told(chosen));
  });

  it('takes another range in its place, beside the rest of the filter', async () => {
    await inspecting.frame.locator('#filter').fill('udp || tcp');
    await inspecting.frame.locator('#filter').press('Enter');
    await inspecting.frame.locator('#graph-range').waitFor({ state: 'detached' });
    await graph().focus();
    await inspecting.press('Home', 'ArrowRight');
    await expect.poll(() => graph().getAttribute('aria-valuenow')).toBe('1');
    await workbench.page.keyboard.down('Shift');
    await inspecting.press('ArrowRight', 'ArrowRight', 'PageDown');
    const chosen = await value();
    await workbench.page.keyboard.up('Shift');
    await expect.poll(async () => range(await filter()).length).toBe(2);
    expect(await filter()).toMatch(/^\(udp \|\| tcp\) && /);
    await workbench.screenshot('graph-keys');
    await listHolds(range(await filter()), told(chosen));
    await graph().focus();
    await workbench.page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(filter).toMatch(/^\(udp \|\| tcp\) && frame\.time_relative >= \S+ && frame\.time_relative < \S+$/);
  });

  it('gives all times back with Escape, and with its button', async () => {
    await graph().focus();
    await inspecting.press('Escape');
    await expect.poll(filter).toBe('udp || tcp');
    await inspecting.press('Enter');
    await expect.poll(async () => range(await filter()).length).toBe(2);
    await inspecting.frame.locator('#clear-range').click();
    await expect.poll(filter).toBe('udp || tcp');
    await inspecting.frame.locator('#clear-filter').click();
    await expect.poll(filter).toBe('');
  });

  it('is to be seen in every theme', async () => {
    await graph().focus();
    await inspecting.press('Home', 'ArrowRight', 'ArrowRight', 'Shift+End');
    await expect.poll(async () => range(await filter()).length).toBe(2);
    for (const theme of ['dark', 'high-contrast', 'high-contrast-light'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`graph-${theme}`);
    }
    await workbench.setTheme('light');
  });

  it('is folded away, and stays so', async () => {
    await inspecting.frame.locator('#fold-graph').click();
    await graph().waitFor({ state: 'detached' });
    await inspecting.frame.locator('#view-packets').click();
    await inspecting.frame.locator('#view-conversations').click();
    await inspecting.frame.locator('#conversation-table').waitFor();
    expect(await graph().count()).toBe(0);
    await inspecting.frame.locator('#fold-graph').click();
    await graph().waitFor();
  });
});
