/** A capture that has no file of its own, where there is no disk: all of it is in memory. */
import { type CaptureFile, MemoryFile } from '../../dissector/capture/index.ts';

/** Bytes that a page has room for. */
const MOST_IN_MEMORY = 0x2000_0000;

export class GrowingFile implements CaptureFile {
  #memory = new MemoryFile();

  size(): number {
    return this.#memory.size();
  }

  /** Takes the bytes over; false where there is no room for them, and then what came before stays. */
  append(bytes: Uint8Array): boolean {
    if (this.#memory.size() + bytes.length > MOST_IN_MEMORY) return false;
    this.#memory.append(bytes);
    return true;
  }

  read(offset: number, target: Uint8Array): number {
    return this.#memory.read(offset, target);
  }

  close(): void {
    this.#memory = new MemoryFile();
  }
}
