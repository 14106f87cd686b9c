/** A person opens a capture from the explorer, walks through its packets, fields and bytes, and looks at it in each theme. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

const DATA_ROW = 5;

describe('a capture opened from the explorer', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'p2pke_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  it('says how much is in it', async () => {
    await inspecting.counts('frames', 33);
    await inspecting.counts('messages', 33);
    await inspecting.counts('encrypted', 0);
    await inspecting.counts('findings', 0);
    await inspecting.counts('keys', 7);
  });

  it('lists its packets in seven columns, none of them cut off', async () => {
    const { frame } = inspecting;
    expect(await frame.locator('#packet-heads [role=columnheader]').allInnerTexts()).toEqual([
      ...['Frame', 'Time', 'Source', 'Destination', 'Protocol', 'Message', 'Info'],
    ]);
    expect(await inspecting.cells(0)).toEqual([
      ...['1', '0.000000', '127.0.0.1:7000', '127.0.0.1:7001', 'p2pke', 'InitHello', 'e=0424fcd53b82ec55…'],
    ]);
    expect((await inspecting.cells(DATA_ROW)).slice(-3)).toEqual(['p2pke', 'data', 'counter 17, 2 bytes']);
    const cut = await inspecting
      .row(DATA_ROW)
      .locator('[role=gridcell], .address')
      .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent));
    expect(cut).toEqual([]);
  });

  it('lights the bytes of a field under the pointer, and the field of a byte', async () => {
    const { frame } = inspecting;
    await inspecting.select(DATA_ROW);
    const counter = inspecting.field('counter').first();
    await counter.hover();
    await expect.poll(() => frame.locator('#bytes .byte.hovered').count()).toBe(4);
    // Sixteen bytes a line, and nothing of them beyond the edge.
    expect(await frame.locator('#bytes .byte-row').first().locator('.byte').count()).toBe(16);
    expect(await frame.locator('#bytes').evaluate((bytes) => bytes.scrollWidth - bytes.clientWidth)).toBeLessThanOrEqual(0);
    await frame.locator('#bytes .byte.hovered').first().hover();
    await expect.poll(() => frame.locator('#field-tree .field.hovered').innerText()).toMatch(/^\s*counter: 17/);
    expect(await frame.locator('#filter').getAttribute('placeholder')).toContain('Filter: p2pke && ');
    await counter.click();
    expect(await frame.locator('#field-doc').innerText()).toMatch(/^p2pke\.counter · integer, 4 bytes at \d+ \(0x[0-9a-f]+\)/);
    await workbench.screenshot('hovered');
    await frame.locator('#toolbar .name').hover();
    await expect.poll(() => frame.locator('.hovered').count()).toBe(0);
    await inspecting.select(0);
  });

  it('has the keyboard at once: the sixth row is five keys down', async () => {
    await inspecting.press('Home', ...Array<string>(DATA_ROW).fill('ArrowDown'));
    await inspecting.selected(DATA_ROW);
    expect(await inspecting.field('counter').innerText()).toContain('17');
    expect(await inspecting.field('data').innerText()).toContain('70b2');
  });

  it('shows where a field lies among the bytes that were decrypted', async () => {
    await inspecting.field('data').click();
    await expect.poll(() => inspecting.tab('Decrypted').getAttribute('aria-selected')).toBe('true');
    expect(await inspecting.lit()).toBe('70b2');
    expect(await inspecting.field('data').getAttribute('aria-selected')).toBe('true');
  });

  it('shows the whole of a line of bytes', async () => {
    await inspecting.tab('Frame').click();
    const { scrolled, shown } = await inspecting.frame
      .locator('#bytes')
      .evaluate((bytes) => ({ scrolled: bytes.scrollWidth, shown: bytes.clientWidth }));
    expect(scrolled).toBeLessThanOrEqual(shown);
  });

  it('shows a long value whole below the tree, and leads from a frame that it names to that frame', async () => {
    const { frame } = inspecting;
    await inspecting.select(0);
    await inspecting.field('e').click();
    const whole = await frame.locator('#field-doc .whole-value').innerText();
    expect(whole).toMatch(/^0424fcd53b82ec55[0-9a-f]{48}$/);
    await inspecting.select(DATA_ROW);
    const link = frame.locator('#field-tree .link[data-frame="1"]').first();
    await link.click();
    await inspecting.selected(0);
    await inspecting.select(DATA_ROW);
    await frame
      .locator('#field-tree .field', { hasText: 'begun in frame 1' })
      .first()
      .click({ position: { x: 40, y: 8 } });
    await inspecting.press('Enter');
    await inspecting.selected(0);
    await inspecting.select(DATA_ROW);
  });

  it('opens the field of a byte that is clicked', async () => {
    await inspecting.tab('Frame').click();
    // The protocol of an IPv4 header that follows fourteen bytes of Ethernet.
    await inspecting.frame.locator('#byte-23').click();
    const selected = inspecting.frame.locator('.field.selected');
    await expect.poll(() => selected.innerText()).toContain('protocol');
    expect(await selected.getAttribute('aria-level')).toBe('2');
    expect(await inspecting.lit()).toBe('11');
    expect(await inspecting.frame.locator('#byte-23').getAttribute('class')).toContain('cursor');
  });

  it('walks the fields with the keyboard', async () => {
    await inspecting.frame.locator('#field-tree').focus();
    await inspecting.press('End');
    const last = inspecting.frame.locator('#field-tree [role=treeitem]').last();
    await expect.poll(() => last.getAttribute('aria-selected')).toBe('true');
    await inspecting.press('Home', 'ArrowRight', 'ArrowDown');
    await expect.poll(() => inspecting.field('number').getAttribute('aria-selected')).toBe('true');
  });

  it('has its picture taken in every theme, with the data of a message selected', async () => {
    await inspecting.press('Home', ...Array<string>(DATA_ROW).fill('ArrowDown'));
    await inspecting.selected(DATA_ROW);
    // The fields end with the data and the session that it belongs to; layers that were opened before may hide them.
    await inspecting.frame.locator('#field-tree').focus();
    await inspecting.press('End', 'ArrowUp');
    await expect.poll(() => inspecting.lit()).toBe('70b2');
    for (const theme of ['light', 'dark', 'high-contrast', 'high-contrast-light'] as const) {
      await workbench.setTheme(theme);
      expect(await inspecting.lit()).toBe('70b2');
      await workbench.screenshot(`inspector-${theme}`);
    }
  });

  it('is refused nothing by its own policy', () => {
    expect(workbench.complaints.filter((text) => /Content Security Policy/.test(text))).toEqual([]);
  });
});
