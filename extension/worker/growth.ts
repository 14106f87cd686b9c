/** What becomes of a capture file while it is open: it grows, it is cut short, it is replaced, it goes away. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** The beginning and the end of what was there tell a file that grew from one that was written in its place. */
const EDGE_BYTES = 64;

/**
 * `cut`: it is shorter and begins as before. `rewritten`: the same file holds other bytes. After either, bytes that were read by
 * offset are there no more. `replaced`: another file has its name, and whoever has the old one open can still read it.
 */
export type Change = 'none' | 'grown' | 'cut' | 'rewritten' | 'replaced' | 'gone';

interface Seen {
  /** Undefined while there is no file. */
  readonly inode: number | undefined;
  readonly size: number;
  /** In milliseconds: bytes may change while the size stays. */
  readonly modified: number;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

const nothing: Seen = { inode: undefined, size: 0, modified: 0, head: new Uint8Array(0), tail: new Uint8Array(0) };

export class Growth {
  readonly #path: string;
  #seen = nothing;

  constructor(path: string) {
    this.#path = path;
    this.look();
  }

  /** What happened since the last look. */
  look(): Change {
    const before = this.#seen;
    try {
      const { ino, size, mtimeMs } = statSync(this.#path);
      if (ino === before.inode && size === before.size && mtimeMs === before.modified) return 'none';
      return this.#compare(before);
    } catch {
      this.#seen = nothing;
      return before.inode === undefined ? 'none' : 'gone';
    }
  }

  #compare(before: Seen): Change {
    const descriptor = openSync(this.#path, 'r');
    try {
      const { ino: inode, size, mtimeMs: modified } = fstatSync(descriptor);
      const head = bytesOf(descriptor, 0, EDGE_BYTES);
      const tail = bytesOf(descriptor, Math.max(0, size - EDGE_BYTES), EDGE_BYTES);
      this.#seen = { inode, size, modified, head, tail };
      if (inode !== before.inode) return 'replaced';
      if (size < before.size) return begins(before.head, head) ? 'cut' : 'rewritten';
      const end = bytesOf(descriptor, before.size - before.tail.length, before.tail.length);
      if (before.size === 0 || !begins(head, before.head) || !begins(end, before.tail)) return 'rewritten';
      return size === before.size ? 'none' : 'grown';
    } finally {
      closeSync(descriptor);
    }
  }
}

function begins(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

function bytesOf(descriptor: number, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, at));
}
