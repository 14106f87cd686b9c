/** The capture that the worker owns: its first pass runs in slices, so that requests are answered while it runs. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import type { Limits } from '../../dissector/bytes/index.ts';
import { memoryFile } from '../../dissector/capture/index.ts';
import { FieldCatalog } from '../../dissector/filter/index.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { CaptureKeys } from '../capture/keys.ts';
import { type OpenFile, openFile, Pass } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import type {
  CapturePart,
  CaptureSettings,
  KeyLogText,
  KeyReport,
  Overview,
  SettingsReport,
  WorkerCalls,
} from '../wire/inspector.ts';
import { Colours } from './colours.ts';
import { EndpointNames } from './endpointnames.ts';
import type { DigestedFile } from './filedigest.ts';
import type { Change } from './growth.ts';
import { noticesOf } from './notices.ts';
import { openPath } from './place.ts';
import { previewOf } from './previewing.ts';
import { Running } from './running.ts';
import { noSettings, openChoices, readSettings, type Setup } from './settings.ts';
import { openTogether } from './together.ts';
import { reopened, unreadable, WatchedFile } from './watchedfile.ts';

/** A file that has not grown for so long is taken for complete, until it grows again. */
const QUIET_MS = 5_000;
/** A capture that grows is observed once more where keys came behind their messages, and not again for so many times as long as that took. */
const LATE_REST = 5;
/** Messages that are observed again at once when keys come; more of them behind what is shown, so that nobody waits for it. */
const AT_ONCE = 2_000;
/** The same for what costly work took the last time, in milliseconds. */
const COSTLY_MS = 20;

/** A file of the capture. */
export interface CaptureSource {
  readonly name: string;
  /** Opens it once more, as it lies there; throws the system's error. */
  readonly open: () => DigestedFile;
}

export class Capture {
  readonly #changed: (overview: Overview) => void;
  #setup = noSettings;
  /** What protocols of the user's own turned out to do wrong. */
  #mistakes: readonly string[] = [];
  readonly #keys = new CaptureKeys(noSettings.protocols, noSettings.options.limits);
  #logs: readonly KeyLogText[] = [];
  #name = '';
  /** Where it lies on a disk. */
  #file: WatchedFile | undefined;
  /** The files that it is made of. */
  sources: readonly CaptureSource[] = [];
  /** Of the endpoints. */
  readonly names = new EndpointNames(() => ({
    ...{ analysis: this.analysis, generation: this.generation, protocols: this.#setup.protocols },
  }));
  #running: Running | undefined;
  /** Observes the capture again from its start, since it has grown or keys came, and takes the place of `#running` in the end. */
  #successor: Running | undefined;
  #failure: string | undefined;
  /** Of a preview, which is no capture: it is recognised as what it is. */
  #only: readonly Protocol[] | undefined;
  #grew = 0;
  /** When the last successor began, and when another may for keys that came late. */
  #began = 0;
  #nextLook = 0;
  /** What became of the file since it was opened. */
  #fate: string | undefined;
  /** Settings are read one after the other, so that the last ones count. */
  #settling: Promise<unknown> = Promise.resolve();
  /** Of merged captures: how their clocks differ. */
  #clocks: readonly string[] = [];
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

  /** The message of a packet script that stands at a place, as a capture of it alone; called again as the text changes. */
  async preview({ name, text, at }: WorkerCalls['preview']['params']): Promise<Overview> {
    this.#name = name;
    const { protocols, options } = this.#setup;
    const found = await previewOf(text, at, protocols, options);
    if (typeof found === 'string') {
      // What was there before stays, beside the reason.
      if (this.#running === undefined) this.#failure = found;
      else this.#fate = found;
    } else {
      this.#failure = undefined;
      this.#fate = found.notes.join(' ') || undefined;
      this.#generations = this.generation + 1;
      this.#only = [found.protocol];
      this.#observe(found.file);
    }
    return this.overview();
  }

  /** Opens it and starts the pass; what cannot be read says so in the Overview, and is tried again when the file changes. */
  async open({ name, path, bytes, parts, align = false }: WorkerCalls['open']['params']): Promise<Overview> {
    if (this.#running !== undefined || this.#failure !== undefined) throw new Error('This worker has a capture already.');
    this.#name = name;
    if (path !== undefined) this.#file = new WatchedFile(path, (change) => this.#follow(change));
    const { limits } = this.#setup.options;
    this.sources = (parts ?? [{ name, ...(path === undefined ? {} : { path }), ...(bytes === undefined ? {} : { bytes }) }]).map(
      sourceOf,
    );
    try {
      if (parts === undefined)
        this.#observe(await (this.#file?.open(limits) ?? openFile(memoryFile(bytes ?? new Uint8Array(0)), limits)));
      else {
        const { file, clocks } = await openTogether(parts, align, limits);
        this.#clocks = clocks;
        this.#observe(file);
      }
    } catch (error) {
      this.#failure = reasonOf(error);
    }
    return this.overview();
  }

  /** Follows what becomes of the file. */
  async #follow(change: Change): Promise<void> {
    const running = this.#running;
    if (change === 'none' || change === 'grown') this.#takeLateSecrets();
    if (change === 'none') return this.#settleDown();
    if (change === 'grown' && running !== undefined && running.pass.file.unpacked === undefined) return this.#grow();
    if (change !== 'gone') return this.#reopen(change);
    if (running === undefined) this.#failure = 'The file is gone.';
    else this.#fate = 'The file is gone; what was read of it is shown as long as it is open.';
    this.#changed(this.overview());
  }

  /** Other bytes lie where the capture lay. */
  async #reopen(change: Change): Promise<void> {
    const wasOpen = this.#running !== undefined;
    try {
      const file = await this.#file!.open(this.#setup.options.limits);
      this.#generations = this.generation + 1;
      this.#failure = undefined;
      this.#fate = wasOpen ? reopened(change) : undefined;
      this.#keys.restart(this.#setup.protocols, this.#setup.options.limits);
      this.#observe(file);
    } catch (error) {
      const reason = reasonOf(error);
      const isKept = change === 'replaced' || this.#running?.pass.file.unpacked !== undefined;
      if (!wasOpen) this.#failure = reason;
      else if (isKept) this.#fate = `${unreadable(change, reason)} What was read before is shown.`;
      else {
        // The bytes of what is listed are there no more: nothing of it can be shown.
        this.#generations = this.generation + 1;
        this.#end();
        this.#failure = unreadable(change, reason);
      }
    }
    this.#changed(this.overview());
  }

  #grow(): void {
    this.#grew = Date.now();
    this.#fate = undefined;
    const newest = this.#successor ?? this.#running!;
    // What the end of a capture told does not hold any more: it is observed anew, this time without an end.
    if (newest.pass.ending) this.#observeAgain(newest.pass.file, true);
    else newest.read();
  }

  /** A capture that grows has brought keys behind their messages: it is observed once more with them. */
  #takeLateSecrets(): void {
    const running = this.#running;
    if (this.#successor !== undefined || running === undefined || !running.caughtUp || !running.pass.follows) return;
    if (Date.now() < this.#nextLook || !running.pass.hasLateSecrets) return;
    this.#observeAgain(running.pass.file, true);
  }

  /** Behind what is shown: `follows` a capture that may grow. */
  #observeAgain(file: OpenFile, follows: boolean): void {
    const { protocols, options } = this.#setup;
    this.#began = Date.now();
    const successor: Running = new Running(new Pass(file, this.#keys, protocols, options, follows), () =>
      this.#succeed(successor),
    );
    this.#successor?.end();
    this.#successor = successor;
    successor.read();
  }

  #succeed(successor: Running): void {
    const { analysis } = this.#running!.pass;
    // One that was broken off is overtaken on the way.
    const hasOvertaken = !this.#running!.caughtUp && successor.pass.analysis.observed >= analysis.observed;
    if (successor === this.#successor && (successor.caughtUp || hasOvertaken)) {
      const generation = this.generation + 1;
      this.#running!.end();
      this.#running = successor;
      this.#successor = undefined;
      this.#nextLook = Date.now() + LATE_REST * (Date.now() - this.#began);
      this.#generations = generation - successor.pass.analysis.generation;
      this.#keys.ring.wipe();
    }
    if (successor === this.#running || successor === this.#successor) this.#changed(this.overview());
  }

  /** A file that grew and grows no more. */
  #settleDown(): void {
    const running = this.#running;
    if (this.#grew === 0 || this.#successor !== undefined || running === undefined || !running.caughtUp) return;
    if (Date.now() - this.#grew < QUIET_MS) return;
    this.#grew = 0;
    running.pass.finish();
    this.#changed(this.overview());
  }

  get analysis(): Analysis {
    if (this.#running === undefined) throw new Error(this.#failure ?? 'No capture is open.');
    return this.#running.pass.analysis;
  }

  /** What the settings say. */
  get setup(): Setup {
    return this.#setup;
  }

  get colours(): Colours {
    return this.#colours;
  }

  /** The list has all the rows that there are by now. */
  get done(): boolean {
    return this.#running?.caughtUp ?? true;
  }

  /** The file grows. */
  get live(): boolean {
    return this.#grew > 0;
  }

  /** What the file is: pcap or pcapng, and how it is compressed. */
  get format(): string {
    return this.#running?.pass.file.format ?? '';
  }

  /** Takes the text of the `hosts` file beside the capture. */
  setHosts(text: string): WorkerCalls['hosts']['result'] {
    const { names, wrongLines } = this.names.setHosts(text);
    // What was told of rows had other names.
    this.#generations++;
    if (this.#running !== undefined) this.#changed(this.overview());
    return { names: names.size, wrongLines };
  }

  /** Grows with every change of rows that were told before. */
  get generation(): number {
    return this.#generations + (this.#running?.pass.analysis.generation ?? 0);
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
    if (this.#running !== undefined) this.#changed(this.overview());
    const { faults, files } = this.#setup.modules;
    return {
      problems: [...this.#problems, ...this.#colours.problems],
      faults: faults.map(({ text, place }) => ({ ...place, text })),
      files,
      choices: openChoices(this.#setup.protocols),
    };
  }

  /** Settings of another kind than keys and colours change what was recognised. */
  async #resetup(settings: Omit<CaptureSettings, 'colours'>): Promise<readonly string[]> {
    const mistakes: string[] = [];
    this.#mistakes = mistakes;
    this.#setup = await readSettings(settings, (mistake) => {
      mistakes.push(mistake);
      if (this.#running !== undefined) this.#changed(this.overview());
    });
    // Which labels a key log may have is the protocols' word.
    this.#keys.restart(this.#setup.protocols, this.#setup.options.limits);
    const { problems } = this.#setup;
    if (this.#running === undefined) return problems;
    const { file } = this.#running.pass;
    this.#generations = this.generation + 1;
    try {
      this.#observe(file);
      return problems;
    } catch (error) {
      // A protocol of the user's own may fail at once. Without it the capture can still be read.
      this.#setup = noSettings;
      this.#keys.restart(noSettings.protocols, noSettings.options.limits);
      this.#observe(file);
      return [...problems, `The settings cannot be used: ${reasonOf(error)}`];
    }
  }

  #observe(file: OpenFile): void {
    const { protocols, options } = this.#setup;
    const running: Running = new Running(new Pass(file, this.#keys, this.#only ?? protocols, options), () => {
      if (running === this.#running) this.#changed(this.overview());
    });
    this.#end();
    this.names.forget();
    this.#running = running;
    running.read();
  }

  #end(): void {
    this.#running?.end();
    this.#successor?.end();
    this.#running = undefined;
    this.#successor = undefined;
    this.#grew = 0;
  }

  keys(logs: readonly KeyLogText[]): KeyReport {
    this.#logs = logs;
    const { added, problems, changed } = this.#keys.replace(logs);
    if (this.#running === undefined) this.#keys.ring.wipe();
    else if (changed) {
      this.#rekey(this.#running);
      this.#changed(this.overview());
    }
    return { added, problems };
  }

  #rekey(running: Running): void {
    const { pass } = running;
    if (pass.analysis.messageCount > AT_ONCE || pass.analysis.costlyMilliseconds > COSTLY_MS) {
      if (!running.caughtUp) running.end();
      this.#observeAgain(pass.file, pass.follows);
      return;
    }
    pass.analysis.rekey();
    this.#successor?.pass.analysis.rekey();
    this.#keys.ring.wipe();
  }

  get limits(): Limits {
    return this.#setup.options.limits;
  }

  /** The key logs that were given, as they were written. */
  get secrets(): string {
    return this.#logs.map(({ text }) => (text.endsWith('\n') || text === '' ? text : `${text}\n`)).join('');
  }

  overview(): Overview {
    const [name, keys, generation] = [this.#name, this.#keys.ring.size, this.generation];
    const protocols = this.#setup.protocols.map(({ id }) => id);
    const nothing = { protocols, frames: 0, bytes: 0, rows: 0, bareSegments: 0, messages: 0, encrypted: 0, findings: 0, read: 0 };
    if (this.#running === undefined) {
      const failed = this.#failure === undefined ? { done: false } : { done: true, failure: this.#failure };
      return { name, format: '', ...nothing, generation, keys, notices: [], ...failed };
    }
    const { pass, caughtUp: done } = this.#running;
    const { analysis, file } = pass;
    const bytes = Math.max(file.size, file.reader.position);
    const read = file.unpackedSize === 0 ? 1 : Math.min(1, file.reader.position / file.unpackedSize);
    return {
      ...{ protocols, name, format: file.format, frames: file.reader.frames.length, bytes, keys, done },
      rows: analysis.rowCount('all'),
      bareSegments: analysis.rowCount('all') - analysis.rowCount('withoutBareSegments'),
      messages: analysis.messageCount,
      ...analysis.counts,
      read: done ? bytes : Math.floor(read * bytes),
      generation,
      notices: noticesOf(this.#running, {
        ...{ fate: this.#fate, mistakes: this.#mistakes, clocks: this.#clocks },
        successor: this.#grew > 0 ? undefined : this.#successor,
      }),
      ...(this.#grew > 0 ? { live: true } : {}),
    };
  }
}

function sourceOf({ name, path, bytes }: CapturePart): CaptureSource {
  return { name, open: () => (path === undefined ? memoryFile(bytes ?? new Uint8Array(0)) : openPath(path)) };
}
