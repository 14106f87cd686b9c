/** One opened capture: its worker, the keys it was given, and what is known of it as a whole. */
import * as vscode from 'vscode';
import type { KeyReport, ModuleFaultLine, Overview, Question, WebviewCalls } from '../../wire/inspector.ts';
import type { CandidateChoice } from '../../wire/views.ts';
import type { KeyLogs, KeysRead } from '../keys/keylogs.ts';
import type { PreviewSource } from '../scripts/previews.ts';
import type { ThreadSource } from './capturethreads.ts';
import * as check from './checks.ts';
import { nameOf } from './files.ts';
import { hostsBeside, readHosts } from './hosts.ts';
import { partsOf } from './mergedcapture.ts';
import { readWhole } from './reading.ts';
import { onDidChangeSettings, readSettings } from './settings.ts';
import type { Warnings } from './warnings.ts';
import { Watched } from './watch.ts';
import { CaptureWorker } from './worker.ts';

/** Wrong lines of a `hosts` file that are named. */
const MOST_LINES = 5;

export class CaptureDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly #threads: ThreadSource;
  readonly #keyLogs: KeyLogs;
  readonly #warnings: Warnings;
  readonly #preview: PreviewSource | undefined;
  readonly #changed = new vscode.EventEmitter<Overview>();
  readonly #disposed = new vscode.EventEmitter<void>();
  readonly #listening: vscode.Disposable;
  /** Stands for the settings among the warnings, as this document stands for its keys. */
  readonly #settingsOfThis = {};
  readonly #modulesLoaded = new vscode.EventEmitter<readonly ModuleFaultLine[]>();
  readonly #keysRead = new vscode.EventEmitter<KeysRead>();
  readonly onDidChange = this.#changed.event;
  /** The modules were loaded: what is wrong with them. */
  readonly onDidLoadModules = this.#modulesLoaded.event;
  /** The key logs were read: what is wrong with them. */
  readonly onDidReadKeys = this.#keysRead.event;
  readonly onDidDispose = this.#disposed.event;
  #worker: CaptureWorker;
  #overview: Overview;
  #opened: Promise<void>;
  #keysSent: Promise<KeyReport> = Promise.resolve({ added: 0, problems: [] });
  /** As they were sent to the worker. */
  #settings = '';
  readonly #keyFiles = new Watched(() => void this.sendKeys().catch(() => {}));
  /** Modules that did not return, each with why: they are left out until they change. */
  readonly #leftOut = new Map<string, string>();
  #choices: readonly CandidateChoice[] = [];
  readonly #modules = new Watched(() => void this.#settingsChanged(true).catch(() => {}));
  readonly #hosts = new Watched(() => void this.#sendHosts().catch(() => {}));
  /** As it was sent to the worker. */
  #hostsText = '';
  /** Stands for the `hosts` file among the warnings. */
  readonly #hostsOfThis = {};
  #closed = false;
  #isStuck = false;
  /** Added to the worker's generations, so that they grow across a reload too. */
  #generations = 0;

  /** `preview`: it is no file but a message of a script. */
  constructor(uri: vscode.Uri, threads: ThreadSource, keyLogs: KeyLogs, warnings: Warnings, preview?: PreviewSource) {
    this.uri = uri;
    this.#threads = threads;
    this.#keyLogs = keyLogs;
    this.#warnings = warnings;
    this.#preview = preview;
    this.#overview = nothing(nameOf(uri));
    this.#worker = this.#launch();
    this.#opened = this.#open();
    this.#listening = vscode.Disposable.from(
      keyLogs.onDidChange(() => void this.sendKeys().catch(() => {})),
      onDidChangeSettings(() => void this.#settingsChanged().catch(() => {})),
      ...(preview === undefined ? [] : [preview.onDidChange(() => void this.#again().catch(() => {}))]),
    );
  }

  get overview(): Overview {
    return this.#overview;
  }

  /** The worker has gone; `ready` starts another. */
  get stopped(): boolean {
    return this.#worker.over;
  }

  /** What is known as soon as something is: for a page that has just loaded. A page of a stopped worker starts another one. */
  async ready(): Promise<Overview> {
    if (this.stopped) this.#reload();
    await this.#opened;
    return this.#overview;
  }

  /** For what only the host asks. A worker that has gone is replaced with the next `ready`. */
  get worker(): Pick<CaptureWorker, 'call'> {
    return this.#worker;
  }

  async ask<M extends Question>(method: M, params: WebviewCalls[M]['params']): Promise<WebviewCalls[M]['result']> {
    return check.answer(method, await this.#worker.call(method, params), this.#generations);
  }

  /** Reads the key logs in force and gives them to the worker; one reading after the other, so that the last one counts. */
  sendKeys(): Promise<KeyReport> {
    const next = (): Promise<KeyReport> => this.#sendKeys();
    this.#keysSent = this.#keysSent.then(next, next);
    return this.#keysSent;
  }

  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listening.dispose();
    this.#keyFiles.dispose();
    this.#modules.dispose();
    this.#hosts.dispose();
    this.#worker.dispose();
    this.#warnings.set(this, []);
    this.#warnings.set(this.#settingsOfThis, []);
    this.#warnings.set(this.#hostsOfThis, []);
    this.#disposed.fire();
    this.#changed.dispose();
    this.#modulesLoaded.dispose();
    this.#disposed.dispose();
  }

  #launch(): CaptureWorker {
    const worker: CaptureWorker = new CaptureWorker(this.#threads, {
      overview: (overview) => {
        if (worker === this.#worker) this.#update({ ...overview, generation: overview.generation + this.#generations });
      },
      ended: (reason) => {
        if (worker !== this.#worker) return;
        const isStuck = this.#isStuck;
        this.#isStuck = false;
        if (!isStuck || this.#closed) return this.#fail(reason);
        // What held it is left out by now: another thread goes on without it.
        this.#reload();
        this.#changed.fire(this.#overview);
      },
      stuck: ({ path, protocol, hook }, seconds) => {
        if (worker !== this.#worker) return;
        const text = vscode.l10n.t(
          'The protocol {0} did not return from "{1}" within {2} s: it is left out until its module changes.',
          ...[protocol, hook, String(seconds)],
        );
        this.#leftOut.set(path, text);
        this.#isStuck = true;
      },
    });
    return worker;
  }

  #reload(): void {
    this.#generations = this.#overview.generation + 1;
    this.#overview = { ...nothing(this.#overview.name), generation: this.#generations };
    this.#settings = '';
    this.#hostsText = '';
    this.#worker = this.#launch();
    this.#opened = this.#open();
  }

  async #open(): Promise<void> {
    const worker = this.#worker;
    try {
      if (this.#preview !== undefined) {
        await this.#sendSettings().catch(() => {});
        return await this.#again();
      }
      const parts = await partsOf(this.uri);
      const place = parts ?? (this.uri.scheme === 'file' ? { path: this.uri.fsPath } : { bytes: await readWhole(this.uri) });
      // Which labels keys may have is the protocols' word, and those of the user's own are named by the settings.
      await this.#sendSettings().catch(() => {});
      // The keys go first, so that the first pass over the capture opens what they open.
      await this.sendKeys().catch(() => {});
      await this.#sendHosts().catch(() => {});
      const overview = check.overview(await worker.call('open', { name: nameOf(this.uri), ...place }));
      this.#update({ ...overview, generation: overview.generation + this.#generations });
    } catch (error) {
      if (worker !== this.#worker || this.#closed) return;
      // A worker without a capture is of no use: without it, whoever reloads gets another try.
      worker.dispose();
      if (this.#overview.failure === undefined) this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** What the preview shows now. */
  async #again(): Promise<void> {
    if (this.#preview === undefined || this.stopped) return;
    const overview = check.overview(await this.#worker.call('preview', { name: nameOf(this.uri), ...this.#preview.now() }));
    this.#update({ ...overview, generation: overview.generation + this.#generations });
  }

  async #sendKeys(): Promise<KeyReport> {
    const { uris, texts, problems } = await this.#keyLogs.read(this.uri);
    if (!this.#closed) this.#keyFiles.set(uris);
    try {
      const report = check.keyReport(await this.#worker.call('keys', { logs: [...texts] }));
      problems.push(...report.problems);
      return { added: report.added, problems };
    } finally {
      if (!this.#closed) {
        this.#keysRead.fire({ uris, problems });
        this.#warnings.set(this, problems);
      }
    }
  }

  /** Names of addresses that stand in a file beside the capture. */
  async #sendHosts(): Promise<void> {
    const uri = hostsBeside(this.uri);
    const text = await readHosts(uri);
    // A worker that has none yet has nothing to forget.
    if (text !== this.#hostsText) await this.#giveHosts(text);
    if (!this.#closed) this.#hosts.set([uri]);
  }

  async #giveHosts(text: string): Promise<void> {
    this.#hostsText = text;
    const { names, wrongLines } = check.hostsReport(await this.#worker.call('hosts', { text }));
    if (this.#closed) return;
    // Other programs have files of this name: one without a single name is theirs.
    const wrong = names === 0 ? [] : wrongLines.slice(0, MOST_LINES);
    const sentence = vscode.l10n.t('hosts: these lines are not an address and a name: {0}.', wrong.join(', '));
    this.#warnings.set(this.#hostsOfThis, wrong.length === 0 ? [] : [sentence]);
  }

  /** Gives the worker the settings that it does not have yet; true when there were any. */
  async #sendSettings(): Promise<boolean> {
    const { settings: all, problems } = readSettings(this.uri);
    const settings = { ...all, modules: all.modules.filter((path) => !this.#leftOut.has(path)) };
    problems.push(...this.#leftOut.values());
    const text = JSON.stringify(settings);
    if (text === this.#settings) return false;
    this.#settings = text;
    try {
      const report = check.settingsReport(await this.#worker.call('settings', settings));
      problems.push(...report.problems);
      if (this.#closed) return true;
      this.#modules.set([...report.files, ...this.#leftOut.keys()].map((path) => vscode.Uri.file(path)));
      const leftOut = [...this.#leftOut].map(([path, text]) => ({ path, line: 1, column: 1, text }));
      this.#choices = report.choices;
      this.#modulesLoaded.fire([...report.faults, ...leftOut]);
    } finally {
      if (!this.#closed) this.#warnings.set(this.#settingsOfThis, problems);
    }
    return true;
  }

  /** What the specifications of the user's own protocols leave open. */
  get choices(): readonly CandidateChoice[] {
    return this.#choices;
  }

  /** `again`: not the settings but a module that they name. */
  async #settingsChanged(again = false): Promise<void> {
    if (again) {
      this.#settings = '';
      this.#leftOut.clear();
    }
    // A line of a key log that was unknown before may be one of a protocol that came just now.
    if (!this.stopped && (await this.#sendSettings())) await this.sendKeys();
  }

  #update(overview: Overview): void {
    this.#overview = overview;
    this.#changed.fire(overview);
  }

  #fail(failure: string): void {
    this.#update({ ...this.#overview, done: true, failure });
  }
}

function nothing(name: string): Overview {
  const counts = {
    frames: 0,
    bytes: 0,
    rows: 0,
    bareSegments: 0,
    messages: 0,
    encrypted: 0,
    findings: 0,
    keys: 0,
    read: 0,
    generation: 0,
  };
  return { name, format: '', protocols: [], ...counts, done: false, notices: [] };
}
