/**
 * The workbench as a person has it in front of them: one server, one browser page, a folder of captures. A test file opens one
 * and disposes of it.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { launchBrowser } from '../../extension/workbench/browser.ts';
import { artifacts, project } from '../../extension/workbench/paths.ts';
import { WorkbenchServer } from '../../extension/workbench/server.ts';
import { copyOfSamples } from '../host/workspace.ts';

export const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
} as const;

export interface OpenOptions {
  /** An installed VSIX instead of the extension as built in the project. */
  readonly vsix?: string;
  /** User settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Ask for trust as a desktop does; without it the folder is trusted. */
  readonly workspaceTrust?: boolean;
  /** Files, besides the samples, that lie in the folder. */
  readonly files?: readonly string[];
  readonly size?: { readonly width: number; readonly height: number };
}

export class Workbench {
  readonly page: Page;
  /** The open folder: a copy of the samples, gone afterwards. */
  readonly folder: string;
  readonly server: WorkbenchServer;
  /** What the page's console and its frames reported as errors: a refused script shows here. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(page: Page, folder: string, server: WorkbenchServer, browser: Browser) {
    this.page = page;
    this.folder = folder;
    this.server = server;
    this.#browser = browser;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  static async open(options: OpenOptions = {}): Promise<Workbench> {
    const folder = copyOfSamples();
    for (const file of options.files ?? []) copyFileSync(file, join(folder, basename(file)));
    const server = await WorkbenchServer.start({
      settings: { 'workbench.colorTheme': themes.light, ...options.settings },
      ...(options.workspaceTrust ? { workspaceTrust: true } : {}),
      ...(options.vsix ? { vsix: options.vsix } : {}),
    });
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: options.size ?? { width: 1280, height: 800 } });
    const workbench = new Workbench(page, folder, server, browser);
    try {
      await page.goto(server.address({ folder, ...(options.vsix ? {} : { extension: project }) }));
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
    await this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first().dblclick();
    await this.page.locator('.tabs-container .tab', { hasText: name }).first().waitFor();
  }

  /** Runs a command by its title through the command palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
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
    const end = Date.now() + 30_000;
    for (;;) {
      for (const frame of this.page.frames()) {
        const found = await frame
          .locator('peerscope-inspector')
          .count()
          .catch(() => 0);
        if (found > 0 && (await visible(frame))) return frame;
      }
      if (Date.now() > end)
        throw new Error(`no inspector within 30 s; frames: ${this.page.frames().map((frame) => frame.url())}`);
      await this.page.waitForTimeout(100);
    }
  }

  async setTheme(theme: keyof typeof themes): Promise<void> {
    this.setUserSetting('workbench.colorTheme', themes[theme]);
    const sign = { light: '.vs', dark: '.vs-dark', 'high-contrast': '.hc-black', 'high-contrast-light': '.hc-light' }[theme];
    await this.page.locator(`.monaco-workbench${sign}`).waitFor();
  }

  /** Changes a user setting the way the settings editor does: in its file. */
  setUserSetting(name: string, value: unknown): void {
    writeJson(this.server.settingsFile, name, value);
  }

  /** Changes a setting of the folder. */
  setFolderSetting(name: string, value: unknown): void {
    mkdirSync(join(this.folder, '.vscode'), { recursive: true });
    writeJson(join(this.folder, '.vscode', 'settings.json'), name, value);
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

  async dispose(): Promise<void> {
    await this.#browser.close();
    await this.server.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #extensionKnown(): Promise<void> {
    const end = Date.now() + 60_000;
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Peerscope: Add Key Log' });
    for (;;) {
      await this.page.keyboard.press('F1');
      await this.page.locator('.quick-input-widget input[type=text]').fill('>Peerscope');
      const known = await row
        .first()
        .waitFor({ timeout: 2000 })
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
    if (!(await element?.isVisible())) return false;
  }
  return true;
}

function writeJson(path: string, name: string, value: unknown): void {
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  writeFileSync(path, JSON.stringify({ ...before, [name]: value }, null, 2));
}
