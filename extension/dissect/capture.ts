/** The capture that the worker owns: its first pass runs in slices, so that requests are answered while it runs. */
import { basename } from 'node:path';
import { type CaptureFile, memoryFile } from '../../dissector/capture/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import type { Analysis } from '../../dissector/session/index.ts';
import { DiskFile } from '../capture/disk.ts';
import { CaptureKeys } from '../capture/keys.ts';
import { isCutShort, notices, openFile, Pass } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import type { KeyLogText, KeyReport, Overview, WorkerCalls } from '../wire/inspector.ts';

const SLICE_MS = 15;
const SLICE_FRAMES = 2_000;
const OVERVIEW_MS = 100;

export class Capture {
  readonly #changed: (overview: Overview) => void;
  readonly #keys = new CaptureKeys(protocols);
  #name = '';
  #pass: Pass | undefined;
  #failure: string | undefined;
  /** Why the pass ended early: the disk failed under it. */
  #stopped: string | undefined;

  constructor(changed: (overview: Overview) => void) {
    this.#changed = changed;
  }

  /** Opens it and starts the pass; what cannot be read says so in the Overview. */
  async open({ name, path, bytes }: WorkerCalls['open']['params']): Promise<Overview> {
    if (this.#pass !== undefined || this.#failure !== undefined) throw new Error('This worker has a capture already.');
    this.#name = name === '' && path !== undefined ? basename(path) : name;
    try {
      const file: CaptureFile = path === undefined ? memoryFile(bytes ?? new Uint8Array(0)) : new DiskFile(path);
      this.#pass = new Pass(await openFile(file), this.#keys, protocols);
      this.#slice(this.#pass, performance.now());
    } catch (error) {
      this.#failure = reasonOf(error);
    }
    return this.overview();
  }

  get analysis(): Analysis {
    if (this.#pass === undefined) throw new Error(this.#failure ?? 'No capture is open.');
    return this.#pass.analysis;
  }

  keys(logs: readonly KeyLogText[]): KeyReport {
    const { added, problems, changed } = this.#keys.replace(logs);
    if (changed && this.#pass !== undefined) {
      this.#pass.analysis.rekey();
      this.#changed(this.overview());
    }
    return { added, problems };
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
      generation: analysis.generation,
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
