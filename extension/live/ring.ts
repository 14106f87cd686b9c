/** Where a live capture is written: one file, or a ring of files of which the newest are kept. */
import { closeSync, constants, fchmodSync, fstatSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { extname } from 'node:path';
import { reasonOf } from '../capture/reason.ts';
import { LiveRefusal } from './refusal.ts';

/** Files that a ring keeps at most: a directory with more is of no use to anybody. */
export const MOST_FILES = 100_000;

/** Of a ring. */
export interface Ring {
  /** Files that are kept. */
  readonly files: number;
  /** A file that has so many bytes is followed by the next. */
  readonly fileBytes: number;
}

export class CaptureFiles {
  readonly #path: string;
  readonly #ring: Ring | undefined;
  readonly #moved: (path: string) => void;
  readonly #kept: string[] = [];
  #head: Uint8Array = new Uint8Array(0);
  #descriptor: number | undefined;
  #filled = 0;
  #count = 0;
  #removed = 0;

  /** `path`: of the one file; those of a ring have a number before its ending. `moved` is told each file of a ring behind the first. */
  constructor(path: string, ring: Ring | undefined, moved: (path: string) => void = () => {}) {
    this.#path = path;
    this.#ring = ring;
    this.#moved = moved;
  }

  /** Those that are there, oldest first. */
  get paths(): readonly string[] {
    return this.#kept;
  }

  /** Files of the ring that newer ones took the place of. */
  get removed(): number {
    return this.#removed;
  }

  /** Begins, with the head that each file has. Throws a LiveRefusal. */
  begin(head: Uint8Array): void {
    this.#head = head;
    this.#next();
  }

  /** Throws a LiveRefusal; what was written before can be read. */
  write(records: readonly Uint8Array[]): void {
    let waiting: Uint8Array[] = [];
    for (const record of records) {
      if (this.#ring !== undefined && this.#filled > this.#head.length && this.#filled + record.length > this.#ring.fileBytes) {
        this.#put(waiting);
        waiting = [];
        this.#next();
      }
      waiting.push(record);
      this.#filled += record.length;
    }
    this.#put(waiting);
  }

  /** All that is there as one capture: the head, and the records of every file, oldest first. What goes meanwhile is left out. */
  async join(path: string): Promise<void> {
    const target = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
    try {
      await target.writeFile(this.#head);
      for (const each of [...this.#kept]) {
        const file = await opened(each);
        if (file === undefined) continue;
        for await (const piece of file.createReadStream({ start: this.#head.length }))
          await target.writeFile(piece as Uint8Array);
      }
    } finally {
      await target.close();
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #next(): void {
    this.close();
    this.#count++;
    const path = this.#ring === undefined ? this.#path : numbered(this.#path, this.#count);
    try {
      // Its owner alone reads it: nobody knows what a network carries.
      this.#descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
      // One that was there keeps its own mode; a device is left as it is.
      if (fstatSync(this.#descriptor).isFile()) fchmodSync(this.#descriptor, 0o600);
      this.#kept.push(path);
      this.#filled = this.#head.length;
      this.#put([this.#head]);
      while (this.#ring !== undefined && this.#kept.length > this.#ring.files) {
        unlinkSync(this.#kept.shift()!);
        this.#removed++;
      }
      if (this.#count > 1) this.#moved(path);
    } catch (error) {
      throw error instanceof LiveRefusal ? error : unwritable(path, error);
    }
  }

  #put(pieces: readonly Uint8Array[]): void {
    if (pieces.length === 0) return;
    const bytes = Buffer.concat(pieces);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor!, bytes, at);
    } catch (error) {
      throw unwritable(this.#kept.at(-1)!, error);
    }
  }
}

/** Undefined for one that a newer file took the place of. */
async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** `live.pcap` becomes `live_00001.pcap`, as dumpcap numbers the files of a ring. */
export function numbered(path: string, count: number): string {
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}_${String(count).padStart(5, '0')}${ending}`;
}

function unwritable(path: string, error: unknown): LiveRefusal {
  return new LiveRefusal('other', `${path} cannot be written. ${reasonOf(error)}`);
}
