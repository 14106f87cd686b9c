/** The SHA-256 digest of a file, read a part at a time so that requests are answered meanwhile. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { CaptureFile } from '../../dissector/capture/index.ts';

const PART_BYTES = 1 << 20;

export type DigestedFile = CaptureFile & { close?(): void };

export class FileDigest {
  /** Bytes read so far, of `size`. */
  at = 0;
  size = 0;
  /** In hexadecimal; empty for a file that could not be read to its end. */
  text: string | undefined;
  readonly #open: () => DigestedFile;
  readonly #hash = sha256.create();
  #part: Uint8Array | undefined;
  #file: DigestedFile | undefined;

  constructor(open: () => DigestedFile) {
    this.#open = open;
  }

  /** Reads on until a time of `performance.now()`, one part at least. */
  step(end: number): void {
    try {
      this.#start();
      do this.#read();
      while (this.text === undefined && performance.now() < end);
    } catch {
      this.text = '';
    }
    if (this.text !== undefined) this.close();
  }

  close(): void {
    this.#file?.close?.();
    this.#file = undefined;
    this.#part = undefined;
  }

  #start(): void {
    if (this.#file !== undefined) return;
    this.#file = this.#open();
    this.size = this.#file.size();
    this.#part = new Uint8Array(PART_BYTES);
  }

  #read(): void {
    const part = this.#part!.subarray(0, Math.min(PART_BYTES, this.size - this.at));
    const got = this.#file!.read(this.at, part);
    this.#hash.update(part.subarray(0, got));
    this.at += got;
    if (this.at === this.size) this.text = bytesToHex(this.#hash.digest());
    // It was cut short meanwhile: nobody could compare its digest with anything.
    else if (got === 0) this.text = '';
  }
}
