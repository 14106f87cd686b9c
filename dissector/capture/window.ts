import type { CaptureFile } from './file.ts';

/**
 * A reused buffer over a part of a file. `view` and `bytes` change with each `load`; a caller takes what it needs before
 * the next one.
 */
export class Window {
  bytes: Uint8Array;
  view: DataView;
  /** File offset of the buffer's first byte, and how many bytes of it are filled. */
  start = 0;
  filled = 0;
  private readonly file: CaptureFile;

  constructor(file: CaptureFile, size: number) {
    this.file = file;
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /**
   * Makes `length` bytes from file offset `at` readable at `bytes[at - start]`, and returns how many of them there are
   * (fewer at the end of the file). `readAhead` bytes are asked of the file when it must be read; the buffer grows when
   * `length` is larger, so the caller bounds it.
   */
  load(at: number, length: number, readAhead = this.bytes.length): number {
    if (at >= this.start && at + length <= this.start + this.filled) return length;
    if (length > this.bytes.length) {
      this.bytes = new Uint8Array(length);
      this.view = new DataView(this.bytes.buffer);
    }
    const wanted = Math.min(this.bytes.length, Math.max(length, readAhead));
    this.start = at;
    this.filled = this.file.read(at, wanted === this.bytes.length ? this.bytes : this.bytes.subarray(0, wanted));
    return Math.min(length, this.filled);
  }
}
