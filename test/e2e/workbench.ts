/**
 * The workbench as a person has it in front of them: one server with the packed extension installed, one browser page, a
 * folder of captures. A test file opens one and disposes of it.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../extension/workbench/browser.ts';
import { artifacts } from '../../extension/workbench/paths.ts';
import { WorkbenchServer } from '../../extension/workbench/server.ts';
import { copyOfSamples } from '../host/workspace.ts';
import { installed, vsix, webInstalled, webVsix } from './pack.ts';

/** Themes by what they are: the name in the theme picker, and the class that the workbench wears with it. */
const themes = {
  light: { label: 'Light Modern', worn: 'vs' },
  dark: { label: 'Dark Modern', worn: 'vs-dark' },
  'high-contrast': { label: 'Dark High Contrast', worn: 'hc-black' },
  'high-contrast-light': { label: 'Light High Contrast', worn: 'hc-light' },
} as const;

const looks = {
  'workbench.colorTheme': themes.light.label,
  'security.workspace.trust.startupPrompt': 'never',
  // The explorer would scroll to what the first of two clicks opened, and the second would hit another row.
  'explorer.autoReveal': false,
  // They name folders of this machine, and pictures go into the papers.
  'breadcrumbs.enabled': false,
};

export interface OpenOptions {
  /** User settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Open the folder in restricted mode; without it the folder is trusted. */
  readonly workspaceTrust?: boolean;
  /** The extension runs in the browser's extension host, without Node. */
  readonly web?: boolean;
  /** Packed extensions to install besides ours. */
  readonly beside?: readonly string[];
  /** Files, besides the samples, that lie in the folder. */
  readonly files?: readonly string[];
  readonly size?: { readonly width: number; readonly height: number };
  /** A script that runs in every frame before its own. */
  readonly before?: string;
}

export class Workbench {
  readonly page: Page;
  /** The open folder: a copy of the samples, gone afterwards. */
  readonly folder: string;
  readonly server: WorkbenchServer;
  /** What the page's console and its frames reported as errors: a refused script shows here. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  /** The file that was opened last. */
  #opened = '';

  private constructor(page: Page, folder: string, server: WorkbenchServer, browser: Browser) {
    this.page = page;
    this.folder = folder;
    this.server = server;
    this.#browser = browser;
    page.on('console', (message) => {
      // What begins with a format is VS Code's own log, also of things that are no error here.
      if (message.type() === 'error' && !message.text().startsWith('%c')) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  static async open(options: OpenOptions = {}): Promise<Workbench> {
    const folder = copyOfSamples();
    for (const file of options.files ?? []) copyFileSync(file, join(folder, basename(file)));
    const server = await WorkbenchServer.start({
      settings: { ...looks, ...options.settings },
      ...(options.workspaceTrust ? { workspaceTrust: true } : {}),
      ...(options.beside === undefined
        ? { extensions: options.web ? webInstalled : installed }
        : { vsix: [options.web ? webVsix : vsix, ...options.beside] }),
    });
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: options.size ?? { width: 1280, height: 800 } });
    if (options.before !== undefined) await page.addInitScript(options.before);
    const workbench = new Workbench(page, folder, server, browser);
    try {
      await page.goto(server.address({ folder }));
      // Custom editors are known once the extension host has read the manifests; its commands are the sign.
      await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
      await workbench.#extensionKnown();
      return workbench;
    } catch (error) {
      await workbench.screenshot('workbench-failed').catch(() => {});
      await workbench.dispose();
      throw error;
    }
  }

  /** Opens a file of the folder from the explorer, by a double click as a person does. */
  async openFile(name: string): Promise<void> {
    const explorer = this.page.locator('.explorer-folders-view');
    const row = explorer.locator('.monaco-list-row', { hasText: name }).first();
    // The explorer has rows only for what is in view, and hears late, or never, of a file that has just come.
    for (let round = 0; round < 5 && (await row.count()) === 0; round++) {
      if (round > 0) await this.command('Refresh Explorer');
      for (const far of [-10_000, ...Array<number>(8).fill(150)]) {
        await explorer.hover();
        await this.page.mouse.wheel(0, far);
        await this.page.waitForTimeout(200);
        if ((await row.count()) > 0) break;
      }
    }
    await row.dblclick();
    this.#opened = name;
    await this.page.locator('.tabs-container .tab', { hasText: name }).first().waitFor();
  }

  /**
   * In its first moments a new workbench has the commands of an extension, and not yet its editors: the text editor refuses a capture. A
   * person closes it and tries again, and so does whoever waits for the inspector of a file: of the one opened last, unless named.
   */
  async retryRefused(name = this.#opened): Promise<void> {
    if (!(await this.page.getByText('The file is not displayed in the text editor').first().isVisible())) return;
    // Another file may be refused in front of the one that is waited for: a click in the explorer shows it, too.
    const isOther = (await this.page.locator('.tabs-container .tab.active', { hasText: name }).count()) === 0;
    await this.command('View: Close Editor');
    if (!isOther) await this.openFile(name);
  }

  /** Brings an open file into view by its tab. Tabs move while others open: a click that hit another one is made again. */
  async showTab(name: string): Promise<void> {
    const tabs = this.page.locator('.tabs-container');
    for (let round = 1; ; round++) {
      await tabs.locator('.tab', { hasText: name }).first().click();
      const shown = tabs.locator('.tab.active', { hasText: name }).first();
      const isShown = await shown.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
      if (isShown) return;
      if (round === 5) throw new Error(`the tab of ${name} does not come into view`);
    }
  }

  /** Chooses from the menu of the right button. A menu takes no click in the moment in which it opens: it stays, and is clicked again. */
  async chooseFromMenu(on: Locator, name: string): Promise<void> {
    await on.click({ button: 'right' });
    const entry = this.page.getByRole('menuitem', { name }).first();
    await entry.waitFor();
    for (let round = 0; round < 5 && (await entry.isVisible()); round++) {
      await this.page.waitForTimeout(400);
      await entry.click({ timeout: 2_000 }).catch(() => {});
      await entry.waitFor({ state: 'hidden', timeout: 2_000 }).catch(() => {});
    }
  }

  /** Runs a command by its title through the command palette. */
  async command(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]');
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    // The palette closes where a webview gets its focus back late, and a key pressed meanwhile is lost: a person presses it again.
    for (let round = 1; ; round++) {
      try {
        await this.page.keyboard.press('F1');
        await input.waitFor({ timeout: 5_000 });
        await input.fill(`>${title}`, { timeout: 2_000 });
        await row.click({ timeout: 5_000 });
        return;
      } catch (error) {
        if (round === 6) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Types into the input box that a command opened, and confirms. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await input.waitFor();
    await input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** The frame of the inspector in the visible editor: a webview is a frame in a frame. */
  async inspectorFrame(): Promise<Frame> {
    const end = Date.now() + 60_000;
    for (;;) {
      await this.retryRefused();
      const [frame] = await this.inspectorFrames();
      if (frame !== undefined) return frame;
      if (Date.now() > end) throw new Error(`no inspector within 60 s; frames: ${this.page.frames().map((each) => each.url())}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** Those of all visible editors, which may stand side by side. */
  async inspectorFrames(): Promise<Frame[]> {
    const found: Frame[] = [];
    for (const frame of this.page.frames()) {
      const inspectors = await frame
        .locator('peerscope-inspector')
        .count()
        .catch(() => 0);
      if (inspectors > 0 && (await visible(frame))) found.push(frame);
    }
    return found;
  }

  /** Chooses a colour theme in the theme picker. */
  async setTheme(theme: keyof typeof themes): Promise<void> {
    const { label, worn } = themes[theme];
    await this.command('Preferences: Color Theme');
    const picker = this.page.locator('.quick-input-widget');
    await picker.locator('.monaco-list-row', { hasText: 'Dark Modern' }).first().waitFor();
    await this.answer(label);
    await picker.waitFor({ state: 'hidden' });
    await this.page.locator(`.monaco-workbench.${worn}`).waitFor();
  }

  /** Changes a setting of the folder. */
  setFolderSetting(name: string, value: unknown): void {
    mkdirSync(join(this.folder, '.vscode'), { recursive: true });
    const path = join(this.folder, '.vscode', 'settings.json');
    const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
    writeFileSync(path, JSON.stringify({ ...before, [name]: value }, null, 2));
  }

  /** Text of the notifications on screen. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
  }

  /** Leaves a picture among the artifacts of the run. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(artifacts, { recursive: true });
    const path = join(artifacts, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** A picture for the papers: what stands in the editors, without names of folders; `parts` are parts of the workbench that stand beside each other. To renew one, copy it over that in media/. */
  async picture(name: string, parts: readonly string[] = ['.part.editor']): Promise<void> {
    mkdirSync(artifacts, { recursive: true });
    const boxes = await Promise.all(parts.map((part) => this.page.locator(part).first().boundingBox()));
    const all = boxes.filter((box) => box !== null);
    const [x, y] = [Math.min(...all.map((box) => box.x)), Math.min(...all.map((box) => box.y))];
    const [width, height] = [
      Math.max(...all.map((box) => box.x + box.width)) - x,
      Math.max(...all.map((box) => box.y + box.height)) - y,
    ];
    if (all.length > 0)
      await this.page.screenshot({ path: join(artifacts, `picture-${name}.png`), clip: { x, y, width, height } });
  }

  async dispose(): Promise<void> {
    await this.#browser.close();
    await this.server.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Trusts the folder from now on, in the editor for that. */
  async trust(): Promise<void> {
    await this.command('Workspaces: Manage Workspace Trust');
    await this.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust/ })
      .first()
      .click();
  }

  async #extensionKnown(): Promise<void> {
    const end = Date.now() + 60_000;
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Peerscope: Add Key Log' });
    for (;;) {
      await this.page.keyboard.press('F1');
      await this.page.locator('.quick-input-widget input[type=text]').fill('>Peerscope');
      const known = await row
        .first()
        .waitFor({ timeout: 400 })
        .then(
          () => true,
          () => false,
        );
      await this.page.keyboard.press('Escape');
      if (known) return;
      if (Date.now() > end) throw new Error('the extension was not known to the workbench within 60 s');
    }
  }
}

async function visible(frame: Frame): Promise<boolean> {
  // The outermost frame of a hidden webview is kept in place and not shown.
  for (let each: Frame | null = frame; each?.parentFrame(); each = each.parentFrame()) {
    const element = await each.frameElement().catch(() => undefined);
    // It may go while it is looked at.
    if (!(await element?.isVisible().catch(() => false))) return false;
  }
  return true;
}
