import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { CaptureFile } from '../../dissector/capture/index.ts';

/** A capture on disk, read by offset: what lies in memory does not grow with the file. */
export class DiskFile implements CaptureFile {
  readonly #descriptor: number;
  #closed = false;

  /** Throws the system's error, and one of its own for what has no offsets (a folder, a pipe). */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    if (fstatSync(this.#descriptor).isFile()) return;
    this.close();
    throw new Error('It is not a regular file.');
  }

  size(): number {
    return this.#closed ? 0 : fstatSync(this.#descriptor).size;
  }

  read(offset: number, target: Uint8Array): number {
    let done = 0;
    while (!this.#closed && done < target.length) {
      const had = readSync(this.#descriptor, target, done, target.length - done, offset + done);
      if (had === 0) break;
      done += had;
    }
    return done;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#descriptor);
  }
}
