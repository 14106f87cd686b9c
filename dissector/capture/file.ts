/**
 * Random access to the bytes of a capture, synchronous so that indexing needs no promise a packet. The file may grow
 * between calls (live follow) and may shrink (another program rotates it).
 */
export interface CaptureFile {
  /** Length in bytes, now. */
  size(): number;
  /**
   * Copies bytes from `offset` to the start of `target` and returns how many: fewer than `target.length` only at the end
   * of the file, 0 past it.
   */
  read(offset: number, target: Uint8Array): number;
}

/** A capture in memory: one array, or chunks in order (an unpacked file, a live recording), which are not copied. */
export class MemoryFile implements CaptureFile {
  private readonly chunks: Uint8Array[] = [];
  private readonly starts: number[] = [];
  private length = 0;

  constructor(chunks: Iterable<Uint8Array> = []) {
    for (const chunk of chunks) this.append(chunk);
  }

  /** Adds bytes at the end. They are kept, not copied: the caller gives them away. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.chunks.push(bytes);
    this.starts.push(this.length);
    this.length += bytes.length;
  }

  size(): number {
    return this.length;
  }

  read(offset: number, target: Uint8Array): number {
    if (offset < 0 || offset >= this.length) return 0;
    let at = this.chunkAt(offset);
    let skip = offset - this.starts[at];
    let done = 0;
    while (done < target.length && at < this.chunks.length) {
      const chunk = this.chunks[at];
      const count = Math.min(chunk.length - skip, target.length - done);
      target.set(chunk.subarray(skip, skip + count), done);
      done += count;
      skip = 0;
      at++;
    }
    return done;
  }

  private chunkAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export function memoryFile(bytes: Uint8Array | Iterable<Uint8Array>): MemoryFile {
  return new MemoryFile(bytes instanceof Uint8Array ? [bytes] : bytes);
}
