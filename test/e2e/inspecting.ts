/** The inspector in front of a person: what is read on it, and what is pressed and clicked. */
import type { Frame, Locator } from 'playwright-core';
import { expect, vi } from 'vitest';
import type { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };

export class Inspecting {
  readonly frame: Frame;
  readonly workbench: Workbench;

  private constructor(workbench: Workbench, frame: Frame) {
    this.workbench = workbench;
    this.frame = frame;
  }

  /** Opens a capture from the explorer and waits until it is read. */
  static async open(workbench: Workbench, name: string): Promise<Inspecting> {
    const inspecting = await Inspecting.show(workbench, name);
    await inspecting.frame.locator('#packet-list .packet-row[data-frame]').first().waitFor(PATIENCE);
    await inspecting.frame.locator('#progress').waitFor({ ...PATIENCE, state: 'detached' });
    return inspecting;
  }

  /** Opens a capture from the explorer and waits for its inspector, whatever it has to show. */
  static async show(workbench: Workbench, name: string): Promise<Inspecting> {
    await workbench.openFile(name);
    return Inspecting.shown(workbench, name);
  }

  /** The inspector that comes back by itself when the window is reloaded. */
  static async reopened(workbench: Workbench, name: string): Promise<Inspecting> {
    const inspecting = await Inspecting.shown(workbench, name);
    await inspecting.frame.locator('#packet-list .packet-row[data-frame]').first().waitFor(PATIENCE);
    return inspecting;
  }

  /** The inspector that something else than the explorer brings into view, once the capture is read. */
  static async appeared(workbench: Workbench, name: string): Promise<Inspecting> {
    const inspecting = await Inspecting.shown(workbench, name);
    await inspecting.frame.locator('#progress').waitFor({ ...PATIENCE, state: 'detached' });
    return inspecting;
  }

  private static async shown(workbench: Workbench, name: string): Promise<Inspecting> {
    const end = Date.now() + 60_000;
    for (;;) {
      await workbench.retryRefused(name);
      for (const frame of await workbench.inspectorFrames()) {
        // A tab that was in view before stays for a moment.
        const titles = await frame
          .locator('#toolbar .name, .whole h1')
          .allInnerTexts()
          .catch(() => []);
        if (titles.some((title) => title.includes(name))) return new Inspecting(workbench, frame);
      }
      if (Date.now() > end) {
        await workbench.screenshot('inspector-missing');
        throw new Error(`the inspector of ${name} was not in view within 60 s`);
      }
      await workbench.page.waitForTimeout(100);
    }
  }

  row(row: number): Locator {
    return this.frame.locator(`#packet-${row}`);
  }

  async cells(row: number): Promise<string[]> {
    const cells = await this.row(row).locator('[role=gridcell]').allInnerTexts();
    return cells.map((text) => text.replace(/\s+/g, ' ').trim());
  }

  async count(what: string): Promise<number> {
    return Number.parseInt((await this.frame.locator(`#count-${what}`).innerText()).replaceAll(',', ''), 10);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.workbench.page.keyboard.press(key);
  }

  chooseFromMenu(on: Locator, name: string): Promise<void> {
    return this.workbench.chooseFromMenu(on, name);
  }

  /** Selects a row by a click and waits for its fields. */
  async select(row: number): Promise<void> {
    await this.row(row).click();
    await this.selected(row);
  }

  /** Waits until a row is selected and the fields are those of its frame. */
  async selected(row: number): Promise<void> {
    await this.frame.locator(`#packet-${row}.selected`).waitFor(PATIENCE);
    const frame = await this.row(row).getAttribute('data-frame');
    await this.frame.locator('#field-tree .field-text', { hasText: `Frame ${frame},` }).waitFor(PATIENCE);
  }

  /** The line of a field in the tree, by its name. */
  field(name: string): Locator {
    return this.frame.locator('#field-tree [role=treeitem]', {
      has: this.frame.locator('.field-text', { hasText: new RegExp(`^\\s*\\[?${name}(:|\\s*$)`) }),
    });
  }

  tab(name: string): Locator {
    return this.frame.locator('.tab', { hasText: name });
  }

  /** The sentences on the keys that the selected message lacks. */
  async missing(): Promise<string> {
    return (await this.frame.locator('#missing p').allInnerTexts()).join('\n');
  }

  /** The bytes that are highlighted, in hexadecimal. */
  async lit(): Promise<string> {
    return (await this.frame.locator('.byte.lit').allInnerTexts()).map((text) => text.trim()).join('');
  }

  /** Waits until a count stands in the toolbar. */
  async counts(what: string, number: number): Promise<void> {
    await vi.waitFor(async () => expect(await this.count(what)).toBe(number), { ...PATIENCE, interval: 50 });
  }
}
