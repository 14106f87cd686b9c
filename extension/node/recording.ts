import { closeSync, fchmodSync, fstatSync, openSync, writeSync } from 'node:fs';

const BATCH_BYTES = 256 << 10;

/** A file that grows in pieces; readable by its owner alone, since a recording may hold keys. */
export class GrowingFile {
  readonly path: string;
  #descriptor: number | undefined;
  #pending: Uint8Array[] = [];
  #size = 0;
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

  /** The system's error, once the disk is full: nothing is written from then on, and whoever writes is not interrupted. */
  get failure(): unknown {
    return this.#failure;
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
    const batch = Buffer.concat(this.#pending, this.#size);
    this.#pending = [];
    this.#size = 0;
    try {
      for (let at = 0; at < batch.length; ) at += writeSync(descriptor, batch, at);
    } catch (error) {
      this.#failure = error;
    }
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    this.flush();
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
