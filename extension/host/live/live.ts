/** Live captures of the editor: each is a file that grows in its inspector, and a sign in the status bar that stops it. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { reasonOf } from '../../capture/reason.ts';
import type { LiveSource } from '../../live/calls.ts';
import { endSentence, LiveCapture, type LiveEnd } from '../../live/livecapture.ts';
import { LiveRefusal } from '../../live/refusal.ts';
import { CaptureFiles } from '../../live/ring.ts';
import { captureLimit } from '../capture/capturelimit.ts';
import type { CaptureEditors } from '../capture/editor.ts';
import { sweepFolders } from '../nodes/folders.ts';
import { choose } from '../questions.ts';
import { tellError, tellInformation, tellWarning } from '../telling.ts';
import { askSource } from './asking.ts';
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

class LiveCaptures {
  readonly #editors: CaptureEditors;
  readonly #folder: vscode.Uri;
  readonly #sign = new LiveSign(() => this.#running);
  #running: readonly Running[] = [];
  /** Of this window, the newest last. */
  readonly #made: vscode.Uri[] = [];

  constructor(storage: vscode.Uri, editors: CaptureEditors) {
    this.#editors = editors;
    this.#folder = vscode.Uri.joinPath(storage, 'live', String(process.pid));
    sweepFolders(dirname(this.#folder.fsPath));
  }

  /** Programs end with their window. */
  dispose(): void {
    for (const { capture } of this.#running) void capture.stop();
    this.#sign.dispose();
  }

  /** In an untrusted workspace no program is started. */
  async start(): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      void tellWarning(vscode.l10n.t('Peerscope: live captures need a trusted workspace.'));
      return;
    }
    const source = await askSource();
    if (source === undefined) return;
    const { host } = source;
    const name = host === undefined ? source.interface : `${host}: ${source.interface}`;
    try {
      await this.#begin(source, name);
    } catch (error) {
      if (!(error instanceof LiveRefusal)) throw error;
      void tellError(vscode.l10n.t('Peerscope: {0}', error.message));
    }
  }

  async #begin(source: LiveSource, name: string): Promise<void> {
    const file = this.#newFile(source.interface);
    const files = new CaptureFiles(file.fsPath, undefined);
    const stops = { bytes: captureLimit('liveBytes') };
    const capture = await LiveCapture.start({ source, stops, sinks: [files] });
    const running = { name, capture };
    this.#made.push(file);
    this.#show([...this.#running, running]);
    void capture.ended.then((end) => {
      files.close();
      this.#show(this.#running.filter((each) => each !== running));
      void this.#tellEnd(name, file, end);
    });
    await vscode.commands.executeCommand('setContext', 'peerscope.hasLiveCapture', true);
    await this.#editors.show(file);
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

  async #tellEnd(name: string, file: vscode.Uri, end: LiveEnd): Promise<void> {
    const save = vscode.l10n.t('Save…');
    const said = vscode.l10n.t('Peerscope: {0}', endSentence(name, end));
    const reached =
      end.reached === 'bytes' ? vscode.l10n.t(' The limit {0} is reached.', `liveBytes (${captureLimit('liveBytes')})`) : '';
    const chosen =
      end.refusal === undefined
        ? await tellInformation(`${said}${reached}`, save)
        : await tellWarning(`${said} ${end.refusal.message}`, save);
    if (chosen === save) await this.#save(file);
  }

  /** Of several, the one that the person chooses. */
  async stop(): Promise<void> {
    const items = this.#running.map((running) => ({ label: running.name, running }));
    const chosen = items.length > 1 ? await choose(items, { title: vscode.l10n.t('Stop Live Capture') }) : items[0];
    await chosen?.running.capture.stop();
  }

  /** The one in view, or the newest. */
  async save(): Promise<void> {
    const shown = this.#editors.active?.document.uri.toString();
    const file = this.#made.find((each) => each.toString() === shown) ?? this.#made.at(-1);
    if (file !== undefined) await this.#save(file);
  }

  async #save(file: vscode.Uri): Promise<void> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('.');
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Save Live Capture'),
      defaultUri: vscode.Uri.joinPath(folder, file.path.replace(/^.*\//, '')),
      filters: { pcap: ['pcap'] },
    });
    if (target === undefined || target.toString() === file.toString()) return;
    try {
      await vscode.workspace.fs.copy(file, target, { overwrite: true });
    } catch (error) {
      void tellError(vscode.l10n.t('Peerscope: {0} cannot be written. {1}', target.fsPath, reasonOf(error)));
    }
  }
}
