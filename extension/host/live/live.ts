/** Live captures of the editor: each is a file that grows in its inspector, and a sign in the status bar that stops it. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { reasonOf } from '../../capture/reason.ts';
import { endSentence, LiveCapture, type LiveEnd } from '../../live/livecapture.ts';
import { LiveRefusal } from '../../live/refusal.ts';
import { CaptureFiles } from '../../live/ring.ts';
import { captureLimit } from '../capture/capturelimit.ts';
import type { CaptureEditors } from '../capture/editor.ts';
import { together } from '../capture/mergedcapture.ts';
import { sweepFolders } from '../nodes/folders.ts';
import { choose } from '../questions.ts';
import { tellError, tellInformation, tellWarning } from '../telling.ts';
import { type Asked, askSource } from './asking.ts';
import { LiveSign } from './sign.ts';

export function registerLive(context: vscode.ExtensionContext, editors: CaptureEditors): vscode.Disposable[] {
  const live = new LiveCaptures(context.globalStorageUri, editors);
  return [
    live,
    vscode.commands.registerCommand('peerscope.startLiveCapture', () => live.start()),
    vscode.commands.registerCommand('peerscope.stopLiveCapture', () => live.stop()),
    vscode.commands.registerCommand('peerscope.saveLiveCapture', () => live.save()),
  ];
}

/** One that runs. */
interface Running {
  /** `lo`, `build: eth0`. */
  readonly name: string;
  readonly capture: LiveCapture;
}

/** One of this window, running or not: one file, or a ring of which the newest is shown while it runs. */
interface Made {
  readonly files: CaptureFiles;
  /** What is in view of it, one after the other. */
  shown: Promise<vscode.Uri | undefined>;
}

class LiveCaptures {
  readonly #editors: CaptureEditors;
  readonly #folder: vscode.Uri;
  readonly #sign = new LiveSign(() => this.#running);
  #running: readonly Running[] = [];
  /** Of this window, the newest last. */
  readonly #made: Made[] = [];
  /** A ring that went on behind another tab comes up to date once its tab is in front. */
  readonly #fronts = vscode.window.tabGroups.onDidChangeTabs(({ changed }) => {
    if (changed.some(({ isActive }) => isActive)) for (const made of this.#made) void this.#catchUp(made);
  });

  constructor(storage: vscode.Uri, editors: CaptureEditors) {
    this.#editors = editors;
    this.#folder = vscode.Uri.joinPath(storage, 'live', String(process.pid));
    sweepFolders(dirname(this.#folder.fsPath));
  }

  /** Programs end with their window. */
  dispose(): void {
    for (const { capture } of this.#running) void capture.stop();
    this.#sign.dispose();
    this.#fronts.dispose();
  }

  /** In an untrusted workspace no program is started. */
  async start(): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      void tellWarning(vscode.l10n.t('Peerscope: live captures need a trusted workspace.'));
      return;
    }
    const asked = await askSource();
    if (asked === undefined) return;
    const { host } = asked.source;
    const { source } = asked;
    const name = host === undefined ? source.interface : `${host}: ${source.interface}`;
    try {
      await this.#begin(asked, name);
    } catch (error) {
      if (!(error instanceof LiveRefusal)) throw error;
      void tellError(vscode.l10n.t('Peerscope: {0}', error.message));
    }
  }

  async #begin({ source, ring }: Asked, name: string): Promise<void> {
    const file = this.#newFile(source.interface);
    const files = new CaptureFiles(file.fsPath, ring, (path) => this.#move(made, vscode.Uri.file(path)));
    const made: Made = { files, shown: Promise.resolve(undefined) };
    // A ring has its own end.
    const stops = ring === undefined ? { bytes: captureLimit('liveBytes') } : {};
    const capture = await LiveCapture.start({ source, stops, sinks: [files] });
    const running = { name, capture };
    this.#made.push(made);
    this.#show([...this.#running, running]);
    void capture.ended.then((end) => {
      files.close();
      this.#show(this.#running.filter((each) => each !== running));
      void this.#tellEnd(name, made, end);
    });
    await vscode.commands.executeCommand('setContext', 'peerscope.hasLiveCapture', true);
    const [first = file.fsPath] = files.paths;
    const shown = vscode.Uri.file(first);
    await this.#editors.show(shown);
    made.shown = made.shown.then((newer) => newer ?? shown);
  }

  /** A ring goes on in another file: as in Wireshark, that is what is in view from now on, where the last one was. */
  #move(made: Made, next: vscode.Uri): void {
    made.shown = made.shown.then(async (last) => {
      const tabs = last === undefined ? [] : tabsOf(last);
      // Of several files behind the one in view, the newest is enough.
      if (made.files.paths.at(-1) !== next.fsPath || (last !== undefined && tabs.length === 0)) return last;
      const where = { preserveFocus: true, ...(tabs[0] === undefined ? {} : { viewColumn: tabs[0].group.viewColumn }) };
      if (tabs.length > 0 && !tabs.some(({ isActive }) => isActive)) return last;
      try {
        await this.#editors.show(next, {}, where);
        await vscode.window.tabGroups.close(tabs, true);
      } catch {
        // A ring that turns fast may have let go of this file already: the next one comes into view.
        return last;
      }
      return next;
    });
  }

  async #catchUp(made: Made): Promise<void> {
    const last = await made.shown;
    const newest = made.files.paths.at(-1);
    if (last !== undefined && newest !== undefined && newest !== last.fsPath) this.#move(made, vscode.Uri.file(newest));
  }

  /** Throws a LiveRefusal. */
  #newFile(name: string): vscode.Uri {
    const { fsPath } = this.#folder;
    try {
      mkdirSync(fsPath, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new LiveRefusal('other', vscode.l10n.t('The folder {0} cannot be made. {1}', fsPath, reasonOf(error)));
    }
    const safe = name.replace(/[^\p{L}\p{N}_.-]+/gu, '-').slice(0, 40);
    return vscode.Uri.joinPath(this.#folder, `${safe}-${Date.now().toString(36)}.pcap`);
  }

  #show(running: readonly Running[]): void {
    this.#running = running;
    this.#sign.draw();
    void vscode.commands.executeCommand('setContext', 'peerscope.liveCaptureRuns', running.length > 0);
  }

  async #tellEnd(name: string, made: Made, end: LiveEnd): Promise<void> {
    const save = vscode.l10n.t('Save…');
    const whole = vscode.l10n.t('Open Ring');
    const actions = made.files.paths.length > 1 ? [whole, save] : [save];
    const said = vscode.l10n.t('Peerscope: {0}', endSentence(name, end));
    const reached =
      end.reached === 'bytes' ? vscode.l10n.t(' The limit {0} is reached.', `liveBytes (${captureLimit('liveBytes')})`) : '';
    const chosen =
      end.refusal === undefined
        ? await tellInformation(`${said}${reached}${goneText(made.files)}`, ...actions)
        : await tellWarning(`${said} ${end.refusal.message}`, ...actions);
    if (chosen === save) await this.#save(made);
    if (chosen === whole)
      await this.#editors.show(
        together(
          made.files.paths.map((path) => vscode.Uri.file(path)),
          false,
        ),
      );
  }

  /** Of several, the one that the person chooses. */
  async stop(): Promise<void> {
    const items = this.#running.map((running) => ({ label: running.name, running }));
    const chosen = items.length > 1 ? await choose(items, { title: vscode.l10n.t('Stop Live Capture') }) : items[0];
    await chosen?.running.capture.stop();
  }

  /** The one in view, or the newest. */
  async save(): Promise<void> {
    const shown = this.#editors.active?.document.uri.fsPath;
    const made = this.#made.find(({ files }) => shown !== undefined && files.paths.includes(shown)) ?? this.#made.at(-1);
    if (made !== undefined) await this.#save(made);
  }

  /** A ring as one capture. */
  async #save({ files }: Made): Promise<void> {
    const [first] = files.paths;
    if (first === undefined) return;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('.');
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Save Live Capture'),
      defaultUri: vscode.Uri.joinPath(folder, basename(first).replace(/_\d{5}(?=\.pcap$)/, '')),
      filters: { pcap: ['pcap'] },
    });
    if (target === undefined || files.paths.includes(target.fsPath)) return;
    // A place that is no file of this machine takes a whole file.
    const joined = files.paths.length === 1 ? undefined : `${first}.${randomUUID()}`;
    try {
      if (joined !== undefined) await files.join(joined);
      await vscode.workspace.fs.copy(vscode.Uri.file(joined ?? first), target, { overwrite: true });
    } catch (error) {
      void tellError(vscode.l10n.t('Peerscope: {0} cannot be written. {1}', target.fsPath, reasonOf(error)));
    } finally {
      if (joined !== undefined) await rm(joined, { force: true });
    }
  }
}

function tabsOf(uri: vscode.Uri): vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.filter(({ input }) => input instanceof vscode.TabInputCustom && input.uri.toString() === uri.toString()),
  );
}

function goneText({ removed }: CaptureFiles): string {
  if (removed === 0) return '';
  return removed === 1
    ? vscode.l10n.t(' 1 older file of the ring was removed.')
    : vscode.l10n.t(' {0} older files of the ring were removed.', removed);
}
