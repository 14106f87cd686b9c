/** The capture that the worker owns: its first pass runs in slices, so that requests are answered while it runs. */
import { basename } from 'node:path';
import { type CaptureFile, memoryFile } from '../../dissector/capture/index.ts';
import { FieldCatalog } from '../../dissector/filter/index.ts';
import type { Analysis, Protocol } from '../../dissector/session/index.ts';
import { DiskFile } from '../capture/disk.ts';
import { CaptureKeys } from '../capture/keys.ts';
import { isCutShort, notices, type OpenFile, openFile, Pass } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import type { CaptureSettings, KeyLogText, KeyReport, Overview, SettingsReport, WorkerCalls } from '../wire/inspector.ts';
import { Colours } from './colours.ts';
import { noSettings, readSettings } from './settings.ts';

const SLICE_MS = 15;
const SLICE_FRAMES = 2_000;
const OVERVIEW_MS = 100;

export class Capture {
  readonly #changed: (overview: Overview) => void;
  #setup = noSettings;
  #keys = new CaptureKeys(noSettings.protocols);
  #logs: readonly KeyLogText[] = [];
  #name = '';
  #pass: Pass | undefined;
  #failure: string | undefined;
  /** Why the pass ended early: the disk failed under it. */
  #stopped: string | undefined;
  /** Settings are read one after the other, so that the last ones count. */
  #settling: Promise<unknown> = Promise.resolve();
  /** Generations of the analyses before this one. */
  #generations = 0;
  /** The settings in force but for colours, and what was wrong with them. */
  #settings = '';
  #painted = '';
  #problems: readonly string[] = [];
  #colours = new Colours([], new FieldCatalog([]));

  constructor(changed: (overview: Overview) => void) {
    this.#changed = changed;
  }

  /** Opens it and starts the pass; what cannot be read says so in the Overview. */
  async open({ name, path, bytes }: WorkerCalls['open']['params']): Promise<Overview> {
    if (this.#pass !== undefined || this.#failure !== undefined) throw new Error('This worker has a capture already.');
    this.#name = name === '' && path !== undefined ? basename(path) : name;
    try {
      const file: CaptureFile = path === undefined ? memoryFile(bytes ?? new Uint8Array(0)) : new DiskFile(path);
      this.#observe(await openFile(file));
    } catch (error) {
      this.#failure = reasonOf(error);
    }
    return this.overview();
  }

  get analysis(): Analysis {
    if (this.#pass === undefined) throw new Error(this.#failure ?? 'No capture is open.');
    return this.#pass.analysis;
  }

  get protocols(): readonly Protocol[] {
    return this.#setup.protocols;
  }

  get colours(): Colours {
    return this.#colours;
  }

  /** The list has all its rows. */
  get done(): boolean {
    return this.#pass === undefined || this.#pass.done || this.#stopped !== undefined;
  }

  /** Grows with every change of rows that were told before. */
  get generation(): number {
    return this.#generations + (this.#pass?.analysis.generation ?? 0);
  }

  /** An open capture is observed again from its start, unless nothing but colours changed. */
  settings(settings: CaptureSettings): Promise<SettingsReport> {
    const next = (): Promise<SettingsReport> => this.#settle(settings);
    const report = this.#settling.then(next, next);
    this.#settling = report;
    return report;
  }

  async #settle({ colours, ...settings }: CaptureSettings): Promise<SettingsReport> {
    const [text, painted] = [JSON.stringify(settings), JSON.stringify(colours)];
    // The same again: a module that they name has changed.
    if (text !== this.#settings || painted === this.#painted) this.#problems = await this.#resetup(settings);
    else this.#generations++;
    this.#settings = text;
    this.#painted = painted;
    this.#colours = new Colours(colours, new FieldCatalog(this.#setup.protocols));
    if (this.#pass !== undefined) this.#changed(this.overview());
    return { problems: [...this.#problems, ...this.#colours.problems] };
  }

  /** Settings of another kind than keys and colours change what was recognised. */
  async #resetup(settings: Omit<CaptureSettings, 'colours'>): Promise<readonly string[]> {
    this.#setup = await readSettings(settings);
    // Which labels a key log may have is the protocols' word.
    this.#keys = new CaptureKeys(this.#setup.protocols);
    this.#keys.replace(this.#logs);
    const { problems } = this.#setup;
    if (this.#pass === undefined) return problems;
    const { file } = this.#pass;
    this.#generations = this.generation + 1;
    this.#stopped = undefined;
    try {
      this.#observe(file);
      return problems;
    } catch (error) {
      // A protocol of the user's own may fail at once. Without it the capture can still be read.
      this.#setup = noSettings;
      this.#keys = new CaptureKeys(noSettings.protocols);
      this.#keys.replace(this.#logs);
      this.#observe(file);
      return [...problems, `The settings cannot be used: ${reasonOf(error)}`];
    }
  }

  #observe(file: OpenFile): void {
    const { protocols, options } = this.#setup;
    const pass = new Pass(file, this.#keys, protocols, options);
    this.#pass = pass;
    this.#slice(pass, performance.now());
  }

  keys(logs: readonly KeyLogText[]): KeyReport {
    this.#logs = logs;
    const { added, problems, changed } = this.#keys.replace(logs);
    if (changed && this.#pass !== undefined) {
      this.#pass.analysis.rekey();
      this.#changed(this.overview());
    }
    return { added, problems };
  }

  /** The key logs that were given, as they were written. */
  get secrets(): string {
    return this.#logs.map(({ text }) => (text.endsWith('\n') || text === '' ? text : `${text}\n`)).join('');
  }

  overview(): Overview {
    const name = this.#name;
    const keys = this.#keys.ring.size;
    const nothing = { frames: 0, bytes: 0, rows: 0, messages: 0, encrypted: 0, findings: 0, read: 0, generation: 0 };
    if (this.#pass === undefined) {
      const failed = this.#failure === undefined ? {} : { failure: this.#failure };
      return { name, format: '', ...nothing, keys, done: this.#failure !== undefined, notices: [], ...failed };
    }
    const { analysis, file } = this.#pass;
    const done = this.#pass.done || this.#stopped !== undefined;
    const read = file.unpackedSize === 0 ? 1 : Math.min(1, file.reader.position / file.unpackedSize);
    return {
      ...{ name, format: file.format, frames: file.reader.frames.length, bytes: file.size, keys, done },
      rows: analysis.rowCount('all'),
      messages: analysis.messageCount,
      ...analysis.counts,
      read: done ? file.size : Math.floor(read * file.size),
      generation: this.generation,
      notices: this.#notices(done),
    };
  }

  /** The last record of a capture that is still being read is no news. */
  #notices(done: boolean): string[] {
    const { file, keys } = this.#pass!;
    const own = done || !isCutShort(file) ? notices(file) : [];
    return [...own, ...keys.problems, ...(this.#stopped === undefined ? [] : [`Reading stopped: ${this.#stopped}`])];
  }

  #slice(pass: Pass, told: number): void {
    // Other settings have put another pass in its place.
    if (pass !== this.#pass) return;
    try {
      const start = performance.now();
      let more = true;
      while (more && performance.now() - start < SLICE_MS) more = pass.step(SLICE_FRAMES);
      const now = performance.now();
      const due = !more || now - told >= OVERVIEW_MS;
      if (due) this.#changed(this.overview());
      // An overview of many rows takes time of its own: it is counted from its end.
      if (more) setImmediate(() => this.#slice(pass, due ? performance.now() : told));
    } catch (error) {
      this.#stopped = reasonOf(error);
      this.#changed(this.overview());
    }
  }
}
