/** A capture that has no file of its own, in Node: in memory while it is small, then on a disk. In a browser growingfile.web.ts stands in its place. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaptureFile, MemoryFile } from '../../dissector/capture/index.ts';

/** Bytes that are kept in memory before a file is made. */
const MOST_IN_MEMORY = 0x0200_0000;
/** The same where no file can be made. */
const MOST_WITHOUT_DISK = 0x2000_0000;
/** Bytes that go from memory to the disk at once. */
const PIECE_SIZE = 0x10_0000;
/** A run of zeros so long is left out. */
const RUN_SIZE = 0x1_0000;
/** `_O_TEMPORARY`, which Node does not name: the file goes with its last descriptor. */
const WINDOWS_TEMPORARY = 0x40;

/** A capture that grows at its end. Beyond 32 MiB it lies in a file that only its owner can read, and that has no name on most systems. */
export class GrowingFile implements CaptureFile {
  #memory: MemoryFile | undefined = new MemoryFile();
  #descriptor: number | undefined;
  #size = 0;
  /** Bytes that may lie in memory. */
  #most = MOST_IN_MEMORY;

  size(): number {
    return this.#size;
  }

  /** Takes the bytes over; false where the disk has no room for them, and then what came before stays. */
  append(bytes: Uint8Array): boolean {
    try {
      if (this.#memory !== undefined && this.#size + bytes.length > this.#most) {
        if (this.#most === MOST_WITHOUT_DISK) return false;
        this.#toDisk(this.#memory);
      }
      if (this.#memory !== undefined) this.#memory.append(bytes);
      else this.#write(bytes, this.#size);
    } catch {
      return false;
    }
    this.#size += bytes.length;
    return true;
  }

  read(offset: number, target: Uint8Array): number {
    if (this.#memory !== undefined) return this.#memory.read(offset, target);
    const wanted = Math.max(0, Math.min(target.length, this.#size - offset));
    let done = 0;
    while (done < wanted && this.#descriptor !== undefined) {
      const had = readSync(this.#descriptor, target, done, wanted - done, offset + done);
      if (had > 0) done += had;
      else {
        // Zeros at the end that were not written.
        target.fill(0, done, wanted);
        done = wanted;
      }
    }
    return done;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#memory = undefined;
    this.#size = 0;
  }

  #toDisk(memory: MemoryFile): void {
    try {
      this.#descriptor = temporaryFile();
    } catch {
      this.#most = MOST_WITHOUT_DISK;
      return;
    }
    const piece = new Uint8Array(PIECE_SIZE);
    for (let at = 0; at < this.#size; at += PIECE_SIZE) this.#write(piece.subarray(0, memory.read(at, piece)), at);
    this.#memory = undefined;
  }

  /** Zeros are left out, and take no room on the disk: most of what unpacks to very much is of them. */
  #write(bytes: Uint8Array, at: number): void {
    for (let start = 0; start < bytes.length; ) {
      let end = start;
      while (end < bytes.length && !isZero(bytes, end)) end = Math.min(bytes.length, end + RUN_SIZE);
      while (start < end) start += writeSync(this.#descriptor!, bytes, start, end - start, at + start);
      while (start < bytes.length && isZero(bytes, start)) start = Math.min(bytes.length, start + RUN_SIZE);
    }
  }
}

const zeros = Buffer.alloc(RUN_SIZE);

/** Whether the next run is of zeros alone. */
function isZero(bytes: Uint8Array, at: number): boolean {
  const end = Math.min(bytes.length, at + RUN_SIZE);
  return zeros.compare(bytes, at, end, 0, end - at) === 0;
}

/** A new file of its owner alone, which is gone once its descriptor is closed, however this process ends. */
function temporaryFile(): number {
  const path = join(tmpdir(), `peerscope-${randomBytes(16).toString('hex')}`);
  const { O_RDWR, O_CREAT, O_EXCL } = constants;
  const isWindows = process.platform === 'win32';
  const descriptor = openSync(path, O_RDWR | O_CREAT | O_EXCL | (isWindows ? WINDOWS_TEMPORARY : 0), 0o600);
  if (!isWindows) unlinkSync(path);
  return descriptor;
}
