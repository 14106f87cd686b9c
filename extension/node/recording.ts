import { closeSync, fchmodSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

const BATCH_BYTES = 256 << 10;

/** A file that grows in pieces; readable by its owner alone, since a recording may hold keys. */
export class GrowingFile {
  readonly path: string;
  #descriptor: number | undefined;
  #pending: Uint8Array[] = [];
  #size = 0;
  #written = 0;
  #failure: unknown;

  /** Nothing is touched until it is opened: what is written before waits in memory. */
  constructor(path: string) {
    this.path = path;
  }

  /** Throws the system's error. A file that is there is replaced. */
  open(): void {
    this.#descriptor = openSync(this.path, 'w', 0o600);
    // It may have been there before, for others to read.
    if (fstatSync(this.#descriptor).isFile()) fchmodSync(this.#descriptor, 0o600);
    this.flush();
  }

  /**
   * The system's error, once the disk is full: nothing is written from then on, and whoever writes is not interrupted. The file ends
   * with the last piece that found room as a whole.
   */
  get failure(): unknown {
    return this.#failure;
  }

  /** Bytes that are in the file. */
  get written(): number {
    return this.#written;
  }

  write(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return;
    this.#pending.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= BATCH_BYTES) this.flush();
  }

  /** Writes what has come together. */
  flush(): void {
    const descriptor = this.#descriptor;
    if (this.#size === 0 || descriptor === undefined) return;
    const pieces = this.#pending;
    const batch = Buffer.concat(pieces, this.#size);
    this.#pending = [];
    this.#size = 0;
    let at = 0;
    try {
      while (at < batch.length) at += writeSync(descriptor, batch, at);
      this.#written += at;
    } catch (error) {
      this.#failure = error;
      this.#cutAfter(descriptor, pieces, at);
    }
  }

  /** Of the pieces so many bytes were written. */
  #cutAfter(descriptor: number, pieces: readonly Uint8Array[], had: number): void {
    let whole = 0;
    for (const { length } of pieces) {
      if (whole + length > had) break;
      whole += length;
    }
    try {
      ftruncateSync(descriptor, this.#written + whole);
    } catch {
      // It is no file with a length, or the disk is worse than full: readers tell that it is cut short.
    }
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    this.flush();
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    try {
      closeSync(descriptor);
    } catch (error) {
      // Some systems tell only here that what was written found no room.
      this.#failure ??= error;
    }
  }
}
