import { closeSync, fchmodSync, fstatSync, openSync, writeSync } from 'node:fs';

const BATCH_BYTES = 256 << 10;

/** A file that grows in pieces; readable by its owner alone, since a recording may hold keys. */
export class GrowingFile {
  readonly path: string;
  readonly #descriptor: number;
  #pending: Uint8Array[] = [];
  #size = 0;
  #failure: unknown;

  /** Throws the system's error. A file that is there is replaced. */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'w', 0o600);
    // It may have been there before, for others to read.
    if (fstatSync(this.#descriptor).isFile()) fchmodSync(this.#descriptor, 0o600);
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
    if (this.#size === 0) return;
    const batch = Buffer.concat(this.#pending, this.#size);
    this.#pending = [];
    this.#size = 0;
    try {
      for (let at = 0; at < batch.length; ) at += writeSync(this.#descriptor, batch, at);
    } catch (error) {
      this.#failure = error;
    }
  }

  close(): void {
    this.flush();
    closeSync(this.#descriptor);
  }
}
